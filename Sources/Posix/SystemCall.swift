// The one place where interrupted system calls are repeated and error numbers get their meaning.
internal import Glibc
internal import World

/// Repeats `call` while a signal interrupts it; returns what it returned, which is -1 with `errno` set on failure.
func retryingWhenInterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// The system's words for an error number.
func systemWords(for errorNumber: Int32) -> String {
    guard let words = strerror(errorNumber) else { return "error \(errorNumber)" }
    return String(cString: words)
}

extension DiskError {
    /// The error that a system call has just left in `errno`.
    ///
    /// The words are made after `errno` was read, because making them may change it.
    static func last(
        _ operation: @autoclosure () -> String, _ path: String, errorNumber: Int32 = errno
    ) -> DiskError {
        DiskError(
            code(of: errorNumber), operation: operation(), path: path, errorNumber: errorNumber,
            reason: systemWords(for: errorNumber))
    }

    static func code(of errorNumber: Int32) -> Code {
        switch errorNumber {
        case ENOSPC, EDQUOT, EFBIG: .noSpace
        case EACCES, EPERM, EROFS: .notAllowed
        case ENOENT, ENOTDIR: .notFound
        case EEXIST: .exists
        default: .failed
        }
    }
}

/// A refusal of the system that has nothing to do with a file.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, such as `start a thread`.
    public var operation: String
    /// The system's error number.
    public var errorNumber: Int32

    /// Makes an error.
    public init(operation: String, errorNumber: Int32) {
        self.operation = operation
        self.errorNumber = errorNumber
    }

    /// One line: what and why.
    public var description: String { "\(operation): \(systemWords(for: errorNumber))" }
}
