// What there was to deliver: one of the three inputs of a verdict.
internal import Evidence
public import World

/// The records that were produced, numbered from 0, and where each of them lay.
public struct Production {
    /// Which of the numbers are records that there are to deliver.
    private enum Existing {
        case all
        case those((Int) -> Bool)
        case counted(DeliveryLedger)
    }

    /// How many numbers there are.
    public let count: Int
    /// Where the record of a number lies or lay; nil: unknown, and every loss counts as silent.
    public let place: ((Int) -> (partition: Partition, offset: Offset))?
    private let existing: Existing

    /// Records numbered from 0 to `count`, at the places that `place` says; `exists` says which numbers are records that
    /// there are to deliver, nil: all of them.
    public init(
        count: Int, place: ((Int) -> (partition: Partition, offset: Offset))? = nil, exists: ((Int) -> Bool)? = nil
    ) {
        self.count = count
        self.place = place
        existing = exists.map { .those($0) } ?? .all
    }

    /// Somebody else's records, of which the run in `directory` has read and counted all there are.
    ///
    /// - Throws: ``DiskError``.
    public init(count: Int, countedByRunIn directory: String, disk: any Disk) throws {
        self.count = count
        place = nil
        var ledger = DeliveryLedger(count: count)
        _ = try LedgerFile.read(in: RunFolder.evidence(of: directory), disk: disk) { _ = ledger.add($1, from: $0) }
        existing = .counted(ledger)
    }

    /// Compares a tally with what there was: how many records there were, how many of them were never delivered, and how
    /// many were delivered that are none.
    func compare(_ tally: Tally) -> (produced: Int, lost: Int, unknown: Int) {
        switch existing {
        case .all: return (count, count - tally.distinct, 0)
        case .counted(let truth):
            let common = tally.ledger.common(with: truth)
            return (truth.distinct, truth.distinct - common, tally.distinct - common)
        case .those(let exists):
            var result = (produced: 0, lost: 0, unknown: 0)
            for number in 0..<count {
                let isDelivered = tally.ledger.deliveries(of: number) > 0
                if exists(number) {
                    result.produced += 1
                    if !isDelivered { result.lost += 1 }
                } else if isDelivered {
                    result.unknown += 1
                }
            }
            return result
        }
    }

    /// How many records that were never delivered lay in one of `ranges`, which may overlap.
    func lost(in ranges: [OffsetRange], _ tally: Tally) -> Int {
        guard let place, !ranges.isEmpty else { return 0 }
        return (0..<count).count { number in
            guard tally.ledger.deliveries(of: number) == 0, exists(number) else { return false }
            let (partition, offset) = place(number)
            return ranges.contains { $0.partition == partition && $0.from <= offset && offset < $0.until }
        }
    }

    /// Whether a number is a record that there is to deliver.
    package func exists(_ number: Int) -> Bool {
        switch existing {
        case .all: true
        case .those(let exists): exists(number)
        case .counted(let truth): truth.deliveries(of: number) > 0
        }
    }
}
