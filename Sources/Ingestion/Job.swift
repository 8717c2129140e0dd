// The jobs: what the engine makes of the records of a batch.
/// What the engine does with the records of each batch.
public enum Job: String, CaseIterable, Sendable, Codable {
    /// Every record becomes one row of the sink.
    case identity
    /// Counts the words of all records: UTF-8 text between ASCII white space. Tombstones have none.
    case wordCount = "word-count"
    /// Counts the records and sums up the CRC-32C of their values, modulo 2 to the 64th.
    case checksumSum = "checksum-sum"

    /// Whether the job keeps a state of its own, written once per batch, in place of a sink.
    public var keepsState: Bool { self != .identity }
}
