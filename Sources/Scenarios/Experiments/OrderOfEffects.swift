// The experiment `order-of-effects`: what a worker does to the world, in order, and whether it is the order claimed.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix
internal import Results
internal import World

/// Traces one worker per strategy; where a direct strategy's plan becomes durable, kills another just before.
struct OrderOfEffects: Experiment {
    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let shape = try stage.shapeByCount()
        let scenario = stage.scenario
        guard scenario.groupCommitBlocks == 1 else {
            throw Diagnosis(
                cause: "\(scenario.name): blocks that share a commit cannot be told apart in a trace",
                fix: "write group-commit-blocks: 1", exitCode: .usage)
        }
        let strategies = (scenario.strategies.isEmpty ? Strategy.allCases : scenario.strategies).filter(\.hasOutput)
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        let executor = stage.executor(of: scenario, topic: topic, truth: truth)
        var outcome = ExperimentOutcome()
        var rules = ResultTable(
            title: "What came before what, at every occurrence",
            columns: [
                .init("strategy", isNumeric: false), .init("statement", isNumeric: false),
                .init("first", isNumeric: false), .init("then", isNumeric: false), .init("occurrences"),
                .init("in this order"), .init("expected", isNumeric: false),
            ])
        outcome.claimCases = []
        for (index, strategy) in strategies.enumerated() {
            let directory = "\(stage.options.workDirectory)/\(index + 1)-\(strategy.rawValue)"
            let plan = RunPlan(
                strategy: strategy, sink: strategy.canWrite(to: .append) ? .append : .transactional, death: .none,
                stated: nil, expected: ExpectedOutcome(),
                isTraced: true)
            let run = try await executor.execute(plan, in: directory) { fraction in
                stage.progress((Double(index) + fraction) / Double(strategies.count), strategy.rawValue)
            }
            if let reason = run.invalidReason { outcome.findings.invalidReason = "\(strategy.rawValue): \(reason)" }
            if !run.agrees {
                outcome.findings.complaints.append("\(strategy.rawValue): \(run.derivation) does not hold")
            }
            let trace = try await BlockingThread.run {
                defer { try? FileSystem.removeTree(directory) }
                return try EffectTrace.read("\(directory)/trace")
            }
            let order = EffectOrder(trace, autoCommitBlocks: scenario.autoCommitBlocks)
            outcome.findings.tables.append(OrderOfEffects.table(of: order, strategy))
            check(order, strategy, &rules, &outcome)
            stage.soFar.keep(outcome, rules)
        }
        outcome.findings.tables.append(rules)
        let plans = strategies.compactMap { OrderOfEffects.killedBeforeItsPlan($0, scenario, shape) }
        if !plans.isEmpty { outcome.runs = try await stage.execute(plans) }
        return outcome
    }

    private func check(
        _ order: EffectOrder, _ strategy: Strategy, _ table: inout ResultTable, _ outcome: inout ExperimentOutcome
    ) {
        var isClaimed = true
        for rule in EffectRule.rules(of: strategy) {
            let finding = rule.finding(in: order)
            isClaimed = isClaimed && finding.holds
            table.rows.append([
                strategy.rawValue, rule.statement, "\(rule.first)", "\(rule.second)", "\(finding.checked)",
                "\(finding.kept)", rule.isKept ? "always" : "not always",
            ])
            outcome.findings.evidence["\(strategy.rawValue): \(rule.statement), occurrences"] = Double(finding.checked)
            outcome.findings.evidence["\(strategy.rawValue): \(rule.statement), in this order"] = Double(finding.kept)
            if finding.holds != rule.isKept {
                outcome.findings.complaints.append(
                    "\(strategy.rawValue): \(rule.statement) at \(finding.kept) of \(finding.checked) occurrences, "
                        + "expected \(rule.isKept ? "all" : "not all")")
            }
        }
        outcome.claimCases?.append(ClaimCase(label: strategy.rawValue, holds: isClaimed))
    }

    private static func table(of order: EffectOrder, _ strategy: Strategy) -> ResultTable {
        var table = ResultTable(
            title: "Effects of \(strategy.rawValue), in the order in which they first happened",
            columns: [.init(""), .init("effect", isNumeric: false), .init("times")])
        for (index, found) in order.effects.enumerated() {
            table.rows.append(["\(index + 1)", found.effect.name, "\(found.count)"])
        }
        return table
    }

    /// A direct strategy, killed just before a plan becomes durable: had the job begun, its output comes again.
    private static func killedBeforeItsPlan(
        _ strategy: Strategy, _ scenario: Scenario, _ shape: LoadShape
    ) -> RunPlan? {
        let point: CrashPoint
        switch strategy.traits.offsets {
        case .checkpoint: point = CrashPoint(.generationCheckpointRename, .before)
        case .offsetLog: point = CrashPoint(.batchLogRename, .before)
        case .nobody, .group, .sink: return nil
        }
        let schedule = CrashSchedule(strategy: strategy, sink: .append, fidelity: scenario.fidelity, shape: shape)
        guard let count = schedule.occurrences(of: point), count > 0 else { return nil }
        let crash = ArmedCrash(point, at: count / 2 + 1)
        return RunPlan(
            strategy: strategy, sink: .append, death: .points([crash]), stated: nil,
            expected: ExpectedOutcome(
                strategy: strategy, sink: .append, fidelity: scenario.fidelity, crash: crash, shape: shape))
    }
}
