// What every error shown to a person must be able to say.

/// An error a person can act on: one line of cause, the fix, and the exit code it deserves.
public protocol DiagnosticError: Error {
    /// The cause in one line, naming the thing and the value.
    var cause: String { get }
    /// What to do about it, in one line.
    var fix: String { get }
    /// The process's exit code.
    var exitCode: ExitStatus { get }
}

/// The exit codes of kbench.
public enum ExitStatus: Int32, Sendable {
    /// As expected.
    case asExpected = 0
    /// A regression.
    case regression = 2
    /// A guarantee was broken, or an outcome differs from the expected one.
    case guaranteeBroken = 3
    /// The run could not observe what it claims.
    case invalidRun = 5
    /// The measurement does not decide.
    case inconclusive = 6
    /// The command line, or a scenario file, is wrong.
    case usage = 64
    /// No broker answered.
    case brokerUnreachable = 69
    /// Our own bug, or a failure of the machine.
    case internalError = 70
    /// Interrupted by Ctrl-C.
    case interrupted = 130
}
