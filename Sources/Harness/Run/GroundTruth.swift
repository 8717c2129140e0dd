// What was produced, as the broker confirmed it: which records there are, and where each lies.
internal import Engine
internal import World

/// What there is to read, and what a verdict counts over.
struct GroundTruth: Sendable {
    /// The records from ``starts`` on.
    var records: Int
    /// By partition, where a first life begins: at its first record, unless a moment says otherwise.
    var starts: [Offset]
    /// By partition, the offset behind its last record.
    var ends: [Offset]
    /// Which record goes where.
    var pattern = LoadPattern()
    /// Where records lie, from the load's first on; nil: at every offset of the topic.
    var layout: TopicLayout?
    /// The bytes of keys and values; nil where nobody counted.
    var payloadBytes: Int?

    /// Where a record lies.
    func place(of record: Int) -> (partition: Partition, offset: Offset) {
        let (partition, ordinal) = pattern.place(of: record, partitions: starts.count)
        let offset = layout?.partitions[partition].offset(of: Int64(ordinal)) ?? starts[partition] + Offset(ordinal)
        return (Partition(partition), offset)
    }

    /// This load and one that was produced to the same partitions after it.
    func followed(by later: GroundTruth) -> GroundTruth {
        GroundTruth(
            records: records + later.records, starts: starts, ends: zip(ends, later.ends).map(max), pattern: pattern,
            layout: later.layout ?? layout,
            payloadBytes: payloadBytes.flatMap { bytes in later.payloadBytes.map { bytes + $0 } })
    }

    /// By partition, the records that there are to read.
    var counts: [Int64] {
        guard let layout else { return zip(ends, starts).map { $0 - $1 } }
        return zip(layout.partitions, starts).map { $0.count - $0.rank(of: $1) }
    }
}

/// What a verdict numbers, and which of the numbers are records that the run has to deliver.
struct NumberedRecords {
    /// How many numbers there are.
    var count: Int
    /// Where the record of a number lies.
    var place: (Int) -> (partition: Partition, offset: Offset)
    /// Whether a number is a record that there is to read; nil: all are.
    var exists: ((Int) -> Bool)?
}

extension GroundTruth {
    /// The numbers by which a run of records of this origin knows them.
    func numbered(_ origin: RecordOrigin) -> NumberedRecords {
        guard let layout else { return NumberedRecords(count: records, place: place) }
        switch origin {
        case .kbench:
            let exists: (Int) -> Bool = { number in
                let place = place(of: number)
                return place.offset >= starts[Int(place.partition)]
            }
            return NumberedRecords(
                count: Int(layout.count), place: place, exists: starts == layout.starts ? nil : exists)
        case .anyone:
            let places = PlaceNumbers(starts: layout.starts, ends: layout.ends)
            return NumberedRecords(count: places.count, place: places.place) { number in
                let (partition, offset) = places.place(of: number)
                let records = layout.partitions[Int(partition)]
                return offset >= starts[Int(partition)] && records.rank(of: offset + 1) > records.rank(of: offset)
            }
        }
    }
}
