// Runs the scenario of every claim and collects the verdicts.
public import Harness
public import Results
internal import World

/// Puts claims to the test.
public struct ClaimsRunner: Sendable {
    /// The claims.
    let ids: [String]
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner for the claims called `ids`; empty for all.
    ///
    /// - Throws: ``Diagnosis`` for a claim that does not exist.
    public init(
        ids: [String], options: RunOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) throws {
        for id in ids where ClaimCatalogue.text(of: id) == nil {
            throw Diagnosis(
                cause: "--claim: there is no claim '\(id)'",
                fix: Suggestion.fix(for: id, among: ClaimCatalogue.ids, as: "claims"), exitCode: .usage)
        }
        self.ids = ids.isEmpty ? ClaimCatalogue.ids : ClaimCatalogue.ids.filter(ids.contains)
        self.options = options
        self.progress = progress
    }

    /// The built-in scenario of each claim, by the claim's identifier.
    ///
    /// - Throws: ``ScenarioError`` when one is broken, which the tests rule out.
    public static func scenarios() throws -> [String: Scenario] {
        var scenarios: [String: Scenario] = [:]
        for name in ScenarioLibrary.names {
            let scenario = try ScenarioLibrary.find(name)
            if let claim = scenario.claim { scenarios[claim.id] = scenario }
        }
        return scenarios
    }

    /// Runs the scenarios one after the other, calling `didFinish` with each one's result; what an interrupted command has
    /// of them already is not new. One that could not be carried out does not keep the others from it.
    ///
    /// - Returns: the claims, and why scenarios could not be carried out to their ends.
    /// - Throws: what `didFinish` throws; `CancellationError`.
    public func run(
        didFinish: (_ result: ScenarioResult, _ isNew: Bool) throws -> Void
    ) async throws -> (claims: [ClaimResult], failures: [Diagnosis]) {
        var failures: [Diagnosis] = []
        let scenarios = try ClaimsRunner.scenarios()
        var claims: [ClaimResult] = []
        for (index, id) in ids.enumerated() {
            guard let scenario = scenarios[id] else {
                claims.append(
                    ClaimResult(
                        id: id, claim: ClaimCatalogue.text(of: id) ?? "", verdict: .notMeasured,
                        because: "no scenario measures it", evidence: [:], command: nil))
                continue
            }
            if let result = try options.known(id, as: ScenarioResult.self) {
                try didFinish(result, false)
                if let claim = result.claim { claims.append(claim) }
                continue
            }
            var options = options
            options.stepPrefix = "\(id)/"
            options.reproduce =
                "kbench scenario \(scenario.name) --seed \(scenario.seed)"
                + (options.client.map { " --client \($0.rawValue)" } ?? "")
            let runner = ScenarioRunner(options: options) { [progress, ids] fraction, label in
                progress((Double(index) + fraction) / Double(ids.count), "\(id): \(label)")
            }
            let result: ScenarioResult
            do {
                result = try await runner.run(scenario)
            } catch let error as any DiagnosticError {
                if Leftovers.shared.isEnding { throw CancellationError() }
                let failure = Diagnosis(cause: error.cause, fix: error.fix, exitCode: error.exitCode)
                // A server that is not installed here says nothing about the claims.
                let isMissing = failure.exitCode == .brokerUnreachable && scenario.needsZooKeeper
                if !isMissing { failures.append(failure) }
                if let unfinished = error as? UnfinishedScenario { try didFinish(unfinished.result, true) }
                claims.append(
                    ClaimResult(
                        id: id, claim: ClaimCatalogue.text(of: id) ?? "", verdict: .notMeasured,
                        because: "\(failure.cause); \(failure.fix)", evidence: [:], command: options.reproduce))
                continue
            }
            try didFinish(result, true)
            try self.options.record(id, result)
            if let claim = result.claim { claims.append(claim) }
        }
        return (claims, failures)
    }
}
