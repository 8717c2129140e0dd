// What a served broker says to single requests, and to what is none.
import Kafka
import KafkaServer
import KafkaWire
import NIOCore
import Testing

@testable import BrokerCore
@testable import KafkaServer

@Suite("A served broker", .serialized) struct ProtocolTests {
    private let server: KafkaServer
    private let client: BareClient

    init() throws {
        server = try KafkaServer.start()
        client = BareClient(server)
    }

    /// A topic of one partition, made by asking for it.
    private func makeTopic(_ name: String = "t") throws {
        var request = Metadata.Request()
        var topic = Metadata.Request.Topic()
        topic.name = name
        request.topics = [topic]
        #expect(try client.request(Metadata.self, request, version: 9).topics.map(\.errorCode) == [.none])
    }

    private func produce(_ text: String, acks: Int16 = -1, to client: BareClient) throws -> Produce.Response {
        var builder = BatchBuilder()
        try builder.append(offset: 0, timestamp: 0, key: [UInt8]?.none, value: Array(text.utf8))
        let batch = try builder.finished()
        var request = Produce.Request()
        request.acks = acks
        var topic = Produce.Request.Topic()
        topic.name = "t"
        var partition = Produce.Request.Partition()
        partition.records = Records(0..<batch.count)
        topic.partitionData = [partition]
        request.topicData = [topic]
        return try client.request(Produce.self, request, version: 8, records: batch, answers: acks != 0)
    }

    private func fetch(from offset: Int64 = 0, wait: Int32, minBytes: Int32 = 1, topic name: String = "t")
        -> Fetch.Request
    {
        var request = Fetch.Request()
        (request.maxWaitMs, request.minBytes) = (wait, minBytes)
        var topic = Fetch.Request.Topic()
        topic.topic = name
        var partition = Fetch.Request.Partition()
        (partition.fetchOffset, partition.partitionMaxBytes) = (offset, 1 << 20)
        topic.partitions = [partition]
        request.topics = [topic]
        return request
    }

    @Test("says which versions it takes, also to whoever asks in one that it does not know")
    func versions() throws {
        let known = try client.request(ApiVersions.self, ApiVersions.Request(), version: 3)
        #expect(known.errorCode == .none)
        #expect(known.apiKeys.count == Broker.versions.count)
        var frame = try ApiVersions.encodeRequest(
            ApiVersions.Request(), version: 4, correlationId: 7, clientId: nil)
        frame.bytes[7] = 99
        client.send(frame.bytes)
        let other = try client.answer(ApiVersions.self, version: 0)
        #expect(other.errorCode == .unsupportedVersion)
        #expect(other.apiKeys == known.apiKeys)
    }

    @Test("promises no version that it cannot read")
    func promises() {
        for (key, versions) in Broker.versions {
            #expect(key.api.versions.contains(versions.lowerBound), "\(key)")
            #expect(key.api.versions.contains(versions.upperBound), "\(key)")
        }
    }

    @Test("answers in every version that it promises")
    func everyVersion() throws {
        for version in Broker.versions[.metadata] ?? 0...0 {
            let answer = try client.request(Metadata.self, Metadata.Request(), version: version)
            #expect(answer.brokers.map(\.port) == [Int32(server.port)], "\(version)")
        }
        for version in Broker.versions[.findCoordinator] ?? 0...0 {
            var request = FindCoordinator.Request()
            (request.key, request.coordinatorKeys) = ("g", ["g"])
            let answer = try client.request(FindCoordinator.self, request, version: version)
            let node = version < 4 ? answer.nodeId : answer.coordinators.first?.nodeId
            #expect(node == 1, "\(version)")
        }
        for version in Broker.versions[.describeCluster] ?? 0...0 {
            let answer = try client.request(DescribeCluster.self, DescribeCluster.Request(), version: version)
            #expect(answer.brokers.count == 1, "\(version)")
        }
        try makeTopic()
        for version in Broker.versions[.offsetFetch] ?? 0...0 {
            let answer = try client.request(OffsetFetch.self, OffsetFetch.Request(), version: version)
            #expect(answer.errorCode == .none, "\(version)")
        }
        for version in Broker.versions[.fetch] ?? 0...0 {
            let answer = try client.request(Fetch.self, fetch(wait: 0), version: version)
            let code = answer.responses.first?.partitions.first?.errorCode
            #expect(code == (version < 4 ? .unsupportedVersion : ErrorCode.none), "\(version)")
        }
    }

    @Test("holds an empty fetch back for as long as it may, and no longer than until records come")
    func longPoll() throws {
        try makeTopic()
        let clock = ContinuousClock()
        let waited = try clock.measure {
            let answer = try client.request(Fetch.self, fetch(wait: 200), version: 11)
            #expect(answer.responses.first?.partitions.first?.records?.range.isEmpty == true)
        }
        #expect(waited >= .milliseconds(190))

        _ = try client.request(Fetch.self, fetch(wait: 60_000), version: 11, answers: false)
        let writer = BareClient(server)
        let woken = try clock.measure {
            #expect(try produce("a", to: writer).responses.first?.partitionResponses.first?.errorCode == ErrorCode.none)
            let answer = try client.answer(Fetch.self, version: 11)
            #expect(answer.responses.first?.partitions.first?.highWatermark == 1)
            #expect((answer.responses.first?.partitions.first?.records?.range.count ?? 0) > 0)
        }
        #expect(woken < .seconds(5))
    }

    @Test("waits for as many bytes as a fetch wants")
    func minBytes() throws {
        try makeTopic()
        let writer = BareClient(server)
        _ = try produce("a", to: writer)
        _ = try client.request(Fetch.self, fetch(wait: 60_000, minBytes: 100), version: 11, answers: false)
        _ = try produce("b", to: writer)
        let answer = try client.answer(Fetch.self, version: 11)
        #expect((answer.responses.first?.partitions.first?.records?.range.count ?? 0) >= 100)
    }

    @Test("ends a waiting fetch when its topic is removed")
    func removedWhileWaiting() throws {
        try makeTopic()
        _ = try client.request(Fetch.self, fetch(wait: 60_000), version: 11, answers: false)
        var request = DeleteTopics.Request()
        request.topicNames = ["t"]
        let other = BareClient(server)
        #expect(try other.request(DeleteTopics.self, request, version: 4).responses.map(\.errorCode) == [.none])
        let answer = try client.answer(Fetch.self, version: 11)
        #expect(answer.responses.first?.partitions.first?.errorCode == .unknownTopicOrPartition)
    }

    @Test("answers requests in their order, those behind a waiting one too")
    func order() throws {
        try makeTopic()
        _ = try client.request(Fetch.self, fetch(wait: 100), version: 11, answers: false)
        _ = try client.request(Metadata.self, Metadata.Request(), version: 9, answers: false)
        #expect(try client.answer(Fetch.self, version: 11).responses.count == 1)
        #expect(try client.answer(Metadata.self, version: 9).brokers.count == 1)
    }

    @Test("says nothing to a producer that wants no answer, and drops it where something is wrong")
    func noAcknowledgement() throws {
        try makeTopic()
        _ = try produce("a", acks: 0, to: client)
        #expect(try produce("b", acks: 1, to: client).responses.first?.partitionResponses.first?.baseOffset == 1)
        let refusal = try produce("c", acks: 2, to: client).responses.first?.partitionResponses.first
        #expect(refusal?.errorCode == .invalidRequiredAcks)
        var request = DeleteTopics.Request()
        request.topicNames = ["t"]
        _ = try client.request(DeleteTopics.self, request, version: 4)
        _ = try produce("d", acks: 0, to: client)
        #expect(client.isDropped)
    }

    @Test("refuses a fetch session that it did not give, and a transaction without a time")
    func refusals() throws {
        try makeTopic()
        var fetch = fetch(wait: 0)
        fetch.sessionId = 5
        #expect(try client.request(Fetch.self, fetch, version: 11).errorCode == .fetchSessionIdNotFound)
        var producer = InitProducerId.Request()
        producer.transactionalId = "x"
        let answer = try client.request(InitProducerId.self, producer, version: 1)
        #expect(answer.errorCode == .invalidTransactionTimeout)
    }

    /// What is no request.
    static let noise: [(name: String, bytes: [UInt8])] = [
        ("2 GiB are said to come", [0x7f, 0xff, 0xff, 0xff, 0, 18, 0, 0]),
        ("less than nothing is said to come", [0xff, 0xff, 0xff, 0xff]),
        ("a web browser", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
        ("a frame without a header", [0, 0, 0, 2, 0, 18]),
        ("a request that nobody knows", [0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 7, 0xff, 0xff]),
        ("a version that nobody knows", [0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 7, 0xff, 0xff]),
        ("a request that ends early", [0, 0, 0, 10, 0, 1, 0, 4, 0, 0, 0, 7, 0xff, 0xff]),
    ]

    @Test("drops whoever sends what is no request, and nobody else", arguments: noise)
    func drops(name: String, bytes: [UInt8]) throws {
        let odd = BareClient(server)
        odd.send(bytes)
        #expect(odd.isDropped)
        #expect(try client.request(Metadata.self, Metadata.Request(), version: 9).brokers.count == 1)
    }

    @Test("is not kept from its work by whoever sends half a frame, or nothing")
    func halves() throws {
        let half = BareClient(server)
        let silent = BareClient(server)
        half.send([0, 0, 0, 100, 0, 3])
        #expect(try client.request(Metadata.self, Metadata.Request(), version: 9).brokers.count == 1)
        withExtendedLifetime((half, silent)) {}
    }

    @Test("ends within two seconds, whoever is connected or waits, and takes no more connections")
    func stops() throws {
        try makeTopic()
        _ = try client.request(Fetch.self, fetch(wait: 600_000), version: 11, answers: false)
        let taken = ContinuousClock().measure { server.stop() }
        #expect(taken < .seconds(2))
        #expect(client.isDropped)
    }

    @Test("says when its port is taken")
    func taken() {
        var settings = ServerSettings()
        settings.port = server.port
        let failure = #expect(throws: ServerError.self) { try KafkaServer.start(settings) }
        #expect(failure?.location == server.bootstrap)
    }

    @Test("shares a segment's memory with what is sent of it, wherever that begins")
    func slices() throws {
        let segment = BufferSegment(
            byteCapacity: SegmentSize.largest, baseOffset: 0, in: SegmentHome(memory: SegmentMemory(byteLimit: 0)))
        let piece = [UInt8](repeating: 1, count: 1 << 20)
        var slices: [ByteBuffer?] = []
        for offset: Int64 in 0..<8 {
            #expect(try piece.withUnsafeBytes { try segment.append($0, baseOffset: offset, leaderEpoch: 0) })
            slices.append(segment.slice(0..<segment.byteCount))
        }
        // What is on its way to a client stays as it is, and nothing was copied to write behind it.
        #expect(slices.map { $0?.readableBytes } == (1...8).map { $0 << 20 })
        for start in stride(from: 0, to: 8 << 20, by: 1 << 20) {
            let range = start..<start + 1 << 20
            let own = segment.withBytes(range) { $0.baseAddress }
            #expect(segment.slice(range)?.withUnsafeReadableBytes { $0.baseAddress } == own, "\(start)")
        }
        let first = segment.withBytes(0..<1) { $0.baseAddress }
        #expect(slices.allSatisfy { $0?.withUnsafeReadableBytes { $0.baseAddress } == first })
        #expect(try !piece.withUnsafeBytes { try segment.append($0, baseOffset: 8, leaderEpoch: 0) })
    }
}
