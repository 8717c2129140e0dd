// Where a frame lies, and where it ends.

/// The place of a frame in its log; it stays valid until the frame's segment is removed.
public struct Position: Hashable, Codable, Sendable {
    /// The segment, by the sequence of its first frame.
    public var segment: UInt64
    /// The frame's first byte in the segment's file.
    public var offset: Int64
    /// The length of the whole frame in bytes.
    public var length: Int64
    /// The frame's sequence.
    public var sequence: UInt64

    /// Makes a position.
    public init(segment: UInt64, offset: Int64, length: Int64, sequence: UInt64) {
        self.segment = segment
        self.offset = offset
        self.length = length
        self.sequence = sequence
    }
}

extension Position {
    /// The byte before which the frame lies.
    public var start: Place { Place(segment: segment, offset: offset) }
    /// The byte behind the frame.
    public var end: Place { Place(segment: segment, offset: offset + length) }
}

/// A byte of a log.
public struct Place: Hashable, Sendable {
    /// The segment, by the sequence of its first frame.
    public var segment: UInt64
    /// The byte in the segment's file.
    public var offset: Int64

    /// Makes a place; without arguments, the beginning of the log.
    public init(segment: UInt64 = 0, offset: Int64 = 0) {
        self.segment = segment
        self.offset = offset
    }
}
