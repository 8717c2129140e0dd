// Runs a scenario from its load to its result.
internal import Engine
internal import Foundation
public import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
public import Results
public import World

/// A scenario that could not be carried out to its end, with what had come out by then.
public struct UnfinishedScenario: DiagnosticError {
    /// The result, which is invalid.
    public var result: ScenarioResult
    /// Why it ended.
    public var diagnosis: Diagnosis

    /// The cause in one line.
    public var cause: String { diagnosis.cause }
    /// The fix in one line.
    public var fix: String { diagnosis.fix }
    /// The exit code.
    public var exitCode: ExitStatus { diagnosis.exitCode }
}

/// Runs scenarios.
public struct ScenarioRunner: Sendable {
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(options: RunOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Checks that every crash of a scenario can happen.
    ///
    /// - Throws: ``Diagnosis`` naming the run and the crash.
    public static func check(_ scenario: Scenario) throws { _ = try RunPlan.plans(of: scenario) }

    /// Carries out the scenario's runs, or its experiment.
    ///
    /// - Throws: ``Diagnosis``, or ``UnfinishedScenario`` where something had come out by then; no worker and no file of the
    ///   run is left behind then.
    public func run(_ scenario: Scenario) async throws -> ScenarioResult {
        if let kind = scenario.experiment {
            return try await onStage(scenario) { try await kind.experiment.run(on: $0) }
        }
        return try await run(scenario, plans: try RunPlan.plans(of: scenario))
    }

    /// As ``run(_:)``, with runs settled by the caller.
    func run(_ scenario: Scenario, plans: [RunPlan]) async throws -> ScenarioResult {
        try await onStage(scenario) { ExperimentOutcome(runs: try await $0.execute(plans)) }
    }

    /// Runs that the caller has settled, each a step with a name: what an interrupted command has of them already is not
    /// run again.
    ///
    /// - Returns: what `outcome` makes of each.
    func run<Outcome: Codable & Sendable>(
        _ scenario: Scenario, plans: [RunPlan], steps: [String], outcome: @escaping @Sendable (RunResult) -> Outcome
    ) async throws -> [Outcome] {
        let options = options
        var outcomes = try steps.map { try options.known($0, as: Outcome.self) }
        let missing = plans.indices.filter { outcomes[$0] == nil }
        guard !missing.isEmpty else { return outcomes.compactMap { $0 } }
        let result = try await onStage(scenario) { stage in
            let runs = try await stage.execute(missing.map { plans[$0] }) { place, run in
                try options.record(steps[missing[place]], outcome(run))
            }
            return ExperimentOutcome(runs: runs)
        }
        for (place, run) in zip(missing, result.runs) { outcomes[place] = outcome(run) }
        return outcomes.compactMap { $0 }
    }

    /// Sets up the stage, lets `body` play on it, and clears it away whatever happened.
    private func onStage(
        _ scenario: Scenario, _ body: (Stage) async throws -> ExperimentOutcome
    ) async throws -> ScenarioResult {
        let startedAt = Date().formatted(.iso8601)
        if options.brokers == nil {
            try BrokerHost.checkRoom(for: scenario)
        }
        var (scenario, options) = (scenario, options)
        scenario.client = options.client ?? scenario.client
        options.client = scenario.client
        try scenario.client.check(options.properties, membership: scenario.membership)
        // As long as Kafka does by default: both members are to be of the first generation.
        if scenario.experiment == .rebalance { options.groupDelayMilliseconds = 3_000 }
        let host = try await BlockingThread.run { [options] in
            Handed(try BrokerHost(options))
        }
        let stage = Stage(scenario: scenario, options: options, progress: progress, host: host)
        do {
            try PosixDisk().makeDirectory(options.workDirectory)
            var outcome = try await body(stage)
            outcome.findings.notes += (host.value.watch?.takeNotes() ?? []) + host.value.takeScriptNotes()
            let result = try result(of: scenario, outcome, broker: host.value.info, startedAt: startedAt)
            try await cleanUp(host)
            return result
        } catch {
            let unfinished = unfinished(stage, error, startedAt: startedAt)
            try? await cleanUp(host)
            throw unfinished ?? (error is CancellationError ? error : Diagnosis(of: error))
        }
    }

    /// What had come out when `error` ended the scenario; nil where that was nothing.
    private func unfinished(_ stage: Stage, _ error: any Error, startedAt: String) -> UnfinishedScenario? {
        guard !(error is CancellationError), var outcome = stage.soFar.outcome else { return nil }
        let diagnosis = Diagnosis(of: error)
        outcome.findings.invalidReason = "it could not be carried out to its end: \(diagnosis.cause)"
        outcome.findings.notes += stage.host.value.watch?.takeNotes() ?? []
        let result = try? result(
            of: stage.scenario, outcome, broker: stage.host.value.info, startedAt: startedAt)
        return result.map { UnfinishedScenario(result: $0, diagnosis: diagnosis) }
    }

    private func result(
        of scenario: Scenario, _ outcome: ExperimentOutcome, broker: BrokerInfo, startedAt: String
    ) throws -> ScenarioResult {
        var runs = outcome.runs
        let findings = outcome.findings
        if let raw = runs.first(where: { $0.strategy == Strategy.raw.rawValue })?.recordsPerSecond, raw > 0 {
            for index in runs.indices { runs[index].percentOfRaw = runs[index].recordsPerSecond / raw * 100 }
        }
        let isValid = runs.allSatisfy { $0.invalidReason == nil } && findings.invalidReason == nil
        let agrees = runs.allSatisfy(\.agrees) && findings.complaints.isEmpty
        var load = Load(
            records: scenario.records, partitions: scenario.partitions, recordBytes: scenario.recordBytes,
            blockRecords: nil, batchRecords: nil)
        if case .count(let block, let batch) = scenario.cuts {
            load.blockRecords = block
            load.batchRecords = batch
        }
        return ScenarioResult(
            scenario: scenario.name, summary: scenario.summary, seed: scenario.seed, valid: isValid,
            verdict: isValid ? (agrees ? .pass : .fail) : .invalid, broker: broker, load: load,
            fidelity: scenario.fidelity.name, runs: runs, experiment: findings,
            claim: scenario.claim.map { claim($0, outcome, isMeasured: isValid && agrees) },
            host: try .here(
                version: options.version, client: scenario.client.rawValue, folder: options.workDirectory),
            reproduce: options.reproduce, startedAt: startedAt, explanation: scenario.explanation)
    }

    /// What the scenario says about its claim; one that failed or was invalid says nothing.
    private func claim(_ statement: ClaimStatement, _ outcome: ExperimentOutcome, isMeasured: Bool) -> ClaimResult {
        let cases = outcome.claimCases ?? ClaimJudgement.cases(of: outcome.runs, statement.conditions)
        let (verdict, because) =
            isMeasured
            ? ClaimJudgement.verdict(of: cases)
            : (.notMeasured, "the scenario did not come out as expected, so it shows nothing")
        let evidence = ClaimJudgement.evidence(of: outcome.runs).merging(outcome.findings.evidence) { $1 }
        return ClaimResult(
            id: statement.id, claim: ClaimCatalogue.text(of: statement.id) ?? "", verdict: verdict, because: because,
            evidence: evidence, command: options.reproduce)
    }

    private func cleanUp(_ host: Handed<BrokerHost>) async throws {
        try await BlockingThread.run {
            host.value.close()
            try options.removeFolders()
        }
    }
}
