// The ingestion strategies: how records get into the engine, who owns their offsets, and what follows from it.
public import World

/// How records get into the engine. What is true of each stands in its ``traits``; ask for a trait rather than for a name.
public enum Strategy: String, CaseIterable, Sendable, Codable {
    /// Poll and drop: the ceiling every other row is a percentage of. Nothing is kept.
    case raw
    /// Consume and keep in memory; the group's offsets are committed now and then, whatever has become of the records.
    case receiver
    /// Consume, keep in memory, and only then commit the group's offsets.
    case receiverReliable = "receiver-reliable"
    /// Consume, write-ahead log, block event, and only then commit the group's offsets.
    case receiverWal = "receiver-wal"
    /// The engine owns offset ranges; its checkpoint is written after the job was submitted (the drift window).
    case direct
    /// The engine owns offset ranges; the range is durable before the job, always.
    case directLogFirst = "direct-log-first"
    /// The engine plans offset ranges and commits them to the consumer group when it plans the batch after.
    case directCommit = "direct-commit"
    /// The engine owns offset ranges; the sink's own database keeps them, changed in one transaction with the results.
    case directTransactional = "direct-transactional"

    /// The table of strategies: a line for each.
    public var traits: Traits {
        switch self {
        case .raw: Traits(.nothing, offsets: .nobody)
        case .receiver:
            Traits(.blocks, offsets: .group, [.checkpoints, .commitsUnasked], dearest: .after(.receiverAutoCommit))
        case .receiverReliable:
            Traits(.blocks, offsets: .group, [.checkpoints], dearest: .after(.receiverOffsetsCommit))
        case .receiverWal:
            Traits(
                .blocks, offsets: .group, [.checkpoints, .losesNothing, .repeatsItsBatches, .logsBlocks],
                dearest: .before(.receiverOffsetsCommit))
        case .direct:
            Traits(
                .ranges, offsets: .checkpoint, [.checkpoints, .losesNothing],
                dearest: .before(.generationCheckpointWrite))
        case .directLogFirst:
            Traits(
                .ranges, offsets: .offsetLog, [.losesNothing, .repeatsItsBatches], dearest: .before(.batchSubmit))
        case .directCommit:
            Traits(.ranges, offsets: .group, [.losesNothing], dearest: .before(.batchOffsetsCommit))
        case .directTransactional:
            Traits(.ranges, offsets: .sink, [.losesNothing, .repeatsItsBatches], dearest: .before(.sinkCommit))
        }
    }
}

extension Strategy {
    /// What is true of a strategy.
    public struct Traits: Sendable {
        /// What a task of the strategy reads.
        public enum Intake: Sendable {
            /// Nothing: records are dropped where they are polled.
            case nothing
            /// A block that a receiver has cut.
            case blocks
            /// A range of offsets, from the broker.
            case ranges
        }

        /// Who keeps the offsets at which a restart goes on.
        public enum OffsetOwner: Sendable {
            /// Nobody: a restart begins anew.
            case nobody
            /// The consumer group.
            case group
            /// The engine, in its checkpoint.
            case checkpoint
            /// The engine, in its log of offsets.
            case offsetLog
            /// The sink, with the results.
            case sink
        }

        /// What else there is to say.
        struct Flags: OptionSet {
            let rawValue: Int
            static let checkpoints = Flags(rawValue: 1)
            static let losesNothing = Flags(rawValue: 2)
            static let repeatsItsBatches = Flags(rawValue: 4)
            static let logsBlocks = Flags(rawValue: 8)
            static let commitsUnasked = Flags(rawValue: 16)
        }

        /// What a task reads.
        public let intake: Intake
        /// Who keeps the offsets.
        public let offsets: OffsetOwner
        /// Where a crash costs most: on one side of the strategy's write of offsets; nil where none costs anything.
        public let dearestCrash: CrashPoint?
        private let flags: Flags

        init(_ intake: Intake, offsets: OffsetOwner, _ flags: Flags = [], dearest: CrashPoint? = nil) {
            self.intake = intake
            self.offsets = offsets
            self.flags = flags
            dearestCrash = dearest
        }

        /// Whether it writes checkpoints, which one driver at a time may do.
        public var checkpoints: Bool { flags.contains(.checkpoints) }
        /// Whether a batch that is run again has the same records: its plan is durable before its job, always.
        public var repeatsItsBatches: Bool { flags.contains(.repeatsItsBatches) }
        /// Whether blocks are in a write-ahead log before their offsets are committed.
        public var logsBlocks: Bool { flags.contains(.logsBlocks) }
        /// Whether offsets are committed whatever has become of their records.
        public var commitsUnasked: Bool { flags.contains(.commitsUnasked) }
        /// Whether a process kill must never lose a record.
        public var losesNothing: Bool { flags.contains(.losesNothing) }
    }

    /// Those that have an output, and so an outcome of a crash: all but the one that drops what it polls.
    public static let withOutput = allCases.filter(\.hasOutput)

    /// Whether records go to an output, rather than being dropped.
    public var hasOutput: Bool { traits.intake != .nothing }

    /// Whether records come through a receiver, in blocks.
    public var isReceiver: Bool { traits.intake == .blocks }

    /// Whether the engine plans ranges of offsets.
    public var isDirect: Bool { traits.intake == .ranges }

    /// Whether a process kill must never lose a record.
    public var promisesNoLoss: Bool { traits.losesNothing }

    /// Whether it commits offsets to a store, rather than keeping them itself.
    public var commitsOffsets: Bool { traits.offsets == .group }

    /// Whether the strategy can write to a sink: one that keeps its offsets in the sink needs the sink to do so.
    public func canWrite(to sink: SinkKind) -> Bool { traits.offsets != .sink || sink.traits.keepsOffsets }
}

extension CrashPoint {
    fileprivate static func before(_ effect: Effect) -> CrashPoint { CrashPoint(effect, .before) }
    fileprivate static func after(_ effect: Effect) -> CrashPoint { CrashPoint(effect, .after) }
}
