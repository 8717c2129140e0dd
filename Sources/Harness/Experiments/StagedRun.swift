// One run whose lives an experiment starts one by one, changing the world between them.
internal import Engine
internal import Foundation
internal import Judgement
internal import Posix
internal import Results
internal import World

/// A run in a folder of its own. Its state, its group and its sink are there until the experiment ends.
struct StagedRun: Sendable {
    let executor: RunExecutor
    let plan: RunPlan
    /// The run's folder.
    let directory: String

    /// The crash the run's first life dies of; nil for none.
    var crash: ArmedCrash? { if case .armed(let crashes) = plan.death { crashes.first } else { nil } }

    /// The state folder of the run's plan.
    var stateDirectory: String { "\(directory)/state" }

    /// How one life went.
    struct Life: Sendable {
        var ending: WorkerProcess.Ending
        /// Whether the armed crash was reached.
        var crashFired: Bool
        var seconds: Double
        /// Damaged checkpoints that it stepped over.
        var damagedCheckpoints: Int

        /// What the worker said when it gave up; nil when it did not.
        var diagnosis: Diagnosis? { if case .failed(let diagnosis) = ending { diagnosis } else { nil } }
    }

    /// Starts a worker and waits for its end; `change` may tell it something else than the plan does.
    func live(
        crash: ArmedCrash? = nil, _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) async throws -> Life {
        var configuration = executor.configuration(of: plan, in: directory)
        configuration.crash = crash?.description
        change(&configuration)
        try PosixDisk().makeDirectory(directory)
        let counters = "\(directory)/counters"
        try PosixDisk().write([UInt8](repeating: 0, count: EngineCounters.byteCount), to: counters)
        let clock = MonotonicClock()
        let startedAt = clock.now()
        let (ending, endedAt) = try await executor.worker.run(configuration, at: "\(directory)/worker.json")
        try Task.checkCancellation()
        return Life(
            ending: ending, crashFired: try count(.crashesFired) == 1, seconds: Double(endedAt - startedAt) / 1e9,
            damagedCheckpoints: try count(.damagedCheckpoints))
    }

    /// Where a life stands still at the plan's crash instead of dying there.
    func pause(at crash: ArmedCrash) -> WorkerConfiguration.Pause {
        .init(at: "\(crash)", reachedPath: "\(directory)/reached", resumePath: "\(directory)/go-on")
    }

    /// Waits, while a life is under way, until it stands still.
    func waitUntilPaused() async throws {
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
    func verdict() async throws -> Verdict {
        try await BlockingThread.run {
            try plan.sinkVerdict(truth: executor.truth, origin: executor.origin, in: directory)
        }
    }

    /// A counter of the life that ended last.
    func count(_ counter: EngineCounters.Counter) throws -> Int {
        let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        return withExtendedLifetime(file) { Int(EngineCounters(storage: file.memory)[counter]) }
    }
}

/// A row of an experiment: what was measured beside what had to be.
struct ExperimentRow {
    var cells: [String]
    var label: String
    var duplicates: Int
    var lost: Int
    var expectedDuplicates: Int
    var expectedLost: Int
    var corrupted: Int

    init(_ cells: [String], label: String, _ verdict: Verdict, duplicates: Int, lost: Int) {
        self.cells = cells
        self.label = label
        self.duplicates = verdict.duplicates
        self.lost = verdict.lost
        corrupted = verdict.corrupted
        expectedDuplicates = duplicates
        expectedLost = lost
    }

    var agrees: Bool { duplicates == expectedDuplicates && lost == expectedLost && corrupted == 0 }

    static let columns: [(String, Bool)] = [
        ("duplicates", true), ("expected", true), ("lost", true), ("expected lost", true), ("result", false),
    ]

    var allCells: [String] {
        cells + [
            "\(duplicates)", "\(expectedDuplicates)", "\(lost)", "\(expectedLost)", agrees ? "ok" : "differs",
        ]
    }
}

extension ExperimentOutcome {
    /// Complains where a row is not what the scenario states in the symbols of the closed form.
    mutating func compare(_ row: ExperimentRow, with plan: RunPlan) {
        guard let stated = plan.stated, let expected = plan.expected else { return }
        let duplicates = RunJudgement.value(of: stated.duplicates, expected)
        let lost = RunJudgement.value(of: stated.lost, expected)
        guard row.duplicates != duplicates || row.lost != lost else { return }
        findings.complaints.append(
            "\(row.label): \(row.duplicates) duplicates and \(row.lost) lost, the scenario states \(duplicates) and \(lost)"
        )
    }

    /// Adds rows as a table, their counts as evidence, and what differs as complaints.
    mutating func add(
        _ rows: [ExperimentRow], title: String, columns: [String]
    ) {
        var table = ResultTable(
            title: title,
            columns: columns.map { .init($0, isNumeric: false) }
                + ExperimentRow.columns.map { .init($0.0, isNumeric: $0.1) })
        for row in rows {
            table.rows.append(row.allCells)
            findings.evidence["\(row.label) duplicates"] = Double(row.duplicates)
            findings.evidence["\(row.label) lost"] = Double(row.lost)
            guard !row.agrees else { continue }
            findings.complaints.append(
                "\(row.label): \(row.duplicates) duplicates and \(row.lost) lost, expected \(row.expectedDuplicates) "
                    + "and \(row.expectedLost)" + (row.corrupted > 0 ? "; \(row.corrupted) corrupted" : ""))
        }
        findings.tables.append(table)
    }
}
