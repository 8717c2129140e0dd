// A database as an engine would use it that has a bug: rows and offsets are committed one after the other.
internal import World

/// Stands between an engine and its database.
final class FlawedStore: TransactionalStore {
    private let store: any TransactionalStore

    init(_ store: any TransactionalStore) { self.store = store }

    func begin() throws { try store.begin() }

    func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws {
        try store.insert(entries, entryLength: entryLength)
        try store.commit()
        try store.begin()
    }

    func advance(_ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64) throws -> Bool {
        try store.advance(partition, from: expected, to: until, batch: batch)
    }

    func commit() throws { try store.commit() }

    func rollBack() { store.rollBack() }

    func storedOffset(of partition: Partition) throws -> StoredOffset? { try store.storedOffset(of: partition) }

    func newestDriver() throws -> StoredDriver? { try store.newestDriver() }

    func registerDriver(named name: String) throws -> Int64 { try store.registerDriver(named: name) }

    func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) throws { try store.forEachEntry(body) }

    func close() { store.close() }
}
