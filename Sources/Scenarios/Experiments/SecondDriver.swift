// The experiment `second-driver`: two worker processes on the same state, of which one must stop and say why.
internal import Engine
internal import Foundation
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix
internal import Results
internal import World

/// The first driver is held up in the middle of a batch, as a process that was suspended or cut off; a second one is
/// started in its place; then the first comes back.
struct SecondDriver: Experiment {
    /// Where the first driver waits: the batch is planned and submitted, nothing of it is out.
    private static let pause = "batch.submit.after@3"

    /// How a driver's process ended, and what it said.
    private struct Driver: Sendable {
        var goesOn: Bool
        var message: String
    }

    /// What keeps two drivers of a strategy apart.
    private enum Fence: String {
        case lock = "lock on the state's folder"
        case offsetLog = "exclusive entry of the offset log"
        case compareAndSet = "driver number, and compare-and-set of the stored offset"

        init?(_ strategy: Strategy) {
            switch strategy.traits.offsets {
            case _ where strategy.traits.checkpoints: self = .lock
            case .offsetLog: self = .offsetLog
            case .sink: self = .compareAndSet
            case .nobody, .group, .checkpoint: return nil
            }
        }

        /// A lock keeps the second driver from writing a single row, so any sink will do, and the one where every write
        /// shows tells most. The others stop a driver at its next plan or commit; until then a sink must know what it has.
        var sink: SinkKind { self == .lock ? .append : .transactional }
        /// A lock refuses who comes later; the others stop who came first.
        var stopsFirst: Bool { self != .lock }
    }

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let chosen = stage.scenario.strategies.isEmpty ? Strategy.allCases : stage.scenario.strategies
        let strategies = chosen.compactMap { strategy in Fence(strategy).map { (strategy, $0) } }
        let topic = try await stage.makeTopic(partitions: stage.scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "Two drivers",
            columns: [
                .init("strategy", isNumeric: false), .init("sink", isNumeric: false), .init("fence", isNumeric: false),
                .init("first driver", isNumeric: false), .init("second driver", isNumeric: false),
                .init("duplicates"), .init("lost"),
            ])
        for (index, (strategy, fence)) in strategies.enumerated() {
            stage.progress(Double(index) / Double(strategies.count), strategy.rawValue)
            let plan = RunPlan(strategy: strategy, sink: fence.sink, death: .none, stated: nil, expected: nil)
            let directory = "\(stage.options.workDirectory)/\(index + 1)-\(strategy.rawValue)"
            let executor = stage.executor(of: stage.scenario, topic: topic, truth: truth)
            let (first, second) = try await drive(plan, in: directory, executor)
            let verdict = try await BlockingThread.run {
                try executor.subject.verdict(of: plan, in: directory)
            }
            try await BlockingThread.run { try FileSystem.removeTree(directory) }

            let name = "\(strategy.rawValue)/\(fence.sink.rawValue)"
            table.rows.append([
                strategy.rawValue, fence.sink.rawValue, fence.rawValue, words(first), words(second),
                "\(verdict.duplicates)", "\(verdict.lost)",
            ])
            outcome.findings.notes += [
                "\(name), first driver, \(words(first)): \(first.message)",
                "\(name), second driver, \(words(second)): \(second.message)",
            ]
            outcome.findings.evidence["\(name) duplicates"] = Double(verdict.duplicates)
            outcome.findings.evidence["\(name) lost"] = Double(verdict.lost)
            outcome.findings.evidence["\(name) drivers that went on"] = Double([first, second].count { $0.goesOn })
            if first.goesOn == second.goesOn || first.goesOn == fence.stopsFirst {
                outcome.findings.complaints.append(
                    "\(name): the \(fence.stopsFirst ? "second" : "first") driver alone should have gone on; the first "
                        + "\(words(first)), the second \(words(second))")
            }
            if verdict.duplicates != 0 || verdict.lost != 0 || verdict.corrupted != 0 {
                outcome.findings.complaints.append(
                    "\(name): \(verdict.duplicates) duplicates, \(verdict.lost) lost and \(verdict.corrupted) corrupted "
                        + "records, expected none")
            }
            stage.soFar.keep(outcome, table)
        }
        outcome.findings.tables = [table]
        outcome.findings.invalidReason = try await stage.evicted(truth, topic: topic)
        return outcome
    }

    /// Runs both drivers to their ends.
    private func drive(
        _ plan: RunPlan, in directory: String, _ executor: RunExecutor
    ) async throws -> (first: Driver, second: Driver) {
        let reached = "\(directory)/reached"
        let resume = "\(directory)/resume"
        let disk = PosixDisk()
        try disk.makeDirectory(directory)
        func driver(_ number: Int, pause: WorkerConfiguration.Pause?) -> (WorkerConfiguration, path: String) {
            var configuration = executor.subject.configuration(of: plan, in: directory)
            configuration.countersPath = "\(directory)/counters-\(number)"
            configuration.pause = pause
            return (configuration, "\(directory)/driver-\(number).json")
        }
        let firstDriver = driver(
            1, pause: .init(at: SecondDriver.pause, reachedPath: reached, resumePath: resume))
        let ended = "\(directory)/first-ended"
        async let first = run(executor.subject.worker, firstDriver, marking: ended)
        while !disk.exists(reached) {
            guard !disk.exists(ended) else {
                // What it says of itself comes first.
                _ = try await first
                throw Diagnosis(
                    cause: "\(plan.strategy.rawValue): the first driver ended before it came to \(SecondDriver.pause)",
                    fix: "give it at least three batches of records", exitCode: .invalidRun)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let second = try await run(executor.subject.worker, driver(2, pause: nil))
        try disk.write([], to: resume)
        return (try await first, second)
    }

    /// Runs a driver's process to its end, which the file at `endPath` marks.
    private func run(
        _ worker: WorkerProcess, _ told: (configuration: WorkerConfiguration, path: String),
        marking endPath: String? = nil
    ) async throws -> Driver {
        defer { if let endPath { try? PosixDisk().write([], to: endPath) } }
        let (ending, notes) = try await worker.drive(told.configuration, at: told.path)
        try Task.checkCancellation()
        switch ending {
        case .finished:
            let message =
                notes.isEmpty ? "processed all input, and knew of no other driver" : notes.joined(separator: "; ")
            return Driver(goesOn: true, message: message)
        case .failed(let diagnosis):
            return Driver(goesOn: false, message: "\(diagnosis.cause); \(diagnosis.fix)")
        case .killed:
            throw Diagnosis(
                cause: "a worker was killed from outside, which nobody planned", fix: "run the scenario again",
                exitCode: .invalidRun)
        }
    }

    private func words(_ driver: Driver) -> String { driver.goesOn ? "went on" : "stopped" }
}
