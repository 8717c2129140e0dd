// Produces a scenario's records and keeps the ground truth about them.
internal import Engine
internal import Kafka
internal import World

/// What was produced, as the broker confirmed it.
struct GroundTruth: Sendable {
    /// The records, numbered from 0, record i in partition i modulo p.
    var records: Int
    /// By partition, the offset of the first record that is there.
    var starts: [Offset]
    /// By partition, the offset behind its last record.
    var ends: [Offset]
    /// What was produced before an event at the broker, and what after it; empty where there was none.
    private var parts: [Part] = []

    /// Records that were dealt to the same partitions one after the other.
    private struct Part: Sendable {
        /// The number of the first.
        var first: Int
        /// By partition, the offset of the first of them.
        var starts: [Offset]
    }

    /// Makes the truth about one load.
    init(records: Int, starts: [Offset], ends: [Offset]) {
        self.records = records
        self.starts = starts
        self.ends = ends
    }

    /// Where a record lies, or lay until it was deleted.
    func place(of record: Int) -> (partition: Partition, offset: Offset) {
        let part = parts.last { $0.first <= record } ?? Part(first: 0, starts: starts)
        let partition = record % part.starts.count
        return (Partition(partition), part.starts[partition] + Offset((record - part.first) / part.starts.count))
    }

    /// This load and one that was produced to the same topic after it.
    func followed(by later: GroundTruth) -> GroundTruth {
        var both = self
        both.records += later.records
        // Without an event in between the later records go on where the others end.
        if !parts.isEmpty { both.parts.append(Part(first: records, starts: later.starts)) }
        both.ends = zip(ends, later.ends).map(max)
        return both
    }

    /// What is there after an event. Deleted records stay among those that were produced.
    func after(_ event: BrokerEvent) -> GroundTruth {
        var left = self
        if parts.isEmpty { left.parts = [Part(first: 0, starts: starts)] }
        switch event {
        case .retention(let keep): left.starts = zip(starts, ends).map { max($0, $1 - keep) }
        case .deleteRecords(let partition, let before):
            left.starts[Int(partition)] = max(starts[Int(partition)], before)
        case .topicAnew:
            left.starts = starts.map { _ in 0 }
            left.ends = left.starts
        case .forgetOffsets, .moveOffsets: break
        case .addPartitions(let count):
            left.starts += Array(repeating: 0, count: count)
            left.ends += Array(repeating: 0, count: count)
        }
        return left
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
