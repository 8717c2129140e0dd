// The numbers that decide when each crash point is reached: sizes of blocks, groups, batches and tasks.
internal import World

/// A run's load and cuts by count, from which every block, batch and task follows.
public struct LoadShape: Equatable, Sendable {
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
    public var recordsByPartition: [Int64] { spread(records) }

    /// The sizes of a receiver's blocks, in order.
    var blocks: [Int] { LoadShape.pieces(records, of: blockRecords) }

    /// The blocks of each group commit, by their sizes.
    var groups: [[Int]] {
        let blocks = blocks
        return stride(from: 0, to: blocks.count, by: groupCommitBlocks).map {
            Array(blocks[$0..<min($0 + groupCommitBlocks, blocks.count)])
        }
    }

    /// By partition, the records of each block.
    func blocksByPartition(_ count: Int) -> [[Int64]] {
        var remaining = recordsByPartition
        return blocks.prefix(count).map { block in
            let shares = BlockFill.split(block, remaining: remaining).map { Int64($0) }
            for partition in shares.indices { remaining[partition] -= shares[partition] }
            return shares
        }
    }

    /// For each batch of a strategy, the sizes of its tasks' writes, in order.
    func batches(of strategy: Strategy) -> [[Task]] {
        switch strategy {
        case .raw: []
        case .receiver, .receiverReliable, .receiverWal: receiverBatches
        case .direct, .directLogFirst, .directCommit, .directTransactional: directBatches
        }
    }

    /// One task: the sizes of the pieces in which it reads and writes.
    struct Task: Equatable {
        var writes: [Int]
    }

    /// A batch closes with the group that brings it to its size.
    private var receiverBatches: [[Task]] {
        var batches: [[Task]] = []
        var open: [Int] = []
        for group in groups {
            open += group
            if open.reduce(0, +) >= batchRecords {
                batches.append(open.map { Task(writes: [$0]) })
                open = []
            }
        }
        return open.isEmpty ? batches : batches + [open.map { Task(writes: [$0]) }]
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
