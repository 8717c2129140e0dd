// What an engine does about records that the broker dropped before they were read.

/// What to do about records that the broker dropped before they were read.
public enum DataLossPolicy: String, CaseIterable, Codable, Sendable {
    /// Stop with an error that names what is gone.
    case fail
    /// Go on behind it, and note what was skipped.
    case skip
}
