// Produces a scenario's records and keeps the ground truth about them.
internal import Engine
package import Evidence
internal import Judgement
package import Kafka
internal import World

/// Makes records and produces them. Its calls block.
package enum LoadGenerator {
    /// Produces all records of the load, or those with these `sequences`, to a topic with the scenario's partitions. Records
    /// of a load of another shape are read again, to see that each lies where it should; not with `readsAgain` false, where
    /// some are gone. `pace` waits until a record may be sent; it gets the record's place among those of this call.
    ///
    /// - Throws: `BrokerError`, ``Diagnosis`` when a record lies elsewhere, or what `pace` throws.
    package static func produce(
        scenario: Scenario, topic: String, sequences: Range<Int>? = nil, configuration: KafkaConfiguration,
        pace: ((Int) throws -> Void)? = nil, readsAgain: Bool = true, progress: (Int) -> Void
    ) throws -> GroundTruth {
        let sequences = sequences ?? 0..<scenario.records
        if scenario.load?.transactions != nil {
            return try produceTransactions(
                scenario, topic, sequences, configuration: configuration, pace: pace, readsAgain: readsAgain,
                progress: progress)
        }
        let producer = try KafkaProducer(configuration, topic: topic)
        defer { producer.close() }
        let contents = RecordContents(scenario)
        let pattern = scenario.pattern
        var bytes = 0
        let delivery = try producer.produce(
            count: sequences.count, recordCapacity: contents.capacity, progressInterval: 10_000, progress: progress
        ) { place, buffer in
            try pace?(place)
            let index = sequences.lowerBound + place
            let partition = Partition(pattern.place(of: index, partitions: scenario.partitions).partition)
            let record = contents.write(.record(index), to: partition, into: buffer)
            bytes += record.byteCount
            return record
        }
        return try truth(
            of: delivery, scenario, topic, sequences, bytes: bytes, configuration: readsAgain ? configuration : nil)
    }

    /// Writes record `index`; one that has no room for what kbench's records say of themselves gets letters only.
    package static func fill(_ buffer: UnsafeMutableRawBufferPointer, with index: Int, bytes: Int, seed: UInt64) {
        fill(buffer, with: .init(producer: 0, sequence: UInt64(index)), bytes: bytes, seed: seed)
    }

    /// Writes the record of an identity.
    package static func fill(
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

    /// Produces records in the transactions of the load, with those that are aborted between them.
    private static func produceTransactions(
        _ scenario: Scenario, _ topic: String, _ sequences: Range<Int>, configuration: KafkaConfiguration,
        pace: ((Int) throws -> Void)?, readsAgain: Bool, progress: (Int) -> Void
    ) throws -> GroundTruth {
        // A name that nobody had before: what was produced earlier is not to be fenced.
        let writer = try KafkaTransactions(
            configuration, topic: topic, name: "\(topic)-from-\(sequences.lowerBound)")
        defer { writer.close() }
        let contents = RecordContents(scenario)
        var production = LoadProduction(scenario.pattern, partitions: scenario.partitions)
        production.produce(sequences.lowerBound) { _ in }
        var waiting: [(name: RecordContents.Name, partition: Partition)] = []
        var bytes = 0
        try production.produce(sequences.count) { step in
            switch step {
            case .begin: waiting = []
            case .record(let number, let partition): waiting.append((.record(number), partition))
            case .abortedRecord(let number, let partition): waiting.append((.aborted(number), partition))
            case .commit, .abort:
                let ending: KafkaTransactions.Ending = step == .commit ? .commit : .abort
                try writer.produce(ending, count: waiting.count, recordCapacity: contents.capacity) { index, buffer in
                    let (name, partition) = waiting[index]
                    if case .record(let number) = name { try pace?(number - sequences.lowerBound) }
                    let record = contents.write(name, to: partition, into: buffer)
                    if case .record = name { bytes += record.byteCount }
                    return record
                }
                progress(min(sequences.count, writer.confirmed))
            }
        }
        try writer.finish()
        return try truth(
            of: writer.delivery, scenario, topic, sequences, bytes: bytes,
            configuration: readsAgain ? configuration : nil)
    }

    private static func truth(
        of delivery: Kafka.Delivery, _ scenario: Scenario, _ topic: String, _ sequences: Range<Int>, bytes: Int,
        configuration: KafkaConfiguration?
    ) throws -> GroundTruth {
        var truth = GroundTruth(
            records: sequences.count, starts: Array(repeating: 0, count: scenario.partitions),
            ends: Array(repeating: 0, count: scenario.partitions), pattern: scenario.pattern, payloadBytes: bytes)
        for range in delivery.ranges {
            truth.starts[Int(range.partition)] = range.from
            truth.ends[Int(range.partition)] = range.until
        }
        guard scenario.isShaped else { return truth }
        let layout = scenario.layout(parts: sequences)
        try TopicCheck(scenario: scenario, topic: topic, layout: layout).check(truth, after: sequences.lowerBound)
        truth.layout = layout
        truth.starts = layout.starts
        truth.ends = layout.ends
        if scenario.load != nil, let configuration {
            try TopicCheck(scenario: scenario, topic: topic, layout: layout).readAgain(configuration)
        }
        return truth
    }
}

extension OutgoingRecord {
    /// The bytes of key and value.
    package var byteCount: Int { (keyLength ?? 0) + (valueLength ?? 0) }
}

extension Scenario {
    /// How records are dealt to partitions and transactions.
    package var pattern: LoadPattern { load?.pattern ?? LoadPattern() }

    /// Whether the places of records are more than turns: the load has another shape, or does not begin at its beginning.
    package var isShaped: Bool { load != nil || startTimestamp != nil }

    /// Where the load's records lie once those of `sequences` have been produced after those before them.
    package func layout(parts sequences: Range<Int>) -> TopicLayout {
        TopicLayout(
            pattern, parts: [sequences.lowerBound, sequences.count], starts: Array(repeating: 0, count: partitions))
    }
}
