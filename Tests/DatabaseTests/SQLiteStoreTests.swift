// The store on SQLite keeps the promises of its seam.
import Foundation
import Testing
import World

@testable import Database

@Suite("The transactional store on SQLite")
struct SQLiteStoreTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "kbench-store-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder: Folder

    init() throws { folder = try Folder() }

    private func open() throws -> SQLiteStore { try SQLiteStore(path: "\(folder.path)/store.sqlite") }

    private func insert(_ bytes: [UInt8], into store: SQLiteStore) throws {
        try bytes.withUnsafeBytes { try store.insert($0, entryLength: 2) }
    }

    private func entries(of store: SQLiteStore) throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        try store.forEachEntry { entries.append(Array($0)) }
        return entries
    }

    @Test("entries and offsets appear together, at the commit")
    func commit() throws {
        let store = try open()
        let other = try open()
        try store.begin()
        try insert([1, 2, 3, 4], into: store)
        #expect(try store.advance(0, from: nil, to: 10, batch: 1))
        #expect(try entries(of: other) == [])
        #expect(try other.storedOffset(of: 0) == nil)
        try store.commit()
        #expect(try entries(of: other) == [[1, 2], [3, 4]])
        #expect(try other.storedOffset(of: 0) == StoredOffset(offset: 10, batch: 1))
        #expect(try other.storedOffset(of: 1) == nil)
        store.close()
        other.close()
    }

    @Test("what was not committed is gone, by a roll-back or with the connection")
    func rollBack() throws {
        let store = try open()
        try store.begin()
        try insert([1, 2], into: store)
        #expect(try store.advance(0, from: nil, to: 10, batch: 1))
        store.rollBack()
        store.rollBack()
        try store.begin()
        try insert([3, 4], into: store)
        store.close()
        let again = try open()
        #expect(try entries(of: again) == [])
        #expect(try again.storedOffset(of: 0) == nil)
        again.close()
    }

    @Test("compares and sets an offset")
    func compareAndSet() throws {
        let store = try open()
        try store.begin()
        #expect(try !store.advance(3, from: 5, to: 10, batch: 1), "nothing is stored, something was expected")
        #expect(try store.advance(3, from: nil, to: 10, batch: 1))
        #expect(try !store.advance(3, from: nil, to: 11, batch: 1), "something is stored, nothing was expected")
        #expect(try !store.advance(3, from: 9, to: 20, batch: 2))
        #expect(try store.storedOffset(of: 3) == StoredOffset(offset: 10, batch: 1))
        #expect(try store.advance(3, from: 10, to: 20, batch: 2))
        #expect(try store.storedOffset(of: 3) == StoredOffset(offset: 20, batch: 2))
        try store.commit()
        store.close()
    }

    @Test("numbers drivers in the order they register")
    func drivers() throws {
        let store = try open()
        #expect(try store.newestDriver() == nil)
        #expect(try store.registerDriver(named: "one") == 1)
        let other = try open()
        #expect(try other.registerDriver(named: "two") == 2)
        #expect(try store.newestDriver() == StoredDriver(number: 2, name: "two"))
        store.close()
        other.close()
    }

    @Test("commits are synced to a write-ahead log")
    func durability() throws {
        let store = try open()
        #expect(try store.pragma("journal_mode") == "wal")
        #expect(try store.pragma("synchronous") == "2", "2 is FULL")
        store.close()
    }

    @Test("says what it could not open, and why")
    func refusals() throws {
        let absent = "\(folder.path)/absent/store.sqlite"
        #expect {
            _ = try SQLiteStore(path: absent)
        } throws: {
            guard let error = $0 as? StoreError else { return false }
            return error.code == .notAllowed && error.path == absent
        }
        let text = "\(folder.path)/text.sqlite"
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: text))
        #expect {
            _ = try SQLiteStore(path: text)
        } throws: {
            ($0 as? StoreError)?.code == .damaged
        }
    }
}
