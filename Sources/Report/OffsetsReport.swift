// What `kbench offsets show` found at an address: positions, and the batches that a restart would run again.
internal import Foundation

/// Positions in a topic, as some place keeps them.
public struct OffsetsReport: Codable, Equatable, Sendable {
    /// The place, as it was asked for.
    public var address: String
    /// The file or node that was read.
    public var source: String
    /// The topic; nil where the place does not say.
    public var topic: String?
    /// The consumer group; nil where there is none.
    public var group: String?
    /// The version of the program that wrote it; nil where it is bound to none.
    public var program: Int?
    /// The newest batch planned; nil where the place knows no batches.
    public var latestBatch: Int64?
    /// The partitions, from 0.
    public var partitions: [Place]
    /// What a restart would run again, oldest first, and a receiver's blocks that wait for a batch.
    public var pending: [Pending]
    /// What is to be said about it, a line each.
    public var notes: [String]

    /// A partition's position.
    public struct Place: Codable, Equatable, Sendable {
        /// The partition.
        public var partition: Int32
        /// The offset of the next record; nil where the place does not say.
        public var next: Int64?
        /// Where to go on elsewhere so that nothing is lost; nil where that cannot be said.
        public var safe: Int64?

        /// Makes a position.
        public init(partition: Int32, next: Int64?, safe: Int64?) {
            self.partition = partition
            self.next = next
            self.safe = safe
        }
    }

    /// Offsets that have been read, or planned, and whose output is not recorded as complete.
    public struct Pending: Codable, Equatable, Sendable {
        /// The batch; nil for blocks that no batch has taken.
        public var batch: Int64?
        /// The partition.
        public var partition: Int32
        /// The first offset.
        public var from: Int64
        /// The offset after the last one.
        public var until: Int64

        /// Makes a range.
        public init(batch: Int64?, partition: Int32, from: Int64, until: Int64) {
            self.batch = batch
            self.partition = partition
            self.from = from
            self.until = until
        }
    }

    /// Makes a report.
    public init(
        address: String, source: String, topic: String? = nil, group: String? = nil, program: Int? = nil,
        latestBatch: Int64? = nil, partitions: [Place] = [], pending: [Pending] = [], notes: [String] = []
    ) {
        self.address = address
        self.source = source
        self.topic = topic
        self.group = group
        self.program = program
        self.latestBatch = latestBatch
        self.partitions = partitions
        self.pending = pending
        self.notes = notes
    }

    /// The report for a terminal, which is Markdown as well; its last line ended.
    public var text: String {
        let facts = [
            topic.map { "topic \($0)" }, group.map { "group \($0)" }, program.map { "program version \($0)" },
            latestBatch.map { "newest batch \($0)" },
        ].compactMap(\.self)
        var text = "\(address): \(facts.isEmpty ? "positions" : facts.joined(separator: ", "))\n\n"
        var table = MarkdownTable([
            .init(heading: "partition", isNumeric: true), .init(heading: "next offset", isNumeric: true),
            .init(heading: "safe to start at", isNumeric: true),
        ])
        for place in partitions {
            table.add(["\(place.partition)", place.next.map { "\($0)" } ?? "-", place.safe.map { "\($0)" } ?? "-"])
        }
        text += table.render()
        if !pending.isEmpty {
            var table = MarkdownTable([
                .init(heading: "not complete", isNumeric: false), .init(heading: "partition", isNumeric: true),
                .init(heading: "from", isNumeric: true), .init(heading: "until", isNumeric: true),
                .init(heading: "records", isNumeric: true),
            ])
            for range in pending {
                table.add([
                    range.batch.map { "batch \($0)" } ?? "blocks that wait", "\(range.partition)", "\(range.from)",
                    "\(range.until)", "\(range.until - range.from)",
                ])
            }
            text += "\n" + table.render()
        }
        if !notes.isEmpty { text += "\n" + notes.map { "- \($0)\n" }.joined() }
        return text
    }

    /// The report as JSON.
    ///
    /// - Throws: what the encoder throws.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
