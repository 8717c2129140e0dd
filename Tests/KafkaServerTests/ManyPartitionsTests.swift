// A topic of ten thousand partitions: made, described, written and read, in memory and with a data folder.
import BrokerCore
import KafkaServer
import KafkaWire
import Testing

@Suite("A topic of ten thousand partitions") struct ManyPartitionsTests {
    private static let count: Int32 = 10_000

    private func fetch(from offsets: (Int32) -> Int64, wait: Int32 = 0) -> Fetch.Request {
        var topic = Fetch.Request.Topic()
        topic.topic = "t"
        topic.partitions = (0..<Self.count).map { index in
            var partition = Fetch.Request.Partition()
            (partition.partition, partition.fetchOffset, partition.partitionMaxBytes) = (index, offsets(index), 1 << 20)
            return partition
        }
        var request = Fetch.Request()
        (request.maxWaitMs, request.minBytes, request.maxBytes) = (wait, 1, 50 << 20)
        request.topics = [topic]
        return request
    }

    /// Which partitions of an answer have records.
    private func filled(_ response: Fetch.Response) -> [Int32] {
        response.responses[0].partitions.filter { $0.records?.range.isEmpty == false }.map(\.partitionIndex)
    }

    @Test("is served whole, and comes back", arguments: [false, true])
    func everything(isKept: Bool) throws {
        let disk = SharedDisk()
        var server = isKept ? try disk.serve() : try KafkaServer.start()
        defer { server.stop() }
        var client = BareClient(server)
        #expect(try client.createTopic("t", partitions: Self.count) == .none)
        #expect(try client.describe("t").partitions.map(\.partitionIndex) == Array(0..<Self.count))
        let written = Array(stride(from: Int32(0), to: Self.count, by: 97))
        for partition in written {
            #expect(try client.produce([[1]], partition: partition).errorCode == .none)
        }
        #expect(try filled(client.request(Fetch.self, fetch { _ in 0 }, version: 11)) == written)

        // Who waits for all of them is told of the one that grows.
        let waiting = BareClient(server)
        let request = fetch(from: { written.contains($0) ? 1 : 0 }, wait: 30_000)
        waiting.send(try Fetch.encodeRequest(request, version: 11, correlationId: 7, clientId: "waits").bytes)
        #expect(try client.produce([[2]], partition: 1).errorCode == .none)
        #expect(try filled(waiting.answer(Fetch.self, version: 11)) == [1])

        guard isKept else { return }
        server.stop()
        server = try disk.serve()
        client = BareClient(server)
        #expect(try client.describe("t").partitions.count == Int(Self.count))
        #expect(try filled(client.request(Fetch.self, fetch { _ in 0 }, version: 11)) == ([1] + written).sorted())
    }
}
