// What exploration refuses.
public import World

/// An error of the exploration itself, not of a schedule.
public struct ExplorationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of error, for programs.
    public typealias Code = ErrorCode<ExplorationError>

    /// The kind of error.
    public var code: Code
    /// What is wrong.
    public var message: String
    /// The unit, the schedule or the file.
    public var location: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, location: String) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// One line: what and where.
    public var description: String { "\(message) (\(location))" }
}

extension ErrorCode<ExplorationError> {
    /// A schedule that was run twice did not do the same twice.
    public static var notRepeatable: Self { Self(rawValue: "not-repeatable") }
    /// A file is no capsule, or one of another version.
    public static var noCapsule: Self { Self(rawValue: "no-capsule") }
    /// A schedule that is to be made smaller breaks no promise.
    public static var nothingBroken: Self { Self(rawValue: "nothing-broken") }
    /// The record that was asked for is not in the run.
    public static var noRecord: Self { Self(rawValue: "no-record") }
}
