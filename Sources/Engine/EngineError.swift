// What the engine itself can find wrong, as opposed to the broker or the disk.
internal import World

/// A failure the engine found in its own state or input.
public struct EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public struct Code: RawRepresentable, Equatable, Hashable, Sendable {
        /// The code's stable name.
        public let rawValue: String
        /// Makes a code from its name.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// No readable checkpoint among those present.
        public static let damagedCheckpoint = Code(rawValue: "damaged-checkpoint")
        /// A checkpoint of an older format, or of another version of the program: its positions can be exported.
        public static let incompatibleCheckpoint = Code(rawValue: "incompatible-checkpoint")
        /// A checkpoint of a format that this kbench cannot read at all.
        public static let unknownCheckpointFormat = Code(rawValue: "unknown-checkpoint-format")
        /// A state folder that has nothing to go on from.
        public static let noSavedState = Code(rawValue: "no-saved-state")
        /// A state folder that is to be written and holds a state already.
        public static let stateExists = Code(rawValue: "state-exists")
        /// Another driver holds the state's lock, or has written an entry of the offset log: it works on the same folder.
        public static let concurrentDriver = Code(rawValue: "concurrent-driver")
        /// A second driver moved a stored offset, or took over from this one, which is out.
        public static let fenced = Code(rawValue: "fenced")
        /// A task begins beyond the stored offset, and the records between would be lost without a word.
        public static let storedOffsetGap = Code(rawValue: "stored-offset-gap")
        /// The strategy and the sink do not go together, or this world has no such sink.
        public static let impossibleSink = Code(rawValue: "impossible-sink")
        /// An event of the block log makes no sense.
        public static let damagedEvent = Code(rawValue: "damaged-event")
        /// A block whose event is durable is not in the block log, or not whole.
        public static let damagedBlock = Code(rawValue: "damaged-block")
        /// The checkpoint and the event log of a receiver contradict each other: one of them has lost what it held.
        public static let unansweredCheckpoint = Code(rawValue: "unanswered-checkpoint")
        /// The group's offsets lie behind a block that the event log does not know: it has lost the block's event.
        public static let unansweredCommit = Code(rawValue: "unanswered-commit")
        /// A task failed at every attempt.
        public static let taskFailed = Code(rawValue: "task-failed")
        /// A position that is wanted is not in the broker's log any more.
        public static let dataLost = Code(rawValue: "data-lost")
        /// No readable state of a job among those present.
        public static let damagedState = Code(rawValue: "damaged-state")
        /// A job's state of another format version, or of another job.
        public static let incompatibleState = Code(rawValue: "incompatible-state")
        /// An output operation wants to begin where no partition can.
        public static let impossibleStart = Code(rawValue: "impossible-start")
        /// A position that is wanted lies behind the end of the broker's log: it is not the log that was read before.
        public static let topicReplaced = Code(rawValue: "topic-replaced")
        /// Records of a planned range could not be read in time.
        public static let unreadableRange = Code(rawValue: "unreadable-range")
        /// Tasks that run at once, or behind a shuffle, with an output that needs a partition's records in order.
        public static let impossibleTasks = Code(rawValue: "impossible-tasks")
        /// A shuffle file of the running batch does not hold what was written to it.
        public static let damagedShuffle = Code(rawValue: "damaged-shuffle")
        /// A ledger that counts the records of other offsets than the run's.
        public static let otherLedger = Code(rawValue: "other-ledger")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, naming the thing and the value.
    public var message: String
    /// The error behind it, in words; nil where there is none.
    public var cause: String?
    /// The file, batch or offset range.
    public var location: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: String? = nil, location: String) {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = location
    }

    /// One line: message, place and cause.
    public var description: String { "\(message) (\(location))" + (cause.map { ": \($0)" } ?? "") }
}
