// The sinks: where a batch's output goes, and what a repeated write does there.

/// What a sink does with a record written again.
public enum SinkKind: String, CaseIterable, Sendable, Codable {
    /// Every write shows.
    case append
    /// One row per partition and offset; a repeated write replaces the row.
    case offsetKeyed = "offset-keyed"
}
