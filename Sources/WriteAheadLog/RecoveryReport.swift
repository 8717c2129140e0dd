// What opening a log has found and done.

/// What opening a log has found and done.
public struct RecoveryReport: Equatable, Sendable {
    /// The complete frames in the segments that were scanned.
    public var frames = 0
    /// The bytes of those frames with their framing.
    public var bytes: Int64 = 0
    /// The segments in the folder.
    public var segments = 0
    /// The bytes of the torn tail that was cut off, without zeros at its end; 0 when the log ended cleanly.
    public var tornBytes: Int64 = 0
    /// The file that was cut, or removed because not even its header was complete; nil when none was torn.
    public var truncatedSegment: String?
    /// Why it was cut, in words.
    public var tornReason: String?

    /// Makes a report of an empty log.
    public init() {}
}
