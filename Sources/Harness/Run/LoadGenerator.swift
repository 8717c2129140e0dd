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

    /// Where a record lies.
    func place(of record: Int) -> (partition: Partition, offset: Offset) {
        let partition = record % starts.count
        return (Partition(partition), starts[partition] + Offset(record / starts.count))
    }

    /// This load and one that was produced to the same partitions after it.
    func followed(by later: GroundTruth) -> GroundTruth {
        GroundTruth(records: records + later.records, starts: starts, ends: zip(ends, later.ends).map(max))
    }
}

/// Makes records and produces them. Its calls block.
enum LoadGenerator {
    /// Produces all records of the load, or those with these `sequences`, to a topic with the scenario's partitions.
    static func produce(
        scenario: Scenario, topic: String, sequences: Range<Int>? = nil, configuration: KafkaConfiguration,
        progress: (Int) -> Void
    ) throws -> GroundTruth {
        let sequences = sequences ?? 0..<scenario.records
        let producer = try KafkaProducer(configuration, topic: topic)
        defer { producer.close() }
        let delivery = try producer.produce(
            count: sequences.count, recordCapacity: scenario.recordBytes, progressInterval: 10_000, progress: progress
        ) { place, buffer in
            let index = sequences.lowerBound + place
            fill(buffer, with: index, bytes: scenario.recordBytes, seed: scenario.seed)
            return OutgoingRecord(
                partition: Partition(index % scenario.partitions), valueLength: scenario.recordBytes)
        }
        return truth(of: delivery, scenario)
    }

    /// Writes record `index`; one that has no room for what kbench's records say of themselves gets letters only.
    static func fill(_ buffer: UnsafeMutableRawBufferPointer, with index: Int, bytes: Int, seed: UInt64) {
        fill(buffer, with: .init(producer: 0, sequence: UInt64(index)), bytes: bytes, seed: seed)
    }

    /// Writes the record of an identity.
    static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, with identity: RecordFormat.Identity, bytes: Int, seed: UInt64
    ) {
        let record = UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes])
        if bytes >= RecordFormat.minimumLength {
            RecordFormat.write(identity, seed: seed, into: record)
        } else {
            let index = Int(truncatingIfNeeded: identity.sequence)
            for place in record.indices { record[place] = UInt8(ascii: "a") + UInt8((index >> (4 * (place % 8))) & 15) }
        }
    }

    private static func truth(of delivery: Delivery, _ scenario: Scenario) -> GroundTruth {
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
