// What was produced, as the broker confirmed it: which records there are, and where each lies.
internal import Engine
package import Evidence
package import Ingestion
package import Judgement
package import World

/// What there is to read, and what a verdict counts over.
package struct GroundTruth: Sendable {
    /// The records from ``starts`` on.
    package var records: Int
    /// By partition, where a first life begins: at its first record, unless a moment says otherwise.
    package var starts: [Offset]
    /// By partition, the offset behind its last record.
    package var ends: [Offset]
    /// Which record goes where.
    package var pattern = LoadPattern()
    /// Where records lie, from the load's first on; nil: at every offset of the topic.
    package var layout: TopicLayout?
    /// The bytes of keys and values; nil where nobody counted.
    package var payloadBytes: Int?
    /// By partition, the first offset that is there, where an event at the broker has made it another; nil: none has.
    private var cut: [Offset]?
    /// What was dealt to other partitions than what came later, or to another topic of this name; empty: nothing.
    private var parts: [Part] = []

    /// Records that were dealt to the same partitions by turns, one after the other.
    private struct Part: Sendable {
        /// The number of the first.
        var first: Int
        /// By partition, the offset of the first of them.
        var starts: [Offset]
    }

    /// Makes the truth about what was produced to one topic.
    package init(
        records: Int, starts: [Offset], ends: [Offset], pattern: LoadPattern = LoadPattern(),
        layout: TopicLayout? = nil, payloadBytes: Int? = nil
    ) {
        self.records = records
        self.starts = starts
        self.ends = ends
        self.pattern = pattern
        self.layout = layout
        self.payloadBytes = payloadBytes
    }

    /// Where a record lies, or lay until it was deleted.
    package func place(of record: Int) -> (partition: Partition, offset: Offset) {
        if let part = parts.last(where: { $0.first <= record }) {
            let partition = record % part.starts.count
            return (Partition(partition), part.starts[partition] + Offset((record - part.first) / part.starts.count))
        }
        let (partition, ordinal) = pattern.place(of: record, partitions: starts.count)
        let offset = layout?.partitions[partition].offset(of: Int64(ordinal)) ?? starts[partition] + Offset(ordinal)
        return (Partition(partition), offset)
    }

    /// This load and one that was produced to the same partitions after it.
    package func followed(by later: GroundTruth) -> GroundTruth {
        var both = GroundTruth(
            records: records + later.records, starts: starts, ends: zip(ends, later.ends).map(max), pattern: pattern,
            layout: later.layout ?? layout,
            payloadBytes: payloadBytes.flatMap { bytes in later.payloadBytes.map { bytes + $0 } })
        both.cut = cut
        // Dealt to the same partitions, the later records go on where the others end.
        both.parts = parts.isEmpty ? [] : parts + [Part(first: records, starts: later.starts)]
        return both
    }

    /// By partition, the first offset that is there.
    package var lows: [Offset] { cut ?? layout?.starts ?? starts }

    /// Whether some of what was produced is not there any more.
    package var isCut: Bool { cut != nil }

    /// What is there after an event. Deleted records stay among those that were produced, and ``starts`` where they are: a life
    /// that begins there is told that they are gone.
    package func after(_ event: BrokerEvent) -> GroundTruth {
        var left = self
        switch event {
        case .retention(let keep): left.cut = zip(lows, ends).map { max($0, $1 - keep) }
        case .deleteRecords(let partition, let before):
            left.cut = lows
            left.cut?[Int(partition)] = max(lows[Int(partition)], before)
        case .topicAnew:
            left.keepPlaces()
            left.starts = starts.map { _ in 0 }
            left.ends = left.starts
            left.cut = left.starts
        case .forgetOffsets, .moveOffsets: break
        case .addPartitions(let count):
            left.keepPlaces()
            let new = Array(repeating: Offset(0), count: count)
            left.cut = lows + new
            left.starts += new
            left.ends += new
        }
        return left
    }

    /// Lets records keep the places that they have now, whatever becomes of the topic.
    private mutating func keepPlaces() {
        if parts.isEmpty { parts = [Part(first: 0, starts: starts)] }
    }

    /// By partition, the records that there are to read.
    package var counts: [Int64] {
        guard let layout else { return zip(ends, starts).map { $0 - $1 } }
        return zip(layout.partitions, starts).map { $0.count - $0.rank(of: $1) }
    }
}

extension GroundTruth {
    /// The numbers by which a run of records of this origin knows them.
    package func numbered(_ origin: RecordOrigin) -> Production {
        guard let layout else { return Production(count: records, place: place) }
        switch origin {
        case .kbench:
            let exists: (Int) -> Bool = { number in
                let place = place(of: number)
                return place.offset >= starts[Int(place.partition)]
            }
            return Production(
                count: Int(layout.count), place: place, exists: starts == layout.starts ? nil : exists)
        case .anyone:
            let places = PlaceNumbers(starts: layout.starts, ends: layout.ends)
            return Production(count: places.count, place: places.place) { number in
                let (partition, offset) = places.place(of: number)
                let records = layout.partitions[Int(partition)]
                return offset >= starts[Int(partition)] && records.rank(of: offset + 1) > records.rank(of: offset)
            }
        }
    }
}
