// Whether a direct strategy read exactly what it planned: its journal of plans beside its journal of reads.
internal import Evidence
public import World

/// Plans and reads of one run, compared batch by batch and offset by offset.
///
/// A batch that was planned again after a crash counts with all its plans, and what it read more than once counts once.
/// An offset that holds no record (a transaction's marker, a compacted record) is planned and cannot be read.
public struct RangeEvidence: Equatable, Sendable {
    /// Batches that planned ranges.
    public var batches = 0
    /// Offsets that batches planned, one batch after the other.
    public var planned = 0
    /// Offsets that batches read.
    public var read = 0
    /// Offsets that a batch read and had not planned.
    public var outside = 0
    /// Offsets that a batch planned and did not read.
    public var unread = 0
    /// By batch, the partitions it read records of.
    public var partitionsRead: [Int64: Int] = [:]

    /// Whether every batch read what it had planned, and nothing else.
    public var isExact: Bool { outside == 0 && unread == 0 }

    /// Compares the journals of the run in `directory`.
    ///
    /// - Throws: ``DiskError``.
    public init(runDirectory directory: String, disk: any Disk) throws {
        let evidence = RunFolder.evidence(of: directory)
        var plans: [ReadEntry] = []
        var reads: [ReadEntry] = []
        try ReadJournal.forEachEntry(in: evidence, disk: disk, name: ReadJournal.plans) { plans.append($0) }
        try ReadJournal.forEachEntry(in: evidence, disk: disk) { reads.append($0) }
        self.init(plans: plans, reads: reads)
    }

    init(plans: [ReadEntry], reads: [ReadEntry]) {
        batches = Set(plans.map(\.batch)).count
        planned = RangeEvidence.covered(plans)
        read = RangeEvidence.covered(reads)
        let either = RangeEvidence.covered(plans + reads)
        outside = either - planned
        unread = either - read
        var partitions: [Int64: Set<Partition>] = [:]
        for entry in reads { partitions[entry.batch, default: []].insert(entry.range.partition) }
        partitionsRead = partitions.mapValues(\.count)
    }

    /// How many pairs of a batch and an offset the entries cover.
    private static func covered(_ entries: [ReadEntry]) -> Int {
        let sorted = entries.sorted {
            ($0.batch, $0.range.partition, $0.range.from) < ($1.batch, $1.range.partition, $1.range.from)
        }
        var covered: Int64 = 0
        var reached: ReadEntry?
        for entry in sorted {
            var from = entry.range.from
            if let last = reached, last.batch == entry.batch, last.range.partition == entry.range.partition {
                from = max(from, last.range.until)
            }
            guard entry.range.until > from else { continue }
            covered += entry.range.until - from
            reached = entry
        }
        return Int(covered)
    }
}
