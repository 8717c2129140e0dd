// Why a served broker cannot use its data folder.
package import World

/// A data folder that is damaged, in use, or cannot be read and written.
package struct DataError: DiagnosticError {
    /// The kind of failure, for programs.
    package enum Code: String, Sendable {
        case damaged = "data-damaged"
        case inUse = "data-in-use"
        case failed = "data-failed"
    }

    package var code: Code
    /// The folder, or the file in it.
    package var path: String
    /// Where the first batch begins that is not understood, in a damaged file.
    package var position = 0
    /// What is wrong.
    package var reason: String

    init(damaged path: String, at position: Int, _ reason: String) {
        (code, self.path, self.position, self.reason) = (.damaged, path, position, reason)
    }

    init(inUse path: String) {
        (code, self.path, reason) = (.inUse, path, "another broker uses this folder")
    }

    init(_ error: DiskError, folder: String) { (code, path, reason) = (.failed, folder, "\(error)") }

    package var cause: String {
        code == .damaged
            ? "\(path) is damaged at byte \(position): \(reason)" : "no broker can use \(path): \(reason)"
    }
    package var fix: String {
        switch code {
        case .damaged: "bring the file back from a copy, or begin anew with another folder"
        case .inUse: "stop the broker that uses it, or choose another folder"
        case .failed: "choose a folder that can be read and written"
        }
    }
    package var exitCode: ExitStatus { code == .damaged ? .internalError : .brokerUnreachable }
}
