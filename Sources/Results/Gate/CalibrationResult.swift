// What comparisons of a build with itself came to.

/// How often a build was called slower than itself.
public struct CalibrationResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.calibration")

    /// The build.
    public var base: String
    /// Comparisons made.
    public var comparisons = 0
    /// Those that called the build slower than itself.
    public var slower = 0
    /// Those that did not decide.
    public var inconclusive = 0
    /// The worst detectable effect of each metric, as a share.
    public var minimumDetectableEffects: [String: Double] = [:]

    /// Makes a result of which nothing is known yet.
    public init(base: String) { self.base = base }

    /// Whether it never was called slower.
    public var holds: Bool { slower == 0 }
}
