// The experiment `exact-ranges`: what direct strategies planned beside what they read, with and without a crash.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Results
internal import World

/// Runs each direct strategy undisturbed, and killed while its second batch is output.
struct ExactRanges: Experiment {
    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        let strategies =
            scenario.strategies.isEmpty ? Strategy.allCases.filter(\.isDirect) : scenario.strategies
        if let other = strategies.first(where: { !$0.isDirect }) {
            throw Diagnosis(
                cause: "\(scenario.name): \(other.rawValue) plans no ranges",
                fix: "name direct strategies only", exitCode: .usage)
        }
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "Ranges planned and offsets read",
            columns: [
                .init("strategy", isNumeric: false), .init("killed at", isNumeric: false), .init("batches"),
                .init("planned"), .init("read"), .init("read, not planned"), .init("planned, not read"),
                .init("duplicates"), .init("lost"),
            ])
        var cases: [ClaimCase] = []
        for (index, strategy) in strategies.enumerated() {
            for (place, variant) in ExactRanges.variants(of: strategy, in: scenario).enumerated() {
                stage.progress(Double(index) / Double(strategies.count), variant.label)
                let name = "\(index + 1)-\(place + 1)"
                let found = try await stage.execute(variant, in: name, topic: topic, truth: truth)
                try await stage.remove(name)
                let ranges = found.ranges
                table.rows.append([
                    strategy.rawValue, found.run.crashPoint ?? "-", "\(ranges.batches)", "\(ranges.planned)",
                    "\(ranges.read)", "\(ranges.outside)", "\(ranges.unread)", "\(found.run.duplicates)",
                    "\(found.run.lost)",
                ])
                outcome.findings.evidence.merge([
                    "\(variant.label): planned": Double(ranges.planned), "\(variant.label): read": Double(ranges.read),
                    "\(variant.label): read, not planned": Double(ranges.outside),
                    "\(variant.label): planned, not read": Double(ranges.unread),
                ]) { $1 }
                stage.soFar.keep(outcome, table)
                if let complaint = found.complaint { outcome.findings.complaints.append(complaint) }
                // A batch that a crash cut short may never be read to its end under its own number.
                let isExact =
                    variant.death == .none ? ranges.isExact && ranges.read == truth.records : ranges.outside == 0
                cases.append(ClaimCase(label: variant.label, holds: isExact && ranges.planned > 0))
            }
        }
        outcome.findings.tables = [table]
        outcome.claimCases = cases
        return outcome
    }

    /// Undisturbed, and killed while the second batch is output.
    private static func variants(of strategy: Strategy, in scenario: Scenario) -> [Variant] {
        let sink = strategy.canWrite(to: .append) ? SinkKind.append : .transactional
        let quiet = Variant(label: strategy.rawValue, strategy: strategy, sink: sink)
        guard let shape = scenario.shape else { return [quiet] }
        let crash = ArmedCrash(CrashPoint(.sinkWrite, .after), at: scenario.partitions + 1)
        guard
            let expected = ExpectedOutcome(
                strategy: strategy, sink: sink, fidelity: scenario.fidelity, crash: crash, shape: shape)
        else { return [quiet] }
        return [
            quiet,
            Variant(
                label: "\(strategy.rawValue) after a kill", strategy: strategy, sink: sink, death: .points([crash]),
                expected: expected),
        ]
    }
}
