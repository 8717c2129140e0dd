// A topic on served brokers, filled batch by batch, and read by the native client.
import Compression
import Kafka
import KafkaServer
import KafkaWire
import Posix
import Testing
import World

@testable import KafkaNative

/// Long enough for anything that happens at all.
let patience: Duration = .seconds(20)

/// A topic that lives as long as this.
final class NativeTopic {
    let server: KafkaServer
    let name = "numbers"
    let configuration: KafkaConfiguration
    let settings: NativeSettings
    let broker: NativeBroker

    /// `alone` are properties of the native client, `properties` those of both.
    init(
        partitions: Int = 1, brokers: Int = 1, server settings: ServerSettings = ServerSettings(),
        properties: [(String, String)] = [], alone: [(String, String)] = []
    ) throws {
        var settings = settings
        settings.brokers = brokers
        server = try KafkaServer.start(settings)
        configuration = try KafkaConfiguration(
            bootstrap: server.bootstrap, properties: properties.map { KafkaProperty(name: $0.0, value: $0.1) })
        self.settings = try NativeSettings(bootstrap: server.bootstrap, properties: properties + alone)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        try cluster.createTopic(
            name, partitions: partitions, settings: TopicSettings(replication: min(brokers, 2)))
        broker = try NativeBroker(self.settings, topic: name)
    }

    deinit {
        broker.close()
        server.stop()
    }

    /// Writes batches of numbered records to a partition: those of `numbers`, `size` to a batch, each with a value of
    /// `bytes` bytes that begins with the number, and with a key and a header where the number is odd.
    func write(
        _ numbers: Range<Int>, to partition: Int32 = 0, size: Int = 10, bytes: Int = 24, codec: Codec = .none
    ) throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: size) {
            var builder = BatchBuilder(codec)
            for (delta, number) in (start..<min(start + size, numbers.upperBound)).enumerated() {
                var value = withUnsafeBytes(of: UInt64(number).littleEndian, Array.init)
                value += Array(repeating: 7, count: max(0, bytes - 8))
                let isOdd = number % 2 == 1
                try builder.append(
                    offset: Int64(delta), timestamp: 5, key: isOdd ? Array("k\(number)".utf8) : nil, value: value,
                    headers: isOdd ? [(name: "h", value: [1, 2])] : [])
            }
            try produce(builder.finished(), to: partition)
        }
    }

    /// Writes a batch as it is.
    func produce(_ batch: [UInt8], to partition: Int32) throws {
        let leader = try server.leader(topic: name, partition: partition) ?? 1
        let port = UInt16(server.brokers.first { $0.id == leader }?.port ?? server.port)
        let connection = try Connection(
            NativeSettings.Address(host: "127.0.0.1", port: port), settings, timeout: patience)
        defer { connection.close() }
        var data = Produce.Request.Partition()
        (data.index, data.records) = (partition, Records(0..<batch.count))
        var sent = Produce.Request.Topic()
        (sent.name, sent.partitionData) = (name, [data])
        var request = Produce.Request()
        (request.acks, request.topicData) = (-1, [sent])
        let answer = try connection.ask(Produce.self, request, version: 8, records: batch)
        #expect(answer.responses.first?.partitionResponses.first?.errorCode == KafkaWire.ErrorCode.none)
    }

    /// The numbers of the records of a range, with `reader` or a new one.
    func numbers(
        _ partition: Int32 = 0, _ range: Range<Int64>, with reader: (any RecordReader)? = nil, limit: Int = 10_000
    ) throws -> [Int] {
        let own = try reader == nil ? broker.openReader(at: [(partition, range.lowerBound)]) : nil
        defer { own?.close() }
        guard let reader = reader ?? own else { return [] }
        try reader.seek(partition, to: range.lowerBound)
        let block = Block()
        var position = range.lowerBound
        while position < range.upperBound {
            let read = try reader.fetch(
                partition, until: range.upperBound, limit: limit, into: block, timeout: patience)
            guard read.position > position else { break }
            position = read.position
        }
        #expect(position == range.upperBound)
        return block.numbers
    }
}

extension Block {
    /// The numbers that the records' values begin with; -1 for a record whose key is not that of its number.
    var numbers: [Int] {
        var numbers: [Int] = []
        forEachRecord { _, _, key, value in
            let number = value.map { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) } ?? -1
            let wanted = number % 2 == 1 ? "k\(number)" : nil
            numbers.append(key.map { String(decoding: $0, as: UTF8.self) } == wanted ? number : -1)
        }
        return numbers
    }
}

extension Connection {
    /// Asks with records.
    func ask<A: Api>(_ api: A.Type, _ request: A.Request, version: Int16, records: [UInt8]) throws -> A.Response {
        let frame = try A.encodeRequest(request, version: version, correlationId: 77, clientId: "test")
        let bytes = records.withUnsafeBytes { frame.joined(with: $0) }
        try bytes.withUnsafeBytes { try send($0) }
        let buffer = AnswerBuffer(capacity: 100)
        #expect(try receive(into: buffer, until: ContinuousClock().now + patience))
        return try A.decodeResponse(buffer.bytes, version: version).response
    }
}
