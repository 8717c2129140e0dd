// What librdkafka sees of a served broker: records, ends, times, groups, offsets.
import Glibc
import Kafka
import KafkaServer
import Testing
import World

@Suite("Through librdkafka, a served broker", .serialized) struct LibraryTests {
    @Test("gives back exactly what was produced, from any offset to any other")
    func ranges() throws {
        let topic = try ServedTopic(partitions: 3)
        try topic.produce(30_000, partitions: 3)
        for partition: Partition in 0..<3 {
            let watermarks = try topic.broker.watermarks(of: partition)
            #expect(watermarks == Watermarks(low: 0, high: 10_000))
            for range: Range<Offset> in [0..<10_000, 0..<1, 9_999..<10_000, 1_234..<5_678] {
                let expected = range.map { Int($0) * 3 + Int(partition) }
                #expect(try topic.numbers(partition, range) == expected, "\(partition): \(range)")
            }
        }
    }

    @Test("keeps what is larger than a segment")
    func large() throws {
        let topic = try ServedTopic()
        try topic.produce(200, recordBytes: 200_000)
        #expect(try topic.numbers(0, 0..<200) == Array(0..<200))
    }

    @Test("finds offsets by time")
    func times() throws {
        let topic = try ServedTopic()
        let before = Int64(time(nil)) * 1000 - 1000
        try topic.produce(10)
        #expect(try topic.broker.offsets(of: [0], at: before) == [0])
        #expect(try topic.broker.offsets(of: [0], at: before + 3_600_000) == [nil])
    }

    @Test("deletes records, and refuses to read them")
    func deletion() throws {
        let topic = try ServedTopic()
        try topic.produce(100)
        try topic.cluster.deleteRecords(before: [(partition: 0, before: 40)], of: topic.name)
        #expect(try topic.broker.watermarks(of: 0) == Watermarks(low: 40, high: 100))
        #expect(try topic.numbers(0, 40..<100) == Array(40..<100))
        let refusal = #expect(throws: BrokerError.self) { try topic.numbers(0, 39..<100) }
        #expect(refusal?.code == .offsetOutOfRange)
    }

    @Test("keeps the offsets of a group, and none that it was not given")
    func offsets() throws {
        let topic = try ServedTopic(partitions: 3)
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: "g") == [nil, nil, nil])
        try topic.broker.commit([(partition: 0, next: 5), (partition: 2, next: 0)], group: "g")
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: "g") == [5, nil, 0])
        #expect(try topic.broker.committedOffsets(of: [0], group: "other") == [nil])
    }

    @Test("forgets the offsets of a group, but not while it has members")
    func forgottenOffsets() throws {
        let topic = try ServedTopic(partitions: 2)
        try topic.broker.commit([(partition: 0, next: 5)], group: "g")
        let forget = { (patience: Duration) in
            try topic.cluster.forgetOffsets(of: "g", topic: topic.name, partitions: 2, within: patience)
        }
        let member = try topic.broker.openGroupReader(
            GroupSettings(group: "g", sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 100))
        var holding: [[Partition]] = [[]]
        #expect(try settle([member], &holding, until: [2]) == [0, 1])
        #expect(throws: BrokerError.self) { try forget(.zero) }
        #expect(try topic.broker.committedOffsets(of: [0, 1], group: "g") == [5, nil])
        member.close()
        try forget(.seconds(10))
        #expect(try topic.broker.committedOffsets(of: [0, 1], group: "g") == [nil, nil])
        try topic.cluster.forgetOffsets(of: "never", topic: topic.name, partitions: 2, within: .zero)
    }

    @Test("makes and removes topics, and says why not")
    func topics() throws {
        let topic = try ServedTopic()
        let cases: [(name: String, settings: TopicSettings)] = [
            (topic.name, TopicSettings()), ("copies", TopicSettings(replication: 2)),
            (
                "shredded",
                TopicSettings(configuration: [KafkaProperty(name: "cleanup.policy", value: "shred")])
            ),
        ]
        for (name, settings) in cases {
            #expect(throws: BrokerError.self, "\(name)") {
                try topic.cluster.createTopic(name, partitions: 1, settings: settings)
            }
        }
        try topic.cluster.createTopic("more", partitions: 7)
        #expect(try topic.cluster.partitionCount(of: "more") == 7)
        try topic.cluster.deleteTopic("more")
        #expect(throws: BrokerError.self) { try topic.cluster.deleteTopic("more") }
    }

    @Test("shares a topic between two members, and gives all to the one that stays")
    func group() throws {
        let topic = try ServedTopic(partitions: 4)
        let settings = GroupSettings(group: "g", sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 100)
        let first = try topic.broker.openGroupReader(settings)
        defer { first.close() }
        var holding: [[Partition]] = [[]]
        #expect(try settle([first], &holding, until: [4]) == [0, 1, 2, 3])
        let second = try topic.broker.openGroupReader(settings)
        holding.append([])
        #expect(try settle([first, second], &holding, until: [2, 2]) == [0, 1, 2, 3])
        try second.commit([(partition: holding[1][0], next: 9)])
        #expect(try topic.broker.committedOffsets(of: [holding[1][0]], group: "g") == [9])
        second.close()
        holding.removeLast()
        #expect(try settle([first], &holding, until: [4]) == [0, 1, 2, 3])
    }

    @Test("serves kcat, for which it makes topics", .enabled(if: hasKcat))
    func kcat() throws {
        let server = try KafkaServer.start()
        defer { server.stop() }
        #expect(output("seq 1000 | kcat -P -b \(server.bootstrap) -t made -z gzip") == "")
        let read = output("kcat -C -b \(server.bootstrap) -t made -o beginning -e -q")
        #expect(read == (1...1000).map { "\($0)\n" }.joined())
        // A group's member leaves at the end, and the next goes on where it ended.
        let grouped = "kcat -b \(server.bootstrap) -X auto.offset.reset=earliest -G g -e -q made"
        #expect(output("timeout 60 \(grouped)") == read)
        #expect(output("echo more | kcat -P -b \(server.bootstrap) -t made") == "")
        #expect(output("timeout 60 \(grouped)") == "more\n")
    }
}

let hasKcat = !output("command -v kcat").isEmpty

/// What a command prints.
func output(_ command: String) -> String {
    guard let pipe = popen("\(command) 2>/dev/null", "r") else { return "" }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, pipe), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
