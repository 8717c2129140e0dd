// One run whose lives an experiment starts one by one, changing the world between them.
package import Engine
internal import Foundation
package import Judgement
internal import Posix
internal import Results
package import World

/// A run in a folder of its own. Its state, its group and its sink are there until the experiment ends.
package struct StagedRun: Sendable {
    package let executor: RunExecutor
    package let plan: RunPlan
    /// The run's folder.
    package let directory: String

    /// Makes a run; nothing is started yet.
    package init(executor: RunExecutor, plan: RunPlan, directory: String) {
        self.executor = executor
        self.plan = plan
        self.directory = directory
    }

    /// The crash the run's first life dies of; nil for none.
    package var crash: ArmedCrash? { if case .points(let crashes) = plan.death { crashes.first } else { nil } }

    /// The state folder of the run's plan.
    package var stateDirectory: String { "\(directory)/state" }

    /// How one life went.
    package struct Life: Sendable {
        package var ending: LifeEnding.Exit
        /// Whether the armed crash was reached.
        package var crashFired: Bool
        package var seconds: Double
        /// Damaged checkpoints that it stepped over.
        package var damagedCheckpoints: Int

        /// What the worker said when it gave up; nil when it did not.
        package var diagnosis: Diagnosis? { if case .failed(let diagnosis) = ending { diagnosis } else { nil } }
    }

    /// Starts a worker and waits for its end; `change` may tell it something else than the plan does.
    package func live(
        crash: ArmedCrash? = nil, _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) async throws -> Life {
        var configuration = executor.subject.configuration(of: plan, in: directory)
        configuration.crash = crash?.description
        change(&configuration)
        try PosixDisk().makeDirectory(directory)
        let counters = "\(directory)/counters"
        try PosixDisk().write([UInt8](repeating: 0, count: EngineCounters.byteCount), to: counters)
        let clock = MonotonicClock()
        let startedAt = clock.now()
        let end = try await executor.subject.live(.init(configuration, in: directory)) { _ in }
        try Task.checkCancellation()
        return Life(
            ending: end.exit, crashFired: try count(.crashesFired) == 1, seconds: Double(end.at - startedAt) / 1e9,
            damagedCheckpoints: try count(.damagedCheckpoints))
    }

    /// Where a life stands still at the plan's crash instead of dying there.
    package func pause(at crash: ArmedCrash) -> WorkerConfiguration.Pause {
        .init(at: "\(crash)", reachedPath: "\(directory)/reached", resumePath: "\(directory)/go-on")
    }

    /// Waits, while a life is under way, until it stands still.
    package func waitUntilPaused() async throws {
        // Longer than it takes on the slowest machine.
        for _ in 0..<24_000 {
            if PosixDisk().exists("\(directory)/reached") { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Diagnosis(
            cause: "the worker never came to \(crash.map { "\($0)" } ?? "its crash")",
            fix: "this is not expected: please report it with the command", exitCode: .internalError)
    }

    /// Compares the sink with what was produced.
    package func verdict() async throws -> Verdict {
        try await BlockingThread.run {
            try executor.subject.verdict(of: plan, in: directory)
        }
    }

    /// A counter of the life that ended last.
    package func count(_ counter: EngineCounters.Counter) throws -> Int {
        let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        return withExtendedLifetime(file) { Int(EngineCounters(storage: file.memory)[counter]) }
    }
}
