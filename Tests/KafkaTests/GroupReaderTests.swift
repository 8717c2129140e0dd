// Real group membership: who gets which partitions, what a newcomer changes, and how a zombie is refused.
import Kafka
import Testing
import World

@Suite("A member of a group", .serialized)
struct GroupReaderTests {
    private func settings(_ topic: TestTopic, session: Int = 6000) -> GroupSettings {
        GroupSettings(group: "group-of-\(topic.name)", sessionTimeoutMilliseconds: session, heartbeatMilliseconds: 500)
    }

    /// The next decision about `reader`; nil when none came.
    private func next(_ reader: any GroupReader) throws -> GroupChange? {
        for _ in 0..<6_000 {
            if let change = try reader.poll(timeout: .milliseconds(50)) { return change }
        }
        return nil
    }

    @Test("gets all partitions when it is alone, and commits as a member", arguments: TestCluster.available)
    func alone(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        try topic.produce(30, partitions: 3)
        let reader = try topic.broker.openGroupReader(settings(topic))
        defer { reader.close() }
        #expect(try next(reader) == .assigned([0, 1, 2]))
        #expect(try reader.committedOffsets(of: [0, 1, 2]) == [nil, nil, nil])
        try reader.start(at: [(0, 0), (1, 4), (2, 10)])
        let block = Block()
        #expect(try reader.fetch(0, until: 10, limit: 100, into: block, timeout: patience).count == 10)
        #expect(try reader.fetch(1, until: 10, limit: 100, into: block, timeout: patience).count == 6)
        try reader.commit([(partition: 0, next: 10), (partition: 1, next: 10)])
        #expect(try reader.committedOffsets(of: [0, 1, 2]) == [10, 10, nil])
    }

    /// Serves all members, as members at rest do, until each holds as many partitions as it is to have; nil: they never
    /// did. The group may need several generations for that, and tells each of them of every one.
    private func settle(
        _ readers: [any GroupReader], holding: inout [[Partition]], until counts: [Int]
    ) throws -> [Partition]? {
        for _ in 0..<600 {
            for (place, reader) in readers.enumerated() {
                switch try reader.poll(timeout: .milliseconds(20)) {
                case .assigned(let partitions)?:
                    try reader.start(at: partitions.map { ($0, 0) })
                    holding[place] = partitions
                case .revoked?, .lost?:
                    // Kafka and our own broker still take a commit now, before the partitions go; the others refuse it.
                    do {
                        try reader.commit(holding[place].map { ($0, 0) })
                    } catch let refusal as BrokerError {
                        #expect(refusal.code == .fenced)
                    }
                    try reader.giveUp()
                    holding[place] = []
                case nil: break
                }
            }
            let all = holding.flatMap { $0 }
            if holding.map(\.count) == counts, Set(all).count == all.count { return all.sorted() }
        }
        return nil
    }

    @Test("shares with a newcomer, and gets everything back when it leaves", arguments: TestCluster.available)
    func newcomer(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 4)
        let first = try topic.broker.openGroupReader(settings(topic))
        defer { first.close() }
        var holding: [[Partition]] = [[]]
        #expect(try settle([first], holding: &holding, until: [4]) == [0, 1, 2, 3])

        let second = try topic.broker.openGroupReader(settings(topic))
        holding.append([])
        #expect(try settle([first, second], holding: &holding, until: [2, 2]) == [0, 1, 2, 3])

        second.close()
        holding.removeLast()
        #expect(try settle([first], holding: &holding, until: [4]) == [0, 1, 2, 3])
    }

    @Test("is refused once it was taken for dead", arguments: TestCluster.available)
    func zombie(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        // Who does not poll for so long is taken for dead by its own library, which leaves the group.
        let slow = try KafkaConfiguration(
            bootstrap: topic.configuration.bootstrap,
            properties: topic.configuration.properties + [
                KafkaProperty(name: "max.poll.interval.ms", value: "6000"),
                KafkaProperty(name: "session.timeout.ms", value: "6000"),
            ])
        let broker = try KafkaBroker(slow, topic: topic.name)
        defer { broker.close() }
        let zombie = try broker.openGroupReader(settings(topic))
        defer { zombie.close() }
        #expect(try next(zombie) == .assigned([0, 1]))
        try zombie.start(at: [(0, 0), (1, 0)])
        try zombie.commit([(partition: 0, next: 0)])

        let heir = try topic.broker.openGroupReader(settings(topic))
        defer { heir.close() }
        #expect(try next(heir) == .assigned([0, 1]))
        try heir.start(at: [(0, 0), (1, 0)])
        let error = brokerError { try zombie.commit([(partition: 0, next: 0)]) }
        #expect(error?.code == .fenced)
        // As a revocation where the library had heard of the heir before it gave the membership up.
        let told = try next(zombie)
        #expect(told == .lost || told == .revoked)
        try zombie.giveUp()
    }
}
