// Which rows of the semantics table a live Spark has shown, and which rest on reading its source.
public import Ingestion

/// The mark `[I]` of the semantics table, for whoever prints a row.
public enum RowEvidence {
    /// Put behind a row that rests on inference.
    public static let mark = "[I]"

    /// The mark's meaning, as a footnote.
    public static let meaning =
        "\(mark): no live run of Spark showed this row for this strategy; what it says of Spark is inferred from the source."

    /// Whether `row` rests on inference for `strategy`. A row of several lives, such as `R6, then D4`, does if one part
    /// of it does.
    public static func isInferred(_ row: String, strategy: Strategy) -> Bool {
        parts(of: row).contains { isInferred(part: $0, strategy: strategy) }
    }

    /// The row with the mark behind each part that rests on inference.
    public static func marked(_ row: String, strategy: Strategy) -> String {
        parts(of: row).map { isInferred(part: $0, strategy: strategy) ? "\($0) \(mark)" : String($0) }
            .joined(separator: separator)
    }

    /// Between the rows of successive lives.
    static let separator = ", then "

    private static func parts(of row: String) -> [Substring] { row.split(separator: separator) }

    /// A life that died where only this engine has a point has no row, written `-`.
    private static func isInferred(part: Substring, strategy: Strategy) -> Bool {
        part != "-" && !seenLive(strategy).contains(String(part))
    }

    /// The rows that were counted in crash and restart runs of a live Spark.
    private static func seenLive(_ strategy: Strategy) -> [String] {
        switch strategy {
        case .receiverWal:
            [
                "F", "R0", "R3", "R4", "R5", "R5m", "R6", "R7", "R8", "D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7",
                "D8", "T", "GS",
            ]
        case .receiverReliable: ["F", "R6", "R8", "D3", "D4", "D5", "D8", "GS"]
        case .direct: ["P0", "P1", "P2a", "P2b", "P3", "P4", "P5", "P6", "P7", "P8", "T", "GS"]
        case .directLogFirst: ["P1", "P3", "P4", "P5", "P6", "P8"]
        case .directCommit: ["P4", "P5", "P8"]
        // Spark's own automatic commits, and what its users build of transactions, were not run.
        case .raw, .receiver, .directTransactional: []
        }
    }
}
