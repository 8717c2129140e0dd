// The codes of errors: one shape for all, and a type of its own for each error.

/// The kind of a failure, for programs: a stable name. Each error has its own names, which its module adds here; more can
/// be added without breaking whoever compares them.
public struct ErrorCode<Failure: Error>: RawRepresentable, Hashable, Sendable {
    /// The code's stable name.
    public let rawValue: String

    /// Makes a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }
}
