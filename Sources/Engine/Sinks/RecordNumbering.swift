// Which number a record has in a counting sink, once it is verified.
internal import Evidence
internal import World

/// Verifies records and tells their numbers: by what they say of themselves, or by where they lie.
struct RecordNumbering {
    /// What ``number(of:_:_:_:)`` says of a record that is none of the run's.
    static let none = -1

    private let origin: RecordOrigin
    /// The numbers of the offsets of the run's input.
    let places: PlaceNumbers
    /// No record has this number, or a higher one.
    let limit: Int

    init(_ configuration: EngineConfiguration) {
        origin = configuration.origin
        let isOpenEnded = configuration.isOpenEnded
        places = isOpenEnded ? PlaceNumbers(starts: [], ends: []) : configuration.placeNumbers
        // kbench numbers its records from 0, and no topic has fewer offsets than records.
        limit = isOpenEnded ? .max : origin == .anyone ? places.count : Int(configuration.ends.reduce(0, +))
    }

    /// The partition of the record before, looked up once for all that follow each other.
    struct Run {
        fileprivate var partition: Partition = -1
        fileprivate var start: Offset = 0
        fileprivate var end: Offset = 0
        fileprivate var base = 0
    }

    /// The number of a record; ``none`` when its checksum does not match or it is none of the run's.
    @inline(__always)
    func number(
        of partition: Partition, _ offset: Offset, _ value: UnsafeRawBufferPointer?, _ run: inout Run
    ) -> Int {
        switch origin {
        case .kbench:
            guard let value, let identity = RecordFormat.read(value), identity.producer == 0,
                identity.sequence < UInt64(limit)
            else { return RecordNumbering.none }
            return Int(identity.sequence)
        case .anyone:
            if partition != run.partition { run = find(partition) }
            guard offset >= run.start, offset < run.end else { return RecordNumbering.none }
            return run.base + Int(offset - run.start)
        }
    }

    private func find(_ partition: Partition) -> Run {
        guard places.starts.indices.contains(Int(partition)) else { return Run(partition: partition) }
        let index = Int(partition)
        return Run(
            partition: partition, start: places.starts[index], end: places.ends[index], base: places.bases[index])
    }

    /// Whether a ledger of this numbering is told apart by the offsets it numbers.
    var layout: UInt32 { origin == .anyone ? LedgerFile.layout(of: places) : 0 }
}
