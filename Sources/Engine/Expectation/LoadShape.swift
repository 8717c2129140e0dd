// The numbers that decide when each crash point is reached: sizes of blocks, groups, batches and tasks.
internal import World

/// A run's load and cuts by count, from which every block, batch and task follows.
public struct LoadShape: Hashable, Sendable {
    /// Records produced, spread over the partitions by turns.
    public var records: Int
    /// p: partitions of the topic.
    public var partitions: Int
    /// Records of a block.
    public var blockRecords: Int
    /// Records of a batch.
    public var batchRecords: Int
    /// Blocks that share a sync and a commit.
    public var groupCommitBlocks: Int
    /// Tasks that run before a queued checkpoint is written.
    public var checkpointLagTasks: Int
    /// For `receiver`: blocks after which the group's offsets are committed.
    public var autoCommitBlocks: Int
    /// Records a direct task writes at once.
    public var chunkRecords: Int

    /// Makes a shape.
    public init(
        records: Int, partitions: Int, blockRecords: Int, batchRecords: Int, groupCommitBlocks: Int,
        checkpointLagTasks: Int, autoCommitBlocks: Int = 10, chunkRecords: Int
    ) {
        self.records = records
        self.partitions = partitions
        self.blockRecords = blockRecords
        self.batchRecords = batchRecords
        self.groupCommitBlocks = groupCommitBlocks
        self.checkpointLagTasks = checkpointLagTasks
        self.autoCommitBlocks = autoCommitBlocks
        self.chunkRecords = chunkRecords
    }

    /// The records of each partition: record i goes to partition i modulo p.
    public var recordsByPartition: [Int64] {
        (0..<partitions).map { Int64(records / partitions + ($0 < records % partitions ? 1 : 0)) }
    }

    /// The blocks that a receiver with `records` left to read cuts, by their sizes, in groups that share a commit.
    func groups(of records: Int) -> [[Int]] {
        let blocks = LoadShape.pieces(records, of: blockRecords)
        return stride(from: 0, to: blocks.count, by: groupCommitBlocks).map {
            Array(blocks[$0..<min($0 + groupCommitBlocks, blocks.count)])
        }
    }

    /// The first `count` blocks that a receiver cuts which begins to read at `offsets`: by partition, their offsets.
    func blocksByPartition(_ count: Int, from offsets: [Int64]) -> [[Range<Int64>]] {
        var positions = offsets
        return (0..<count).map { _ in
            let remaining = zip(recordsByPartition, positions).map { $0 - $1 }
            let shares = BlockFill.split(blockRecords, remaining: remaining)
            return positions.indices.map { partition in
                let from = positions[partition]
                positions[partition] += Int64(shares[partition])
                return from..<positions[partition]
            }
        }
    }

    /// For each batch of a direct strategy, the sizes of its tasks' writes, in order; a receiver's batches depend on what
    /// an earlier life has left.
    func batches(of strategy: Strategy) -> [[Task]] {
        switch strategy {
        case .raw, .receiver, .receiverReliable, .receiverWal: []
        case .direct, .directLogFirst, .directCommit: directBatches
        }
    }

    /// One task: the sizes of the pieces in which it reads and writes.
    struct Task: Hashable {
        var writes: [Int]

        var records: Int { writes.reduce(0, +) }
    }

    /// A batch takes at most its share of each partition.
    private var directBatches: [[Task]] {
        let shares = OffsetPlanner.shares(of: batchRecords, partitions: partitions)
        var remaining = recordsByPartition
        var batches: [[Task]] = []
        while remaining.contains(where: { $0 > 0 }) {
            var tasks: [Task] = []
            for partition in remaining.indices where remaining[partition] > 0 {
                let size = min(shares[partition], remaining[partition])
                remaining[partition] -= size
                tasks.append(Task(writes: LoadShape.pieces(Int(size), of: chunkRecords)))
            }
            batches.append(tasks)
        }
        return batches
    }

    private static func pieces(_ count: Int, of size: Int) -> [Int] {
        stride(from: 0, to: count, by: size).map { min(size, count - $0) }
    }
}
