// How a load falls into blocks, groups, batches and tasks: arithmetic over the records that are there and the gaps between.
internal import Evidence
internal import Ingestion
internal import World

/// A load cut by count. Positions are offsets, because that is what plans, commits and checkpoints hold; records are counted
/// by how many lie before them in their partition, so that a gap is nowhere taken for records.
struct LoadCuts: Hashable, Sendable {
    private(set) var shape: LoadShape
    private(set) var layout: TopicLayout
    /// By partition, the records of topics of the same name that were there before this one: they are numbered first.
    private(set) var bases: [Int64]
    /// By partition, the first offset that is still there.
    private(set) var lows: [Offset]
    private var isDense: Bool
    /// What was produced, and what will be next.
    private var production: LoadProduction

    init(_ shape: LoadShape) { self.init(shape, layout: shape.layout) }

    init(_ shape: LoadShape, layout: TopicLayout) {
        self.shape = shape
        self.layout = layout
        bases = layout.partitions.map { _ in 0 }
        lows = layout.starts
        isDense = layout.isDense
        production = LoadProduction(shape.pattern, partitions: shape.partitions)
        production.skip(shape.records)
    }

    /// The records that were ever there.
    var count: Int { zip(bases, layout.counts).reduce(0) { $0 + Int($1.0 + $1.1) } }

    /// By partition: the records that whoever stands at `positions` has not read and still can, by their places.
    func unread(from positions: [Offset]) -> [Range<Int64>] {
        zip(places(of: positions), zip(bases, layout.counts)).map { $0..<max($0, $1.0 + $1.1) }
    }

    /// By partition: the place of the first record at or behind a position that is still there.
    func places(of positions: [Offset]) -> [Int64] {
        positions.indices.map { place(of: positions[$0], in: $0) }
    }

    private func place(of position: Offset, in partition: Int) -> Int64 {
        bases[partition] + layout.partitions[partition].rank(of: max(position, lows[partition]))
    }

    /// The offset behind the record before `place`.
    func offset(behind place: Int64, in partition: Int) -> Offset {
        layout.partitions[partition].offset(behind: place - bases[partition])
    }

    /// The offset of the record at `place`.
    func offset(of place: Int64, in partition: Int) -> Offset {
        layout.partitions[partition].offset(of: place - bases[partition])
    }

    /// What an event of the broker changes of the topic.
    mutating func endure(_ event: BrokerEvent) {
        switch event {
        case .retention(let keep):
            lows = zip(lows, layout.ends).map { max($0, $1 - keep) }
        case .deleteRecords(let partition, let before):
            let index = Int(partition)
            lows[index] = max(lows[index], min(before, layout.partitions[index].end))
        case .topicAnew:
            bases = zip(bases, layout.counts).map { $0 + $1 }
            lows = lows.map { _ in 0 }
            layout = TopicLayout(partitions: lows.map { PartitionLayout(start: $0) })
        case .addPartitions(let count):
            shape.partitions += count
            let new = Array(repeating: Offset(0), count: count)
            bases += new
            lows += new
            layout.partitions += new.map { PartitionLayout(start: $0) }
        case .forgetOffsets, .moveOffsets: break
        }
    }

    /// Further records arrive.
    mutating func arrive(_ records: Int) {
        production.partitions = shape.partitions
        layout.append(records, from: &production)
        isDense = layout.isDense
    }

    // MARK: Receivers

    /// A block as a receiver cuts it.
    struct Block: Hashable {
        /// By partition: its records, by their places among the partition's records.
        var records: [Range<Int64>]
        /// By partition: where the receiver stands when it has filled the block.
        var positions: [Offset]
    }

    /// What a receiver does from `positions` on until nothing is left.
    struct Reception {
        /// The sizes of the blocks that it cuts, by groups that share a commit.
        var groups: [[Int]]
        /// Whether it polls once more behind the last block and gets nothing: a gap is all that is left.
        var endsWithEmptyPoll = false
    }

    /// The blocks that a receiver cuts which stands at `positions`; with `intake`, it stops when it has taken so many records.
    func reception(from positions: [Offset], taking intake: Int? = nil) -> Reception {
        let unread = unread(from: positions).reduce(0) { $0 + $1.count }
        let left = min(unread, intake ?? unread)
        let blocks = LoadCuts.pieces(left, of: shape.blockRecords)
        let size = shape.groupCommitBlocks
        var reception = Reception(
            groups: stride(from: 0, to: blocks.count, by: size).map { Array(blocks[$0..<min($0 + size, blocks.count)]) }
        )
        // A block that is not full has met the end; a full one may have stopped before a gap.
        if !isDense, intake == nil, (blocks.last ?? shape.blockRecords) == shape.blockRecords {
            let stands = self.blocks(blocks.count, from: positions).last?.positions ?? positions
            reception.endsWithEmptyPoll = zip(stands, layout.ends).contains { $0 < $1 }
        }
        // By then a whole group has been pushed, and what it filled has been output.
        if reception.endsWithEmptyPoll, (reception.groups.last?.count ?? size) == size { reception.groups.append([]) }
        return reception
    }

    /// The first `count` blocks that a receiver cuts which stands at `positions`.
    func blocks(_ count: Int, from positions: [Offset]) -> [Block] {
        var positions = positions
        return (0..<count).map { _ in
            let before = places(of: positions)
            fill(&positions)
            let after = places(of: positions)
            return Block(records: zip(before, after).map { $0..<$1 }, positions: positions)
        }
    }

    /// Moves `positions` on by a block. What is left of a partition is taken for records until it is found to be a gap; its
    /// part is then split again.
    private func fill(_ positions: inout [Offset]) {
        var missing = shape.blockRecords
        while missing > 0 {
            let remaining = zip(layout.ends, positions).map { max(0, $0 - $1) }
            if remaining.allSatisfy({ $0 == 0 }) { return }
            for (partition, share) in Shares.ofBlock(missing, remaining: remaining).enumerated() where share > 0 {
                missing -= Int(advance(&positions[partition], in: partition, by: share))
            }
        }
    }

    /// Moves a position on by `share` records, or to the end where there are fewer. Returns how many there were.
    private func advance(_ position: inout Offset, in partition: Int, by share: Int64) -> Int64 {
        let layout = layout.partitions[partition]
        let rank = layout.rank(of: max(position, lows[partition]))
        let taken = min(share, layout.count - rank)
        position = taken == share ? layout.offset(behind: rank + taken) : layout.end
        return taken
    }

    // MARK: Direct strategies

    /// What a direct task reads: a range of one partition.
    struct Slice: Hashable {
        var partition: Int
        var offsets: Range<Offset>
        /// How many records lie in it.
        var records: Int
    }

    /// By partition, the most offsets that a direct batch takes.
    var shares: [Int64] { Shares.ofBatch(shape.batchRecords, partitions: shape.partitions) }

    /// The batches that a direct strategy plans from `positions` on, by their tasks: at most its share of each partition.
    /// With `takesAll` the first one takes everything.
    func directBatches(from positions: [Offset], takesAll: Bool = false) -> [[Slice]] {
        let (shares, ends) = (shares, layout.ends)
        var positions = positions
        var batches: [[Slice]] = []
        while true {
            let batch = positions.indices.filter { positions[$0] < ends[$0] }.map { partition in
                let from = positions[partition]
                let until =
                    takesAll && batches.isEmpty ? ends[partition] : min(from + shares[partition], ends[partition])
                return slice(partition, from..<until)
            }
            if batch.isEmpty { return batches }
            for slice in batch { positions[slice.partition] = slice.offsets.upperBound }
            batches.append(batch)
        }
    }

    func slice(_ partition: Int, _ offsets: Range<Offset>) -> Slice {
        Slice(partition: partition, offsets: offsets, records: records(in: offsets, of: partition))
    }

    /// How many records lie in a range of a partition.
    func records(in offsets: Range<Offset>, of partition: Int) -> Int {
        places(in: offsets, of: partition).count
    }

    /// The records in a range of a partition, by their places.
    func places(in offsets: Range<Offset>, of partition: Int) -> Range<Int64> {
        place(of: offsets.lowerBound, in: partition)..<place(of: offsets.upperBound, in: partition)
    }

    /// The sizes of a direct task's writes, in order. A task that ends in a gap finds that out by a piece without records,
    /// unless the last one had room left.
    func writes(of slice: Slice) -> [Int] {
        let pieces = LoadCuts.pieces(slice.records, of: shape.chunkRecords)
        if isDense || pieces.last.map({ $0 < shape.chunkRecords }) ?? false { return pieces }
        let layout = layout.partitions[slice.partition]
        let end = layout.offset(behind: layout.rank(of: slice.offsets.upperBound))
        return slice.records == 0 || end < slice.offsets.upperBound ? pieces + [0] : pieces
    }

    private static func pieces(_ count: Int, of size: Int) -> [Int] {
        stride(from: 0, to: count, by: size).map { min(size, count - $0) }
    }
}
