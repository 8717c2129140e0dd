// The numbers that decide when each crash point is reached: sizes of blocks, groups, batches and tasks.
internal import World

/// A run's load and cuts by count, from which every block, batch and task follows.
public struct LoadShape: Codable, Hashable, Sendable {
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

    /// What a direct task reads: a range of one partition.
    struct Slice: Hashable {
        var partition: Int
        var offsets: Range<Int64>
    }

    /// The batches that a direct strategy plans from `positions` on, by their tasks: at most its share of each partition.
    func directBatches(from positions: [Int64]) -> [[Slice]] {
        let shares = OffsetPlanner.shares(of: batchRecords, partitions: partitions)
        let ends = recordsByPartition
        var positions = positions
        var batches: [[Slice]] = []
        while true {
            let batch = positions.indices.filter { positions[$0] < ends[$0] }.map { partition in
                let from = positions[partition]
                return Slice(partition: partition, offsets: from..<min(from + shares[partition], ends[partition]))
            }
            if batch.isEmpty { return batches }
            for slice in batch { positions[slice.partition] = slice.offsets.upperBound }
            batches.append(batch)
        }
    }

    /// The sizes of a direct task's writes, in order.
    func writes(of slice: Slice) -> [Int] { LoadShape.pieces(slice.offsets.count, of: chunkRecords) }

    private static func pieces(_ count: Int, of size: Int) -> [Int] {
        stride(from: 0, to: count, by: size).map { min(size, count - $0) }
    }
}
