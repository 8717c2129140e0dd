// What a log refuses, and where in its files.
public import World

/// What is wrong with a log, or what kept it from doing its work.
public struct LogError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<LogError>

    /// A place in a file.
    public struct Location: Equatable, Hashable, Sendable, CustomStringConvertible {
        /// The file or folder.
        public var path: String
        /// The byte, from 0.
        public var byteOffset: Int64

        /// Makes a location.
        public init(path: String, byteOffset: Int64) {
            self.path = path
            self.byteOffset = byteOffset
        }

        /// Path and byte.
        public var description: String { "\(path), byte \(byteOffset)" }
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong, in words.
    public var message: String
    /// What the disk said, where it was the disk.
    public var cause: DiskError?
    /// Where it shows; nil where it is not about a place.
    public var location: Location?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: DiskError? = nil, location: Location? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = location
    }

    /// One line: what, where and why.
    public var description: String {
        var text = "\(code.rawValue): \(message)"
        if let location { text += " (\(location))" }
        if let cause { text += ": \(cause)" }
        return text
    }
}

extension ErrorCode<LogError> {
    /// A frame is cut short where the log goes on, or where a position says that it is complete.
    public static var torn: Self { Self(rawValue: "torn") }
    /// Bytes are not what was written.
    public static var corrupt: Self { Self(rawValue: "corrupt") }
    /// Frames are gone from the middle of the log.
    public static var missingFrames: Self { Self(rawValue: "missing-frames") }
    /// The segment of a position is gone.
    public static var missingSegment: Self { Self(rawValue: "missing-segment") }
    /// The segment was written in a version of the format that this program does not read.
    public static var unsupported: Self { Self(rawValue: "unsupported") }
    /// A payload is larger than a frame can be.
    public static var tooLarge: Self { Self(rawValue: "too-large") }
    /// An earlier append or sync failed, so the log takes no more.
    public static var poisoned: Self { Self(rawValue: "poisoned") }
    /// The disk failed.
    public static var disk: Self { Self(rawValue: "disk") }
}
