// The rows of a query on a database of SQLite that somebody else writes.
internal import Foundation
internal import GRDB
internal import World

/// A query on a file that is opened anew each time, to be read only.
public struct SQLiteRows: Sendable {
    private let path: String
    private let query: String

    /// The rows of `query` on the database at `path`; it need not be there yet.
    public init(path: String, query: String) { (self.path, self.query) = (path, query) }

    /// Calls `body` with the cells of each row as text. A database, or a table, that is not there has none.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    public func forEachRow(_ body: ([String]) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(SQLiteStore.patience)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            try queue.read { database in
                let rows = try Row.fetchCursor(database, sql: query)
                while let row = try rows.next() { try body(row.databaseValues.map(Self.text)) }
            }
        } catch let error as DatabaseError {
            // The pipeline makes its table when it pleases.
            if error.resultCode == .SQLITE_ERROR, error.message?.hasPrefix("no such table") == true { return }
            throw StoreError(.failed, operation: "read", path: path, reason: error.message ?? "\(error)")
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: ""
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob(let data): String(decoding: data, as: UTF8.self)
        }
    }
}
