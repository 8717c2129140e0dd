// Which database holds the results of a transactional sink: for the worker that writes it and the verdict that reads it.
internal import Database
internal import World

/// Opens the store of a sink's results.
enum ResultStore {
    static func open(path: String) throws -> any TransactionalStore { try SQLiteStore(path: path) }
}
