// The transactional store in a file of SQLite.
internal import Foundation
internal import GRDB
internal import GRDBSQLite
public import World

/// A connection to an SQLite database in write-ahead mode, whose commits are synced (`synchronous = FULL`).
///
///     results   entry
///     offsets   partition, offset, batch
///     drivers   number, name
///
/// A row of `results` has no key on purpose: were a result written twice, it would show.
public final class SQLiteStore: TransactionalStore {
    /// How long a connection waits for another one's transaction before it gives up, in seconds.
    static let patience = 60.0

    private let path: String
    private let queue: DatabaseQueue
    private var isInTransaction = false

    /// Opens, or makes, the database at `path`.
    ///
    /// - Throws: `StoreError`.
    public init(path: String) throws {
        self.path = path
        var configuration = Configuration()
        // A transaction spans several calls of the seam.
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(SQLiteStore.patience)
        queue = try SQLiteStore.telling("open", path) { try DatabaseQueue(path: path, configuration: configuration) }
        try run("open") { database in
            try SQLiteStore.chooseJournal(of: database)
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.inTransaction(.immediate) {
                try database.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS results (entry BLOB NOT NULL);
                        CREATE TABLE IF NOT EXISTS offsets (
                            "partition" INTEGER PRIMARY KEY, "offset" INTEGER NOT NULL, batch INTEGER NOT NULL);
                        CREATE TABLE IF NOT EXISTS drivers (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
                        """)
                return .commit
            }
        }
    }

    /// Begins a transaction that no other connection can write beside.
    public func begin() throws {
        try run("begin") { try $0.beginTransaction(.immediate) }
        isInTransaction = true
    }

    /// Adds entries.
    public func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws {
        try run("insert into") { database in
            // Bound straight from the buffer: no argument list for each of many thousand rows.
            let statement = try database.cachedStatement(sql: "INSERT INTO results (entry) VALUES (?)")
            let handle = statement.sqliteStatement
            defer {
                sqlite3_reset(handle)
                sqlite3_clear_bindings(handle)
            }
            for start in stride(from: 0, to: entries.count, by: entryLength) {
                let entry = UnsafeRawBufferPointer(rebasing: entries[start..<start + entryLength])
                // Without a destructor SQLite reads the bytes in place; they outlive the step.
                var code = sqlite3_bind_blob(handle, 1, entry.baseAddress, Int32(entryLength), nil)
                if code == SQLITE_OK { code = sqlite3_step(handle) }
                guard code == SQLITE_DONE else {
                    throw DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
                }
                sqlite3_reset(handle)
            }
        }
    }

    /// Compares and sets a stored offset.
    public func advance(
        _ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64
    ) throws -> Bool {
        try run("advance the offset in") { database in
            if let expected {
                try database.cachedStatement(
                    sql: """
                        UPDATE offsets SET "offset" = ?, batch = ? WHERE "partition" = ? AND "offset" = ?
                        """
                ).execute(arguments: [until, batch, partition, expected])
            } else {
                try database.cachedStatement(
                    sql: """
                        INSERT INTO offsets ("partition", "offset", batch) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                        """
                ).execute(arguments: [partition, until, batch])
            }
            return database.changesCount == 1
        }
    }

    /// Commits the transaction.
    public func commit() throws {
        try run("commit to") { try $0.commit() }
        isInTransaction = false
    }

    /// Undoes the transaction, if there is one.
    public func rollBack() {
        guard isInTransaction else { return }
        // A rollback that fails has happened already: SQLite undoes what a failed statement left.
        try? queue.inDatabase { try $0.rollback() }
        isInTransaction = false
    }

    /// What is stored for a partition.
    public func storedOffset(of partition: Partition) throws -> StoredOffset? {
        try run("read") { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT \"offset\", batch FROM offsets WHERE \"partition\" = ?"),
                arguments: [partition]
            ).map { StoredOffset(offset: $0[0], batch: $0[1]) }
        }
    }

    /// The newest driver.
    public func newestDriver() throws -> StoredDriver? {
        try run("read") { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT number, name FROM drivers ORDER BY number DESC LIMIT 1")
            ).map { StoredDriver(number: $0[0], name: $0[1]) }
        }
    }

    /// Registers a driver.
    public func registerDriver(named name: String) throws -> Int64 {
        try run("register a driver in") { database in
            try database.inTransaction(.immediate) {
                try database.execute(sql: "INSERT INTO drivers (name) VALUES (?)", arguments: [name])
                return .commit
            }
            return database.lastInsertedRowID
        }
    }

    /// Calls `body` with each entry.
    public func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try run("read") { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT entry FROM results ORDER BY rowid")
            while let row = try rows.next() {
                try row.withUnsafeData(atIndex: 0) { data in try data?.withUnsafeBytes { try body($0) } }
            }
        }
    }

    /// Closes the connection.
    public func close() {
        rollBack()
        // What does not close is closed by the end of the process.
        try? queue.close()
    }

    /// A pragma's value, for tests.
    func pragma(_ name: String) throws -> String? {
        try run("read") { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    /// Changes to write-ahead mode. SQLite does not wait for another connection that does the same at this moment, so
    /// the change is tried again for as long as any transaction would be waited for.
    private static func chooseJournal(of database: Database) throws {
        let clock = ContinuousClock()
        let giveUpAt = clock.now + .seconds(patience)
        while true {
            do {
                _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && clock.now < giveUpAt {
                continue
            }
        }
    }

    private func run<Result>(_ operation: String, _ body: (Database) throws -> Result) throws -> Result {
        try SQLiteStore.telling(operation, path) { try queue.inDatabase(body) }
    }

    private static func telling<Result>(
        _ operation: String, _ path: String, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            let code: StoreError.Code =
                switch error.resultCode {
                case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
                case .SQLITE_FULL: .noSpace
                case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .notAllowed
                case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
                default: .failed
                }
            throw StoreError(
                code, operation: operation, path: path,
                reason: "\(error.message ?? "no reason given") [SQLite \(error.extendedResultCode.rawValue)]")
        }
    }
}
