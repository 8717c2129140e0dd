// What every comparison over many runs decides.

/// The outcome of a comparison over many runs.
public protocol ComparisonResult: VersionedResult {
    /// Whether everything is as it must be.
    var holds: Bool { get }
    /// Whether every run could observe what it was to show.
    var isValid: Bool { get }
}
