// What was noticed beside the counts: from the wire, and from what was there at a kill.
internal import KafkaProxy
internal import Results

/// Looks for what is wrong whatever the counts say.
enum JudgeFindings {
    static func of(_ outcomes: [TrialOutcome], _ pipeline: Pipeline) -> [JudgeResult.Finding] {
        var findings: [JudgeResult.Finding] = []
        func name(_ outcome: TrialOutcome) -> String {
            outcome.run.point.map { "\($0)@\(outcome.run.occurrence ?? 1)" } ?? "the run without a kill"
        }
        if let early = outcomes.first(where: { ($0.run.expected.lost ?? 0) > 0 }) {
            findings.append(
                .init(
                    "commit-before-write",
                    "at \(name(early)) the group had committed \(early.run.expected.lost ?? 0) records that were not in the "
                        + "output"))
        }
        if let plain = outcomes.first, plain.run.drainedBy != nil, pipeline.offsetsAreGroups,
            !plain.ledger.commits.contains(where: { $0.outcome.isInEffect })
        {
            findings.append(.init("offset-never-committed", "no offset of the group was committed in a whole run"))
        }
        if pipeline.guarantee == .exactlyOnce {
            let outputs = outcomes.flatMap(\.ledger.outputs).filter { $0.outcome.isInEffect }
            let outside = outputs.filter { $0.transaction == nil || !$0.isTransactional }
            if !outside.isEmpty {
                let records = outside.reduce(0) { $0 + Int($1.records) }
                findings.append(
                    .init(
                        "output-outside-transaction",
                        "\(records) records were produced outside a transaction, in \(outside.count) of \(outputs.count) "
                            + "batches"))
            }
        }
        if let failed = outcomes.first(where: { !$0.failures.isEmpty && $0.run.invalidReason != nil }) {
            findings.append(
                .init("restart-failed", "\(name(failed)): \(failed.failures.last ?? "a life ended with an error")"))
        }
        if let cut = outcomes.first(where: { $0.rowsGone > 0 }) {
            findings.append(
                .init("output-truncated", "\(name(cut)): \(cut.rowsGone) rows that were there at the kill are gone"))
        }
        return findings
    }
}
