// What the engine itself can find wrong, as opposed to the broker or the disk.
public import World

/// A failure the engine found in its own state or input.
public struct EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<EngineError>

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

extension ErrorCode<EngineError> {
    /// No readable checkpoint among those present.
    public static var damagedCheckpoint: Self { Self(rawValue: "damaged-checkpoint") }
    /// A checkpoint of an older format, or of another version of the program: its positions can be exported.
    public static var incompatibleCheckpoint: Self { Self(rawValue: "incompatible-checkpoint") }
    /// A checkpoint of a format that this kbench cannot read at all.
    public static var unknownCheckpointFormat: Self { Self(rawValue: "unknown-checkpoint-format") }
    /// A state folder that has nothing to go on from.
    public static var noSavedState: Self { Self(rawValue: "no-saved-state") }
    /// A state folder that is to be written and holds a state already.
    public static var stateExists: Self { Self(rawValue: "state-exists") }
    /// Another driver holds the state's lock, or has written an entry of the offset log: it works on the same folder.
    public static var concurrentDriver: Self { Self(rawValue: "concurrent-driver") }
    /// A second driver moved a stored offset, or took over from this one, which is out.
    public static var fenced: Self { Self(rawValue: "fenced") }
    /// A task begins beyond the stored offset, and the records between would be lost without a word.
    public static var storedOffsetGap: Self { Self(rawValue: "stored-offset-gap") }
    /// The strategy and the sink do not go together, or this world has no such sink.
    public static var impossibleSink: Self { Self(rawValue: "impossible-sink") }
    /// An event of the block log makes no sense.
    public static var damagedEvent: Self { Self(rawValue: "damaged-event") }
    /// A block whose event is durable is not in the block log, or not whole.
    public static var damagedBlock: Self { Self(rawValue: "damaged-block") }
    /// The checkpoint and the event log of a receiver contradict each other: one of them has lost what it held.
    public static var unansweredCheckpoint: Self { Self(rawValue: "unanswered-checkpoint") }
    /// The group's offsets lie behind a block that the event log does not know: it has lost the block's event.
    public static var unansweredCommit: Self { Self(rawValue: "unanswered-commit") }
    /// A task failed at every attempt.
    public static var taskFailed: Self { Self(rawValue: "task-failed") }
    /// A position that is wanted is not in the broker's log any more.
    public static var dataLost: Self { Self(rawValue: "data-lost") }
    /// No readable state of a job among those present.
    public static var damagedState: Self { Self(rawValue: "damaged-state") }
    /// A job's state of another format version, or of another job.
    public static var incompatibleState: Self { Self(rawValue: "incompatible-state") }
    /// An output operation wants to begin where no partition can.
    public static var impossibleStart: Self { Self(rawValue: "impossible-start") }
    /// A position that is wanted lies behind the end of the broker's log: it is not the log that was read before.
    public static var topicReplaced: Self { Self(rawValue: "topic-replaced") }
    /// Records of a planned range could not be read in time.
    public static var unreadableRange: Self { Self(rawValue: "unreadable-range") }
    /// Tasks that run at once, or behind a shuffle, with an output that needs a partition's records in order.
    public static var impossibleTasks: Self { Self(rawValue: "impossible-tasks") }
    /// A shuffle file of the running batch does not hold what was written to it.
    public static var damagedShuffle: Self { Self(rawValue: "damaged-shuffle") }
    /// A ledger that counts the records of other offsets than the run's.
    public static var otherLedger: Self { Self(rawValue: "other-ledger") }
}
