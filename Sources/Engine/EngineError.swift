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
        /// A checkpoint of another format version.
        public static let incompatibleCheckpoint = Code(rawValue: "incompatible-checkpoint")
        /// An entry of the offset log exists already: another driver works on the same folder.
        public static let concurrentDriver = Code(rawValue: "concurrent-driver")
        /// An event of the block log makes no sense.
        public static let damagedEvent = Code(rawValue: "damaged-event")
        /// A block whose event is durable is not in the block log, or not whole.
        public static let damagedBlock = Code(rawValue: "damaged-block")
        /// A task failed at every attempt.
        public static let taskFailed = Code(rawValue: "task-failed")
        /// Records of a planned range could not be read in time.
        public static let unreadableRange = Code(rawValue: "unreadable-range")
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
