// Results in a topic and offsets in a group, changed in one transaction: who sees what, and who is out.
import Kafka
import Testing
import World

@Suite("A store in Kafka") struct KafkaStoreTests {
    /// A topic, and where a store of results made of it lies.
    private struct Lab {
        let topic: TestTopic
        let place: KafkaStore.Place

        init(_ cluster: TestCluster) throws {
            topic = try cluster.makeTopic(partitions: 2)
            place = KafkaStore.Place(input: topic.name, output: "\(topic.name)-output", group: "g-\(topic.name)")
        }

        func store() -> KafkaStore { KafkaStore(topic.configuration, at: place) }

        func committed() throws -> [Offset?] {
            try topic.broker.committedOffsets(of: [0, 1], group: place.group)
        }
    }

    private func insert(_ numbers: [UInt64], into store: KafkaStore) throws {
        try numbers.withUnsafeBytes { try store.insert($0, entryLength: 8) }
    }

    private func entries(_ store: KafkaStore) throws -> [UInt64] {
        var found: [UInt64] = []
        try store.forEachEntry { found.append($0.loadUnaligned(as: UInt64.self)) }
        return found
    }

    @Test("has nothing before it was written to", arguments: TestCluster.complete)
    func empty(_ cluster: TestCluster) throws {
        let lab = try Lab(cluster)
        let store = lab.store()
        defer { store.close() }
        #expect(try entries(store) == [])
        #expect(try store.look() == KafkaStore.Sight())
        #expect(try store.newestDriver() == nil)
    }

    @Test(
        "shows rows and offsets together, once they are committed, and remembers who wrote them",
        arguments: TestCluster.complete)
    func commits(_ cluster: TestCluster) throws {
        let lab = try Lab(cluster)
        let writer = lab.store()
        defer { writer.close() }
        #expect(try writer.registerDriver(named: "the first") == 1)
        #expect(try writer.storedOffset(of: 0) == nil)
        try writer.begin()
        try insert([1, 2, 3], into: writer)
        #expect(try writer.advance(0, from: nil, to: 3, batch: 7))
        try writer.commit()
        #expect(try lab.committed() == [3, nil])
        // Not as expected: nothing moves.
        try writer.begin()
        #expect(try !writer.advance(0, from: 2, to: 9, batch: 8))
        try insert([4], into: writer)
        #expect(try writer.advance(0, from: 3, to: 4, batch: 8))
        #expect(try writer.advance(1, from: nil, to: 5, batch: 8))
        try writer.commit()
        let reader = lab.store()
        defer { reader.close() }
        #expect(try entries(reader) == [1, 2, 3, 4])
        #expect(try reader.look() == KafkaStore.Sight())
        let heir = lab.store()
        defer { heir.close() }
        #expect(try heir.newestDriver() == StoredDriver(number: 1, name: "the first"))
        #expect(try heir.registerDriver(named: "the second") == 2)
        #expect(try heir.storedOffset(of: 0) == StoredOffset(offset: 4, batch: 8))
        #expect(try heir.storedOffset(of: 1) == StoredOffset(offset: 5, batch: 8))
    }

    @Test(
        "shows nothing of a transaction that was undone, but to who reads uncommitted records",
        arguments: TestCluster.complete)
    func undone(_ cluster: TestCluster) throws {
        let lab = try Lab(cluster)
        let writer = lab.store()
        defer { writer.close() }
        try writer.begin()
        try insert([1, 2], into: writer)
        #expect(try writer.advance(0, from: nil, to: 2, batch: 1))
        #expect(try writer.storedOffset(of: 0)?.offset == 2)
        writer.rollBack()
        #expect(try writer.storedOffset(of: 0) == nil)
        try writer.begin()
        try insert([1], into: writer)
        #expect(try writer.advance(0, from: nil, to: 1, batch: 1))
        try writer.commit()
        #expect(try entries(writer) == [1])
        #expect(try writer.look() == KafkaStore.Sight(uncommitted: 2))
        #expect(try lab.committed() == [1, nil])
    }

    @Test("ends what an earlier writer left open, and refuses that one from then on", arguments: TestCluster.complete)
    func fenced(_ cluster: TestCluster) throws {
        let lab = try Lab(cluster)
        let zombie = lab.store()
        defer { zombie.close() }
        try zombie.begin()
        try insert([1, 2], into: zombie)
        #expect(try zombie.advance(0, from: nil, to: 2, batch: 1))
        let heir = lab.store()
        defer { heir.close() }
        try heir.begin()
        try insert([3], into: heir)
        #expect(try heir.advance(0, from: nil, to: 1, batch: 1))
        try heir.commit()
        let refusal = #expect(throws: StoreError.self) { try zombie.commit() }
        #expect(refusal?.code == .fenced)
        #expect(try entries(heir) == [3])
        #expect(try heir.look() == KafkaStore.Sight(uncommitted: 2))
        #expect(try lab.committed() == [1, nil])
    }
}
