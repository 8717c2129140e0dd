// The event log of a run with one connection: the same each time, for one seed.
import BrokerScript
import KafkaServer
import KafkaWire
import Testing

@Suite("The event log of a client with one connection", .serialized) struct EventLogTests {
    private static let script = [
        "on=produce nth=1..20 fail=not-leader-or-follower", "on=produce nth=1..20 lose=records",
        "on=produce nth=1..20 times=3 partition=1 fail=request-timed-out", "on=fetch nth=1..20 answer-delay=5ms",
        "on=fetch nth=2..10 delete-records topic=t partition=0 before=3", "on=list-offsets nth=2 topic=t topic-anew",
        "on=heartbeat group=g rebalance", "on=list-offsets nth=3 cut=after",
    ]

    /// Sends the same requests, one after the other, and returns the log.
    private func run(seed: UInt64) throws -> [String] {
        let log = LogKeeper()
        var settings = ServerSettings()
        settings.partitions = 2
        settings.script.script = Script(try Self.script.map { try ScriptEvent(EventWords(line: $0)) })
        settings.script.seed = seed
        settings.script.log = { log.add($0) }
        let server = try KafkaServer.start(settings)
        defer { server.stop() }
        let client = BareClient(server)
        var metadata = Metadata.Request()
        var topic = Metadata.Request.Topic()
        topic.name = "t"
        metadata.topics = [topic]
        _ = try client.request(Metadata.self, metadata, version: 9)
        for index in 0..<20 {
            _ = try client.produce("record \(index)", partitions: [0, 1])
            _ = try client.request(Fetch.self, BareClient.fetch(from: 0), version: 11)
        }
        _ = try client.request(Heartbeat.self, Heartbeat.Request(), version: 3)
        for _ in 0..<2 { _ = try client.request(ListOffsets.self, BareClient.ends(), version: 5) }
        #expect(throws: BareClient.Failure.self) {
            try client.request(ListOffsets.self, BareClient.ends(), version: 5)
        }
        return log.lines
    }

    @Test("is the same in every run by a seed, and another by another")
    func seeds() throws {
        let first = try run(seed: 7)
        #expect(try run(seed: 7) == first)
        #expect(try run(seed: 8) != first)
        // Every request, and every event but the one that waits for a group.
        #expect(first.count { $0.hasPrefix("{\"request\":") } == 45)
        let events = first.filter { $0.hasPrefix("{\"event\":") }
        #expect(Set(events.map { $0.prefix { $0 != "," } }).count == Self.script.count - 1, "\(events)")
        #expect(first.allSatisfy { !$0.contains("127.0.0.1") })
    }
}

extension BareClient {
    /// A produce of one record to each of these partitions of topic `t`.
    func produce(_ text: String, partitions: [Int32]) throws -> Produce.Response {
        var builder = BatchBuilder()
        try builder.append(offset: 0, timestamp: 0, key: [UInt8]?.none, value: Array(text.utf8))
        let batch = try builder.finished()
        var request = Produce.Request()
        request.acks = -1
        var topic = Produce.Request.Topic()
        topic.name = "t"
        topic.partitionData = partitions.enumerated().map { place, index in
            var partition = Produce.Request.Partition()
            partition.index = index
            partition.records = Records(place * batch.count..<(place + 1) * batch.count)
            return partition
        }
        request.topicData = [topic]
        let records = partitions.flatMap { _ in batch }
        return try self.request(Produce.self, request, version: 8, records: records)
    }

    static func fetch(from offset: Int64) -> Fetch.Request {
        var request = Fetch.Request()
        var topic = Fetch.Request.Topic()
        topic.topic = "t"
        var partition = Fetch.Request.Partition()
        (partition.fetchOffset, partition.partitionMaxBytes) = (offset, 1 << 20)
        topic.partitions = [partition]
        request.topics = [topic]
        return request
    }

    static func ends() -> ListOffsets.Request {
        var request = ListOffsets.Request()
        var topic = ListOffsets.Request.Topic()
        topic.name = "t"
        var partition = ListOffsets.Request.Partition()
        partition.timestamp = -1
        topic.partitions = [partition]
        request.topics = [topic]
        return request
    }
}
