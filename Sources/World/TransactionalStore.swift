// The seam of a transactional store: a database that keeps results and offsets, and changes both at once.

/// One connection to a database that keeps entries (results, whose bytes it does not look into) and, for each partition,
/// the offset behind the last result. What happens between ``begin()`` and ``commit()`` happens as a whole or, when the
/// process dies or ``rollBack()`` is called, not at all; a commit survives a power loss. Calls block; one thread uses a
/// connection at a time, and one connection at a time has a transaction open: others wait.
public protocol TransactionalStore: AnyObject {
    /// Begins a transaction; none may be open on this connection.
    ///
    /// - Throws: ``StoreError``; `busy` when another connection did not end its own in time.
    func begin() throws

    /// Adds entries of `entryLength` bytes each, one after the other in `entries`. Only within a transaction.
    ///
    /// - Throws: ``StoreError``.
    func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws

    /// Compares and sets: the stored offset of `partition` becomes `until`, and its batch `batch`, if it is `expected`
    /// now; nil expects that the partition has none. Only within a transaction.
    ///
    /// - Returns: whether it was as expected; otherwise nothing has changed.
    /// - Throws: ``StoreError``.
    func advance(_ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64) throws -> Bool

    /// Makes the transaction's changes durable and visible, all of them.
    ///
    /// - Throws: ``StoreError``.
    func commit() throws

    /// Undoes the transaction's changes. Harmless when none is open.
    func rollBack()

    /// What is stored for a partition; nil when nothing is.
    ///
    /// - Throws: ``StoreError``.
    func storedOffset(of partition: Partition) throws -> StoredOffset?

    /// The driver that registered last; nil when none has.
    ///
    /// - Throws: ``StoreError``.
    func newestDriver() throws -> StoredDriver?

    /// Registers a driver, with a transaction of its own, and returns its number: one more than the newest one's.
    ///
    /// - Throws: ``StoreError``.
    func registerDriver(named name: String) throws -> Int64

    /// Calls `body` with each committed entry, in the order they were added.
    ///
    /// - Throws: ``StoreError``, or what `body` throws.
    func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) throws

    /// Closes the connection; it is not used afterwards. An open transaction is undone.
    func close()
}

/// Opens, or makes, the database at a path; the folder must be there.
public typealias TransactionalStoreOpener = (_ path: String) throws -> any TransactionalStore

/// How far a partition's results go.
public struct StoredOffset: Hashable, Sendable {
    /// The offset behind the last result.
    public var offset: Offset
    /// The batch that stored it.
    public var batch: Int64

    /// Makes a stored offset.
    public init(offset: Offset, batch: Int64) {
        self.offset = offset
        self.batch = batch
    }
}

/// A driver as a store knows it.
public struct StoredDriver: Equatable, Sendable {
    /// Its number, from 1: of two drivers the higher one registered later.
    public var number: Int64
    /// What it calls itself, such as `process 4711`.
    public var name: String

    /// Makes a driver.
    public init(number: Int64, name: String) {
        self.number = number
        self.name = name
    }
}

/// What a transactional store, real or simulated, refused or failed to do.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<StoreError>

    /// The kind of failure.
    public var code: Code
    /// What was being done, such as `commit`.
    public var operation: String
    /// The database's file.
    public var path: String
    /// The database's own words.
    public var reason: String

    /// Makes an error.
    public init(_ code: Code, operation: String, path: String, reason: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    /// One line: what, where and why.
    public var description: String { "\(operation) \(path): \(reason)" }
}

extension ErrorCode<StoreError> {
    /// Another connection holds the database, and did not let go of it in time.
    public static var busy: Self { Self(rawValue: "busy") }
    /// Another writer has taken this one's place.
    public static var fenced: Self { Self(rawValue: "fenced") }
    /// The file system is full.
    public static var noSpace: Self { Self(rawValue: "no-space") }
    /// The file may not be opened or written.
    public static var notAllowed: Self { Self(rawValue: "not-allowed") }
    /// The file is no database, or a damaged one.
    public static var damaged: Self { Self(rawValue: "damaged") }
    /// Any other failure.
    public static var failed: Self { Self(rawValue: "failed") }
}
