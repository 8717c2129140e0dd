// One of the two programs of a comparison: run whole, and what that cost.
internal import Foundation
internal import Harness
internal import Posix
internal import World

/// What one run of a program came to.
struct MeasuredRun: Sendable {
    /// What it printed.
    var output: String
    /// Every figure of it, and of the process as a whole.
    var figures: [String: Double]
}

/// A program that can be run, by its place in the comparison.
struct MeasuredProgram: Sendable {
    /// `BASE` or `NEW`.
    var role: String
    /// The file.
    var path: String
    /// The share of its running time that it is kept from running, in addition; 0 for none.
    var slowdown = 0.0
    /// What follows the arguments that both programs get.
    var extraArguments: [String] = []

    /// Runs the program to its end in `folder`.
    ///
    /// The processor time is that of all children that ended meanwhile, so one program runs at a time.
    ///
    /// - Throws: ``Diagnosis`` when it cannot be started or does not end with 0.
    func run(_ arguments: [String], in folder: String) async throws -> MeasuredRun {
        var program = Program(.path(path), arguments)
        program.folder = folder
        program.outputLimit = 64 << 20
        program.isEndedInOrder = true
        let processor = Processes.endedChildrenProcessorSeconds()
        let clock = MonotonicClock()
        let began = clock.now()
        let ending: Program.Ending
        do {
            ending = try await program.run { [slowdown] process in
                Leftovers.shared.begin(program: process)
                if slowdown > 0 { await Drag.slow(process, by: slowdown) }
            }
        } catch let error where Program.couldNotRun(error) {
            throw Diagnosis(
                cause: "\(role): \(path) cannot be run", fix: "name the file of a program that may be executed",
                exitCode: .usage)
        }
        try Task.checkCancellation()
        let seconds = Double(clock.now() - began) / 1e9
        guard ending.exitCode == 0 else { throw failure(ending, arguments) }
        var figures = FigureTree.figures(in: ending.output)
        figures["process/wallSeconds"] = seconds
        figures["process/cpuSeconds"] = Processes.endedChildrenProcessorSeconds() - processor
        return MeasuredRun(output: ending.output, figures: figures)
    }

    private func failure(_ ending: Program.Ending, _ arguments: [String]) -> Diagnosis {
        let words = ending.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
        let call = ([path] + arguments).joined(separator: " ")
        switch ending.exitCode {
        case ExitStatus.usage.rawValue:
            return Diagnosis(
                cause: "\(role) does not know this command: \(call)\(words)",
                fix: "measure a command that both builds have: write it behind --", exitCode: .usage)
        case ExitStatus.guaranteeBroken.rawValue:
            return Diagnosis(
                cause: "\(role) broke a guarantee: \(call)\(words)", fix: "run it by itself to see which one",
                exitCode: .guaranteeBroken)
        default:
            return Diagnosis(
                cause: "\(role) ended with \(ending.status): \(call)\(words)",
                fix: "run it by itself; a comparison needs runs that end with 0", exitCode: .invalidRun)
        }
    }
}

/// A slowdown on purpose, from outside, so that no program needs a switch for it.
enum Drag {
    /// Until the process ends, stops it and all it has started for `share` of the time that it ran, in short turns: its own
    /// clocks, and its figures with them, show that it does less.
    static func slow(_ process: Int32, by share: Double) async {
        // On a thread of its own: a pause has to be as long as it is meant to be.
        try? await BlockingThread.run {
            let clock = MonotonicClock()
            var goesOn = clock.now()
            while true {
                clock.sleep(20_000_000)
                guard Processes.isRunning(process) else { return }
                let all = [process] + Processes.descendants(of: process)
                let stopped = clock.now()
                Processes.suspend(all, true)
                clock.sleep(Nanoseconds(Double(stopped - goesOn) * share))
                Processes.suspend(all.reversed(), false)
                goesOn = clock.now()
            }
        }
    }
}
