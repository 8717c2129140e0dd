// The native client and its cluster: leaders and coordinators that move, brokers that go, groups' offsets, logins.
import BrokerCore
import BrokerScript
import Kafka
import KafkaServer
import Testing
import World

@testable import KafkaNative

@Suite("The native client of a cluster", .serialized) struct NativeBrokerTests {
    @Test("finds a partition's new leader in the middle of a range, and misses nothing")
    func leaderMoves() throws {
        let topic = try NativeTopic(partitions: 3, brokers: 3)
        for partition: Int32 in 0...2 { try topic.write(0..<300, to: partition) }
        let reader = try topic.broker.openReader(at: (0...2).map { ($0, 0) })
        defer { reader.close() }
        for start in stride(from: Int64(0), to: 300, by: 50) {
            for partition: Int32 in 0...2 {
                #expect(
                    try topic.numbers(partition, start..<start + 50, with: reader, limit: 7)
                        == Array(Int(start)..<Int(start) + 50))
                let leader = try topic.server.leader(topic: "numbers", partition: partition)
                let holders: [Int32] = [[1, 2], [2, 3], [3, 1]][Int(partition)]
                let next = holders[0] == leader ? holders[1] : holders[0]
                try topic.server.moveLeader(topic: "numbers", partition: partition, to: next)
                // What was read ahead of the old leader is not enough for the next round.
                try reader.seek(partition, to: 0)
            }
        }
        // All at once, from all leaders.
        for partition: Int32 in 0...2 { try reader.seek(partition, to: 10) }
        var count = 0
        while count < 870 {
            let taken = try reader.discard(limit: 1000, timeout: patience).count
            guard taken > 0 else { break }
            count += taken
        }
        #expect(count == 870)
    }

    @Test("is fenced by the epoch of a leader that went and came again, and asks for the new one")
    func fencing() throws {
        let topic = try NativeTopic(brokers: 3)
        try topic.write(0..<10)
        let view = ClusterView(topic.settings, topic: topic.name)
        defer { view.close() }
        try view.connect()
        try view.refresh()
        let known = try #require(view.leaders[0])
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        for leader in [known.node == 1 ? Int32(2) : 1, known.node] {
            try topic.server.moveLeader(topic: topic.name, partition: 0, to: leader)
        }
        #expect(view.leaders[0] == known)
        #expect(try view.ends(of: [0], -1) == [10])
        #expect(view.leaders[0] == ClusterView.Leader(node: known.node, epoch: known.epoch + 2))
        #expect(try topic.numbers(0, 0..<10, with: reader) == Array(0..<10))
    }

    @Test("goes on when a broker goes down and comes up")
    func brokerDown() throws {
        let topic = try NativeTopic(partitions: 2, brokers: 3)
        for partition: Int32 in 0...1 { try topic.write(0..<100, to: partition) }
        let reader = try topic.broker.openReader(at: [(0, 0), (1, 0)])
        defer { reader.close() }
        for (down, partition) in [(Int32(1), Int32(0)), (2, 1)] {
            #expect(try topic.numbers(partition, 0..<20, with: reader) == Array(0..<20))
            try topic.server.takeDown(broker: down)
            #expect(try topic.numbers(partition, 10..<100, with: reader) == Array(10..<100))
            #expect(try topic.broker.watermarks(of: [0, 1]).map(\.high) == [100, 100])
            try topic.server.bringUp(broker: down)
        }
    }

    @Test("keeps the offsets of groups, wherever they are coordinated")
    func offsets() throws {
        let topic = try NativeTopic(partitions: 3, brokers: 3)
        #expect(try topic.broker.committedOffsets(of: [0, 1], group: "g") == [nil, nil])
        try topic.broker.commit([(partition: 0, next: 5), (partition: 2, next: 7)], group: "g")
        for broker: Int32 in [1, 2, 3] {
            #expect(try topic.broker.committedOffsets(of: [2, 1, 0], group: "g") == [7, nil, 5])
            try topic.server.moveCoordinator(of: .group, "g", to: broker)
        }
        let other = try KafkaBroker(topic.configuration, topic: topic.name)
        defer { other.close() }
        #expect(try other.committedOffsets(of: [0, 1, 2], group: "g") == [5, nil, 7])
    }

    @Test("knows the partitions and their ends, and that a topic is missing")
    func topics() throws {
        let topic = try NativeTopic(partitions: 3)
        try topic.write(0..<5, to: 1)
        #expect(try topic.broker.partitionCount() == 3)
        #expect(try topic.broker.watermarks(of: 1) == Watermarks(low: 0, high: 5))
        #expect(try topic.broker.watermarks(of: [1, 0]).map(\.high) == [5, 0])
        #expect(throws: BrokerError.self) { try topic.broker.watermarks(of: 3) }
        let missing = try NativeBroker(topic.settings, topic: "absent")
        defer { missing.close() }
        #expect(#expect(throws: BrokerError.self) { try missing.partitionCount() }?.code == .unknownTopic)
        let joining = #expect(throws: BrokerError.self) {
            try topic.broker.openGroupReader(
                GroupSettings(group: "g", sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 1000))
        }
        #expect(joining?.code == .configuration)
    }

    @Test("logs in by PLAIN, and is refused with a wrong password")
    func logins() throws {
        var served = ServerSettings()
        served.users = [ServedUser(name: "ann", password: "secret")]
        func properties(_ password: String) -> [(String, String)] {
            [
                ("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "PLAIN"), ("sasl.username", "ann"),
                ("sasl.password", password),
            ]
        }
        let topic = try NativeTopic(server: served, properties: properties("secret"))
        try topic.write(0..<5)
        #expect(try topic.numbers(0, 0..<5) == Array(0..<5))
        let wrong = try NativeSettings(bootstrap: topic.server.bootstrap, properties: properties("guess"))
        let error = #expect(throws: BrokerError.self) { try NativeBroker(wrong, topic: "numbers") }
        #expect(error?.code == .notAllowed)
    }

    @Test("says that nobody answers")
    func nobody() throws {
        var settings = try NativeSettings(bootstrap: "127.0.0.1:1")
        settings.refusedTimeout = .milliseconds(50)
        let error = #expect(throws: BrokerError.self) { try NativeBroker(settings, topic: "t") }
        #expect(error?.code == .unreachable)
    }

    @Test(
        "refuses by name what it lacks",
        arguments: [
            ("security.protocol", "tls"), ("sasl.kerberos.keytab", "x"), ("fetch.min.bytes", "5"),
            ("check.crcs", "maybe"),
            ("fetch.max.bytes", "0"), ("client.rack", "a"),
        ])
    func lacks(_ name: String, _ value: String) {
        let error = #expect(throws: BrokerError.self) {
            try NativeSettings(bootstrap: "h:1", properties: [(name, value)])
        }
        #expect(error?.code == .configuration)
        #expect(error?.location == name)
    }

    @Test(
        "takes the addresses that librdkafka takes",
        arguments: [
            ("a:1", ["a:1"]), ("a", ["a:9092"]), ("a:1, b:2", ["a:1", "b:2"]), ("PLAINTEXT://a:1", ["a:1"]),
            ("[::1]:7", ["::1:7"]), ("::1", ["::1:9092"]), ("", nil), ("a:0", nil), ("a:x", nil), (":1", nil),
            ("[::1]7", nil), ("a:70000", nil),
        ] as [(String, [String]?)])
    func addresses(_ text: String, _ wanted: [String]?) {
        #expect((try? NativeSettings.addresses(in: text))?.map(\.description) == wanted)
    }
}
