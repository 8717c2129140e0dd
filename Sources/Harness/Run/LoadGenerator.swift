// Produces a scenario's records and keeps the ground truth about them.
internal import Engine
internal import Kafka
internal import World

/// What was produced, as the broker confirmed it.
struct GroundTruth: Sendable {
    /// The records, numbered from 0, record i in partition i modulo p.
    var records: Int
    /// By partition, the offset of its first record.
    var starts: [Offset]
    /// By partition, the offset behind its last record.
    var ends: [Offset]

    /// Adds what was produced later.
    mutating func add(_ later: GroundTruth) {
        for partition in ends.indices where later.ends[partition] > later.starts[partition] {
            if ends[partition] == starts[partition] { starts[partition] = later.starts[partition] }
            ends[partition] = later.ends[partition]
        }
        records += later.records
    }
}

/// Makes records and produces them. Its calls block.
enum LoadGenerator {
    /// Produces `count` records of the scenario from number `first` on; nil: all that are there before any run.
    static func produce(
        scenario: Scenario, from first: Int = 0, count: Int? = nil, topic: String, configuration: KafkaConfiguration,
        progress: (Int) -> Void
    ) throws -> GroundTruth {
        let producer = try KafkaProducer(configuration, topic: topic)
        defer { producer.close() }
        let delivery = try producer.produce(
            count: count ?? scenario.records, recordCapacity: scenario.recordBytes, progressInterval: 10_000,
            progress: progress
        ) { index, buffer in
            RecordFormat.write(
                .init(producer: 0, sequence: UInt64(first + index)), seed: scenario.seed,
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<scenario.recordBytes]))
            return OutgoingRecord(
                partition: Partition((first + index) % scenario.partitions), valueLength: scenario.recordBytes)
        }
        var truth = GroundTruth(
            records: delivery.confirmed, starts: Array(repeating: 0, count: scenario.partitions),
            ends: Array(repeating: 0, count: scenario.partitions))
        for range in delivery.ranges {
            truth.starts[Int(range.partition)] = range.from
            truth.ends[Int(range.partition)] = range.until
        }
        return truth
    }
}
