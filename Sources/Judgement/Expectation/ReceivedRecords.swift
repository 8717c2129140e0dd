// How far a receiver's records had come, partition by partition: announced, committed, output.
internal import Evidence
internal import Ingestion
internal import World

/// Counts of each partition's records, from its first one on.
struct ReceivedRecords {
    /// Where a restart begins to read: the committed offset, or what the reset says where nothing is committed.
    private let committed: [Int64]
    /// What a restart knows of: the events that it can read.
    private let announced: [Int64]
    /// The same without the last block.
    private let announcedBeforeLast: [Int64]
    private let output: [Int64]

    init(
        strategy: Strategy, fidelity: Fidelity, moment: CrashMoment, outage: Outage = Outage(), shape: LoadShape
    ) {
        let cuts = LoadCuts(shape)
        let none = [Int64](repeating: 0, count: shape.partitions)
        let cut = cuts.blocks(max(moment.blocksCut, moment.blocksAnnounced), from: cuts.layout.starts)
        let blocks = cut.map { $0.records.map { Int64($0.count) } }
        func sum(_ range: Range<Int>) -> [Int64] {
            blocks[range].reduce(none) { total, block in zip(total, block).map(+) }
        }
        let losesAddition = outage.damage == .lastEvent && moment.newestEvent(fidelity) == .addition
        let known = moment.blocksAnnounced - (losesAddition ? 1 : 0)
        announced = sum(0..<known)
        announcedBeforeLast = sum(0..<max(0, known - 1))
        // Blocks are output in order, so what the sink holds is what the first blocks brought.
        var left = Int64(moment.earlierOutput + moment.output)
        var outputBlocks = 0
        while left > 0, outputBlocks < blocks.count {
            left -= blocks[outputBlocks].reduce(0, +)
            outputBlocks += 1
        }
        output = sum(0..<outputBlocks)
        // A partition has a committed offset from its first record on that was committed.
        var offsets: [Int64?]
        if strategy == .receiver {
            let due = moment.blocksCut / shape.autoCommitBlocks * shape.autoCommitBlocks
            let count = moment.isAutoCommitUnderWay ? due - shape.autoCommitBlocks : due
            // It commits where it stands, gaps that it has passed included.
            let positions = count > 0 ? cut[count - 1].positions : cuts.layout.starts
            offsets = zip(cuts.layout.partitions, positions).map { $1 > $0.start ? $0.rank(of: $1) : nil }
        } else {
            let step: Int64 = fidelity.has(.commitsLastOffset) ? 1 : 0
            offsets = sum(0..<moment.blocksCommitted).map { $0 > 0 ? $0 - step : nil }
            if moment.partialCommitBlocks > 0 {
                // One partition after the other is committed; half of those that have records in the group were.
                let until = moment.blocksCommitted + moment.partialCommitBlocks
                let group = sum(moment.blocksCommitted..<until)
                let present = group.indices.filter { group[$0] > 0 }
                let reached = sum(0..<until)
                for partition in present.prefix(present.count / 2) { offsets[partition] = reached[partition] - step }
            }
        }
        let reset = outage.reset == .latest ? shape.layout(after: outage.arrivals).counts : none
        committed = zip(offsets, reset).map { $0 ?? $1 }
    }

    /// Known to the engine and read once more.
    var announcedBeyondCommitted: Int { ReceivedRecords.excess(announced, committed) }
    /// Unknown to the engine and never read again.
    var committedBeyondAnnounced: Int { ReceivedRecords.excess(committed, announced) }
    /// The records of the last known block that are read once more.
    var lastAnnouncedBeyondCommitted: Int {
        ReceivedRecords.excess(announced, zip(committed, announcedBeforeLast).map { max($0, $1) })
    }
    /// In the sink and read once more.
    var outputBeyondCommitted: Int { ReceivedRecords.excess(output, committed) }
    /// Never read again and not in the sink.
    var committedBeyondOutput: Int { ReceivedRecords.excess(committed, output) }

    private static func excess(_ more: [Int64], _ less: [Int64]) -> Int {
        Int(zip(more, less).reduce(0) { $0 + max(0, $1.0 - $1.1) })
    }
}
