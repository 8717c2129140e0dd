// Why a result could not be kept, in words.
internal import Foundation
package import World

/// A results folder that cannot be written.
package struct ResultsError: DiagnosticError, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    package typealias Code = ErrorCode<ResultsError>

    /// The kind of failure.
    package var code: Code
    /// What happened.
    package var message: String
    /// The folder or file.
    package var location: String
    /// What to do about it.
    package var fix: String

    /// Makes an error.
    package init(_ code: Code, _ message: String, fix: String, at location: String) {
        self.code = code
        self.message = message
        self.fix = fix
        self.location = location
    }

    /// Message and place in one line.
    package var cause: String { "\(location): \(message)" }
    /// A folder of the caller's choice is the caller's to change; a full disk is the machine's.
    package var exitCode: ExitStatus { code == .noSpace || code == .failed ? .internalError : .usage }
    /// Cause and fix in one line.
    package var description: String { "\(cause) (\(fix))" }

    /// The error for a failure of Foundation's at `location`.
    static func explain(_ error: any Error, at location: String) -> ResultsError {
        let elsewhere = "choose another folder with --out"
        if let known = error as? ResultsError { return known }
        switch (error as? CocoaError)?.code {
        case .fileWriteOutOfSpace:
            return ResultsError(
                .noSpace, "the disk is full", fix: "make room, or \(elsewhere)", at: location)
        case .fileWriteNoPermission, .fileWriteVolumeReadOnly, .fileReadNoPermission:
            return ResultsError(.notAllowed, "the folder may not be written", fix: elsewhere, at: location)
        default:
            // Foundation wraps the system's own words, which are the ones worth reading.
            let system = ((error as? CocoaError)?.underlying as NSError?)?.localizedFailureReason
            return ResultsError(
                .failed, "the result could not be kept: \(system ?? "\(error)")", fix: elsewhere, at: location)
        }
    }
}

extension ErrorCode<ResultsError> {
    /// The file system, or the quota, is full.
    package static var noSpace: Self { Self(rawValue: "no-space") }
    /// The folder may not be written.
    package static var notAllowed: Self { Self(rawValue: "not-allowed") }
    /// Something that is not a folder has the name.
    package static var notAFolder: Self { Self(rawValue: "not-a-folder") }
    /// What is there is no result that can be read.
    package static var notAResult: Self { Self(rawValue: "not-a-result") }
    /// Any other failure.
    package static var failed: Self { Self(rawValue: "failed") }
}
