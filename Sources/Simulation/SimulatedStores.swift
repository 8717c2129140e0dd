// Transactional stores in memory: what was committed outlives the engine, an open transaction dies with it.
public import World

/// The databases of a simulated machine, by their paths.
public final class SimulatedStores {
    fileprivate struct Content: Hashable {
        /// One after the other, all of one length.
        var entries: [UInt8] = []
        var entryLength = 1
        /// By partition.
        var offsets: [StoredOffset?] = []
        var drivers: [String] = []
    }

    fileprivate final class Database {
        var committed = Content()
        /// The connection whose transaction is open; others would wait for it.
        weak var writer: SimulatedStore?
    }

    private var databases: [String: Database] = [:]
    /// Who takes note of what is done.
    var trace: Trace?
    /// Rises with every transaction that became durable.
    fileprivate(set) var commits = 0

    /// A machine without databases.
    public init() {}

    /// Databases that hold the same and go their own way from now on.
    func copy() -> SimulatedStores {
        let copy = SimulatedStores()
        copy.databases = databases.mapValues { original in
            let database = Database()
            database.committed = original.committed
            return database
        }
        return copy
    }

    /// What was committed, by path.
    var contents: [String: AnyHashable] { databases.mapValues { AnyHashable($0.committed) } }

    /// Opens, or makes, the database at `path`.
    public func open(_ path: String) -> any TransactionalStore {
        let database = databases[path] ?? Database()
        databases[path] = database
        return SimulatedStore(path: path, database: database, stores: self)
    }

    /// What the end of a process does: its transactions are undone.
    public func dropTransactions() {
        for path in databases.keys.sorted() { databases[path]?.writer = nil }
    }
}

private final class SimulatedStore: TransactionalStore {
    private let path: String
    private let database: SimulatedStores.Database
    private let stores: SimulatedStores
    private var open: SimulatedStores.Content?

    init(path: String, database: SimulatedStores.Database, stores: SimulatedStores) {
        self.path = path
        self.stores = stores
        self.database = database
    }

    func begin() throws {
        guard database.writer == nil else {
            throw StoreError(.busy, operation: "begin", path: path, reason: "another connection writes")
        }
        database.writer = self
        open = database.committed
    }

    func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws {
        open?.entryLength = entryLength
        open?.entries.append(contentsOf: entries)
    }

    func advance(_ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64) throws -> Bool {
        guard try storedOffset(of: partition)?.offset == expected, var content = open else { return false }
        open = nil
        while content.offsets.count <= Int(partition) { content.offsets.append(nil) }
        content.offsets[Int(partition)] = StoredOffset(offset: until, batch: batch)
        open = content
        return true
    }

    func commit() throws {
        if let open {
            stores.commits += 1
            let before = database.committed.entries.count
            let rows = (open.entries.count - before) / open.entryLength
            stores.trace?.note(12, path, Int64(rows), .transaction(path: path, rows: rows))
            open.entries.withUnsafeBytes { stores.trace?.add(UnsafeRawBufferPointer(rebasing: $0[before...])) }
            database.committed = open
        }
        rollBack()
    }

    func rollBack() {
        if open != nil { database.writer = nil }
        open = nil
    }

    func storedOffset(of partition: Partition) throws -> StoredOffset? {
        let offsets = (open ?? database.committed).offsets
        return Int(partition) < offsets.count ? offsets[Int(partition)] : nil
    }

    func newestDriver() -> StoredDriver? {
        let drivers = database.committed.drivers
        return drivers.last.map { StoredDriver(number: Int64(drivers.count), name: $0) }
    }

    func registerDriver(named name: String) throws -> Int64 {
        try begin()
        open?.drivers.append(name)
        try commit()
        return Int64(database.committed.drivers.count)
    }

    func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let content = database.committed
        try content.entries.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: content.entryLength) {
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + content.entryLength]))
            }
        }
    }

    func close() { rollBack() }
}
