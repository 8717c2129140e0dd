// A topic to test with, and the records that belong into it.
import Kafka
import Testing
import World

/// A topic on a cluster that lives at least as long as this.
final class TestTopic {
    let name: String
    let configuration: KafkaConfiguration
    /// The cluster, where it is the embedded one.
    let embedded: EmbeddedBroker?
    let broker: KafkaBroker

    init(_ name: String, _ configuration: KafkaConfiguration, _ embedded: EmbeddedBroker?) throws {
        self.name = name
        self.configuration = configuration
        self.embedded = embedded
        broker = try KafkaBroker(configuration, topic: name)
    }

    deinit {
        broker.close()
        embedded?.close()
    }

    /// Produces `count` records, record `i` to partition `i` modulo `partitions`, each with `recordBytes` bytes.
    @discardableResult
    func produce(_ count: Int, partitions: Int = 1, recordBytes: Int = 24) throws -> Delivery {
        let producer = try KafkaProducer(configuration, topic: name)
        defer { producer.close() }
        return try producer.produce(count: count, recordCapacity: recordBytes) { index, buffer in
            TestRecord.write(index, to: buffer)
            return OutgoingRecord(partition: Partition(index % partitions), valueLength: recordBytes)
        }
    }

    func openReader(_ positions: [(partition: Partition, offset: Offset)] = [(0, 0)]) throws -> any RecordReader {
        try broker.openReader(at: positions)
    }
}

/// A record that says which one it is.
struct TestRecord: Equatable {
    var offset: Offset
    var key: [UInt8]?
    var value: [UInt8]?

    /// Writes a value that begins with its number.
    static func write(_ index: Int, to buffer: UnsafeMutableRawBufferPointer) {
        if buffer.count >= 8 { buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self) }
    }

    /// The number a value begins with.
    static func number(_ value: UnsafeRawBufferPointer?) -> Int {
        guard let value, value.count >= 8 else { return -1 }
        return Int(UInt64(littleEndian: value.loadUnaligned(as: UInt64.self)))
    }
}

extension Block {
    /// The offsets of all records, in order.
    var offsets: [Offset] {
        var offsets: [Offset] = []
        forEachRecord { _, offset, _, _ in offsets.append(offset) }
        return offsets
    }

    /// The numbers of all records, in order.
    var numbers: [Int] {
        var numbers: [Int] = []
        forEachRecord { _, _, _, value in numbers.append(TestRecord.number(value)) }
        return numbers
    }

    /// All records with their bytes, in order.
    var records: [TestRecord] {
        var records: [TestRecord] = []
        forEachRecord { _, offset, key, value in
            records.append(TestRecord(offset: offset, key: key.map { [UInt8]($0) }, value: value.map { [UInt8]($0) }))
        }
        return records
    }
}

/// The code of the ``BrokerError`` that `body` throws; an issue when it throws none.
func brokerError<Result>(
    _ body: () throws -> Result, sourceLocation: SourceLocation = #_sourceLocation
) -> BrokerError? {
    do {
        _ = try body()
        Issue.record("no error was thrown", sourceLocation: sourceLocation)
    } catch let error as BrokerError {
        return error
    } catch {
        Issue.record("not a BrokerError: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

/// Long enough for any answer on a busy machine.
let patience = Duration.seconds(30)
