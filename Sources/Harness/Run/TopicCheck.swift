// Compares a topic with the load that was produced to it, place by place and byte by byte.
internal import Engine
package import Evidence
internal import Foundation
package import Kafka
internal import World

/// Knows what has to lie where.
package struct TopicCheck {
    package let scenario: Scenario
    package let topic: String
    /// Where the load's records have to lie.
    package let layout: TopicLayout
    private let pattern: LoadPattern

    package init(scenario: Scenario, topic: String, layout: TopicLayout) {
        (self.scenario, self.topic, self.layout) = (scenario, topic, layout)
        pattern = scenario.pattern
    }

    /// Compares what the broker confirmed of a part of the load with where it had to come to lie.
    ///
    /// - Throws: ``Diagnosis`` naming the first record that lies elsewhere.
    package func check(_ confirmed: GroundTruth, after earlier: Int) throws {
        let before = scenario.layout(parts: earlier..<earlier)
        for (partition, (from, until)) in zip(before.ends, layout.ends).enumerated() where from < until {
            let (start, end) = (confirmed.starts[partition], confirmed.ends[partition])
            guard start != from || end != until else { continue }
            let isShifted = start != from
            let ordinal = isShifted ? before.counts[partition] : layout.counts[partition] - 1
            throw elsewhere(
                record: ordinal < 0 ? nil : number(of: max(0, ordinal), in: partition),
                "\(topic)/\(partition) has offsets \(start) to \(end) where \(from) to \(until) were expected")
        }
    }

    /// Reads the whole topic and compares each record, its key, value and identity, with what was to be produced.
    ///
    /// - Throws: ``Diagnosis`` naming the first that differs, or `BrokerError`.
    package func readAgain(_ configuration: KafkaConfiguration) throws {
        let contents = RecordContents(scenario)
        let needsHeader = scenario.load?.origin == .anyone
        let expected = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, contents.capacity), alignment: 16)
        defer { expected.deallocate() }
        let filled = layout.partitions.indices.filter { layout.ends[$0] > layout.starts[$0] }
        if filled.isEmpty { return }
        let reader = try KafkaReader(
            configuration, topic: topic, positions: filled.map { (Partition($0), layout.starts[$0]) })
        defer { reader.close() }
        let turns = self.turns
        for partition in filled {
            var ordinal: Int64 = 0
            let end = try reader.scan(Partition(partition), until: layout.ends[partition], timeout: .seconds(30)) {
                found in
                guard ordinal < layout.counts[partition] else {
                    throw elsewhere(
                        record: nil, "\(topic)/\(partition)@\(found.offset) holds a record where none was expected")
                }
                let number = number(of: ordinal, in: partition, turns)
                let offset = layout.partitions[partition].offset(of: ordinal)
                ordinal += 1
                let record = contents.write(.record(number), to: Partition(partition), into: expected)
                let keyLength = record.keyLength ?? 0
                let key = record.keyLength.map { UnsafeRawBufferPointer(rebasing: expected[..<$0]) }
                let value = record.valueLength.map {
                    UnsafeRawBufferPointer(rebasing: expected[keyLength..<keyLength + $0])
                }
                let identity = needsHeader ? found.header(RecordContents.identityHeader) : nil
                let isSame =
                    found.offset == offset && TopicCheck.isEqual(found.key, key)
                    && TopicCheck.isEqual(found.value, value) && (!needsHeader || identity == Array("\(number)".utf8))
                guard isSame else {
                    let whose = identity.map { ": \(String(decoding: $0, as: UTF8.self))" } ?? ""
                    throw elsewhere(
                        record: number,
                        "\(topic)/\(partition)@\(found.offset) holds another one\(whose); it was to lie at \(offset)")
                }
            }
            guard ordinal == layout.counts[partition], end == layout.ends[partition] else {
                throw elsewhere(
                    record: number(of: min(ordinal, max(0, layout.counts[partition] - 1)), in: partition, turns),
                    "\(topic)/\(partition) gave \(ordinal) of \(layout.counts[partition]) records up to offset \(end)")
            }
        }
    }

    private func elsewhere(record: Int?, _ found: String) -> Diagnosis {
        Diagnosis(
            cause: (record.map { "record \($0) is not where it was produced to: " } ?? "") + found,
            fix: "let nobody else write to the topic; if nobody does, the broker is at fault", exitCode: .invalidRun)
    }

    /// By partition, the places of its records in a round of the pattern.
    private var turns: [[Int]] {
        let weights = pattern.weights
        var turns: [[Int]] = weights.map { _ in [] }
        for place in 0..<weights.reduce(0, +) {
            turns[pattern.place(of: place, partitions: scenario.partitions).partition].append(place)
        }
        return turns
    }

    private func number(of ordinal: Int64, in partition: Int, _ turns: [[Int]]? = nil) -> Int {
        guard let turns, !turns.isEmpty else {
            return pattern.record(Int(ordinal), of: partition, partitions: scenario.partitions)
        }
        let own = turns[partition]
        let round = pattern.weights.reduce(0, +)
        return Int(ordinal) / own.count * round + own[Int(ordinal) % own.count]
    }

    private static func isEqual(_ one: UnsafeRawBufferPointer?, _ other: UnsafeRawBufferPointer?) -> Bool {
        guard let one, let other else { return (one == nil) == (other == nil) }
        return one.count == other.count && (one.isEmpty || one.elementsEqual(other))
    }
}
