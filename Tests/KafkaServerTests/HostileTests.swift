// Requests at the ends of what can be said, and requests with changed bytes: the broker answers or drops, and lives.
import Glibc
import Kafka
import KafkaWire
import Testing
import World

@testable import KafkaServer

@Suite("Whatever is sent, a served broker", .serialized) struct HostileTests {
    private let server: KafkaServer

    init() throws { server = try KafkaServer.start() }

    private func lives() throws {
        let client = BareClient(server)
        #expect(try client.request(Metadata.self, Metadata.Request(), version: 9).brokers.count == 1)
    }

    @Test(
        "outlives every request that it takes, in every version, full of made-up values", arguments: Fullness.allCases)
    func samples(fullness: Fullness) throws {
        for key in Broker.versions.keys.sorted(by: { $0.rawValue < $1.rawValue }) { try send(key.api, fullness) }
        try lives()
    }

    private func send<A: Api>(_: A.Type, _ fullness: Fullness) throws {
        for version in Broker.versions[A.key] ?? 0...0 {
            for seed: UInt64 in 0..<(fullness == .random ? 5 : 1) {
                var samples = SampleCoder(
                    version: version, isFlexible: A.isFlexible(version), fullness, seed: seed)
                let request = try A.Request.sample(&samples)
                let frame = try A.encodeRequest(request, version: version, correlationId: 1, clientId: "x")
                let records = [UInt8](repeating: 1, count: frame.gaps.last?.records.range.upperBound ?? 0)
                // Not all of them are answered soon, so nobody waits.
                BareClient(server).send(records.withUnsafeBytes { frame.joined(with: $0) })
            }
        }
        try lives()
    }

    /// Good requests about a topic that is there.
    private func good() throws -> [[UInt8]] {
        var builder = BatchBuilder()
        for offset: Int64 in 0..<3 {
            try builder.append(offset: offset, timestamp: offset, key: [UInt8]?.none, value: [1, 2, 3])
        }
        let batch = try builder.finished()
        var produce = Produce.Request()
        produce.acks = 1
        var sent = Produce.Request.Topic()
        sent.name = "t"
        var piece = Produce.Request.Partition()
        piece.records = Records(0..<batch.count)
        sent.partitionData = [piece]
        produce.topicData = [sent]
        var fetch = Fetch.Request()
        var wanted = Fetch.Request.Topic()
        wanted.topic = "t"
        var part = Fetch.Request.Partition()
        part.partitionMaxBytes = 1000
        wanted.partitions = [part]
        fetch.topics = [wanted]
        var list = ListOffsets.Request()
        var asked = ListOffsets.Request.Topic()
        asked.name = "t"
        asked.partitions = [ListOffsets.Request.Partition()]
        list.topics = [asked]
        var delete = DeleteRecords.Request()
        var deleted = DeleteRecords.Request.Topic()
        deleted.name = "t"
        deleted.partitions = [DeleteRecords.Request.Partition()]
        delete.topics = [deleted]
        var join = JoinGroup.Request()
        (join.groupId, join.sessionTimeoutMs, join.protocolType) = ("g", 1000, "consumer")
        join.protocols = [JoinGroup.Request.ProtocolMetadata()]
        join.rebalanceTimeoutMs = 1000
        let frames = [
            try Produce.encodeRequest(produce, version: 8, correlationId: 1, clientId: "x"),
            try Fetch.encodeRequest(fetch, version: 11, correlationId: 1, clientId: "x"),
            try ListOffsets.encodeRequest(list, version: 5, correlationId: 1, clientId: "x"),
            try DeleteRecords.encodeRequest(delete, version: 1, correlationId: 1, clientId: "x"),
            try JoinGroup.encodeRequest(join, version: 3, correlationId: 1, clientId: "x"),
        ]
        return frames.map { frame in batch.withUnsafeBytes { frame.joined(with: $0) } }
    }

    @Test("outlives good requests of which a few bytes were changed")
    func changes() throws {
        var request = Metadata.Request()
        var topic = Metadata.Request.Topic()
        topic.name = "t"
        request.topics = [topic]
        _ = try BareClient(server).request(Metadata.self, request, version: 9)
        let frames = try good()
        var random = SeededRandom(seed: 15)
        for _ in 0..<2000 {
            var frame = frames[Int.random(in: 0..<frames.count, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // Behind the length, so that the whole of it is looked at.
                frame[Int.random(in: 4..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            BareClient(server).send(frame)
        }
        try lives()
    }
}
