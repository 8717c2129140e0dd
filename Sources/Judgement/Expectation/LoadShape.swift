// The numbers that decide when each crash point is reached: the load, where its records lie, and the sizes of cuts by count.
public import Evidence

/// A run's load and cuts by count, from which every block, batch and task follows.
public struct LoadShape: Codable, Hashable, Sendable {
    /// Records produced before the run.
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
    /// How records are dealt to partitions; nil: by turns.
    private var dealing: LoadPattern?
    /// Where the records of somebody else's topic lie; nil: where the pattern puts them.
    public var found: TopicLayout?

    /// Makes a shape.
    public init(
        records: Int, partitions: Int, blockRecords: Int, batchRecords: Int, groupCommitBlocks: Int,
        checkpointLagTasks: Int, autoCommitBlocks: Int = 10, chunkRecords: Int, pattern: LoadPattern = LoadPattern()
    ) {
        self.records = records
        self.partitions = partitions
        self.blockRecords = blockRecords
        self.batchRecords = batchRecords
        self.groupCommitBlocks = groupCommitBlocks
        self.checkpointLagTasks = checkpointLagTasks
        self.autoCommitBlocks = autoCommitBlocks
        self.chunkRecords = chunkRecords
        self.pattern = pattern
    }

    /// How records are dealt to partitions and transactions.
    public var pattern: LoadPattern {
        get { dealing ?? LoadPattern() }
        set { dealing = newValue == LoadPattern() ? nil : newValue }
    }

    /// Where the records lie.
    public var layout: TopicLayout { layout(after: 0) }

    /// Where the records lie once `arrivals` more have come.
    public func layout(after arrivals: Int) -> TopicLayout {
        guard let found else {
            return TopicLayout(pattern, parts: [records, arrivals], starts: Array(repeating: 0, count: partitions))
        }
        var layout = found
        for (partition, count) in pattern.spread(arrivals, partitions: partitions).enumerated() {
            layout.partitions[partition].append(count)
        }
        return layout
    }
}
