// What a measurement says about a claim.
internal import Judgement

/// A claim and the verdict over it.
public struct ClaimResult: Codable, Equatable, Sendable {
    /// The claim's stable identifier, such as `C3`.
    public var id: String
    /// The claim in a sentence.
    public var claim: String
    /// Whether it holds.
    public var verdict: Ruling
    /// What the verdict rests on, in a line.
    public var because: String
    /// The numbers, by name.
    public var evidence: [String: Double]
    /// The command that measures it again; nil where nothing measures it.
    @OrNull public var command: String?

    /// Whether a claim holds.
    public enum Ruling: String, Codable, Sendable {
        /// In every case that was measured.
        case holds
        /// In some cases, which ``because`` names.
        case holdsIf = "holds-if"
        /// In none.
        case doesNotHold = "does-not-hold"
        /// Nothing was measured, or what was measured could not show it.
        case notMeasured = "not-measured"
    }

    /// Makes a result.
    public init(
        id: String, claim: String, verdict: Ruling, because: String, evidence: [String: Double], command: String?
    ) {
        self.id = id
        self.claim = claim
        self.verdict = verdict
        self.because = because
        self.evidence = evidence
        self.command = command
    }
}

/// The verdicts over all claims.
public struct ClaimsResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.claims")

    /// One element per claim.
    public var claims: [ClaimResult]

    /// Makes a result.
    public init(_ claims: [ClaimResult]) { self.claims = claims }
}
