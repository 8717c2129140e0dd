// How the command line fails: one line of cause, one line of fix, the exit code; never a trace.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Posix
internal import World

/// Ends the process after an error.
enum Failure {
    /// Prints the error and exits with its code; help and version requests print and exit with 0.
    static func exit(with error: any Error) -> Never {
        // Whatever went wrong then went wrong because of it.
        Interrupts.leaveTheEndToItsHandler()
        if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
        if (error as? DiskError)?.isBrokenPipe == true {
            StandardStreams.writeErrorLine("kbench: interrupted, as nobody reads the output; nothing is left behind")
            Foundation.exit(ExitStatus.interrupted.rawValue)
        }
        let diagnosis: Diagnosis
        switch Kbench.exitCode(for: error) {
        case .success:
            // --help and --version; a device that is full must be noticed here too.
            do {
                try StandardStreams.writeOutput(Kbench.fullMessage(for: error) + "\n")
                Foundation.exit(ExitStatus.asExpected.rawValue)
            } catch { diagnosis = Diagnosis(of: error) }
        case .validationFailure: diagnosis = UsageMistake.diagnosis(of: error)
        default: diagnosis = Diagnosis(of: error)
        }
        StandardStreams.writeErrorLine("kbench: \(diagnosis.cause)")
        let kept = Leftovers.shared.kept.map { "; what was done is kept: \($0)" } ?? ""
        StandardStreams.writeErrorLine("fix: \(diagnosis.fix)\(kept)")
        Foundation.exit(diagnosis.exitCode.rawValue)
    }
}
