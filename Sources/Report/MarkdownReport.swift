// The full report of a scenario, as Markdown: everything needed to believe the table, or to doubt it.
internal import Engine
internal import Ingestion
internal import Judgement

/// Renders a result as `report.md`.
public enum MarkdownReport {
    /// The report's text, its last line ended.
    public static func render(_ result: ScenarioResult) -> String {
        var sections = [
            "# \(result.scenario)",
            result.summary,
            "**\(result.verdictLine)**",
            whatRan(result),
        ]
        if !result.runs.isEmpty {
            sections += ["## Outcome", RunTable(withCrashPoints: true).render(result.runs) + "\n" + legend]
        }
        for table in result.experiment.tables { sections += ["## \(table.title)", table.markdown] }
        if !result.experiment.notes.isEmpty {
            sections += ["## What happened", result.experiment.notes.map { "- \($0)" }.joined(separator: "\n")]
        }
        if let claim = result.claim {
            sections += [
                "## Claim \(claim.id): \(claim.verdict.rawValue)", claim.claim, "Verdict: \(claim.because).",
            ]
        }
        if let recovery = RecoveryTable.render(result.runs) { sections += ["## Recovery in parts", recovery] }
        let happenings = result.runs.flatMap(\.happenings)
        if !happenings.isEmpty {
            sections += ["## What happened between two lives", happenings.map { "- \($0)" }.joined(separator: "\n")]
        }
        let complaints = result.complaints
        if !complaints.isEmpty {
            sections += ["## What is wrong", complaints.map { "- \($0)" }.joined(separator: "\n")]
        }
        let notices = result.runs.compactMap(\.notice)
        if !notices.isEmpty {
            sections += ["## What was skipped", notices.map { "- \($0)" }.joined(separator: "\n")]
        }
        let derived = result.runs.filter(\.hasSink)
        if !derived.isEmpty {
            sections += ["## Where the expected numbers come from", derived.map(derivation).joined(separator: "\n")]
            if derived.contains(where: { $0.derivation.contains(RowEvidence.mark) }) {
                sections.append(RowEvidence.meaning)
            }
        }
        if !result.explanation.isEmpty { sections += ["## Why it comes out so", result.explanation] }
        sections += ["## Again", "```\n\(result.reproduce)\n```"]
        return sections.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n") + "\n"
    }

    private static let legend = """
        *expected* is duplicates / lost at the sink. *ingested twice* counts offsets that reached the engine more than \
        once, also where the sink leaves no trace of it. *disk/ingested* is the most bytes that logs and checkpoints held per \
        key and value byte read from Kafka. *recovery* is from the worker's death to the first output after it.
        """

    private static func whatRan(_ result: ScenarioResult) -> String {
        let load = result.load
        let cuts =
            if let block = load.blockRecords, let batch = load.batchRecords {
                "blocks of \(Numbers.count(block, "record")), batches of \(Numbers.count(batch, "record"))"
            } else {
                "blocks and batches cut by time"
            }
        let host = result.host
        return """
            ## What ran

            - Load: \(Numbers.count(load.records, "record")) of \(Numbers.count(load.recordBytes, "byte")) over \
            \(Numbers.count(load.partitions, "partition")); \(cuts); seed \(result.seed)
            - Fidelity: \(result.fidelity)
            - Broker: \(result.broker.kind) at \(result.broker.address)
            - Host: \(host.system), \(Numbers.count(host.cores, "core")), files on \(host.fileSystem)
            - Versions: kbench \(host.kbench), librdkafka \(host.librdkafka)
            - Started: \(result.startedAt)
            """
    }

    private static func derivation(_ run: RunResult) -> String {
        "- \(run.label): \(run.derivation)"
    }
}
