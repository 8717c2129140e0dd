// What was noticed in a run beside the counts: from the wire, and from what was there at a kill.
internal import Judgement
internal import KafkaProxy
internal import Results

/// Looks for what is wrong whatever the counts say.
enum JudgeFindings {
    /// How much longer than the first a life may take to ask for records, in seconds, before that is worth a word.
    private static let patience = 15.0
    /// How long rows may be hidden, in seconds, before that is worth a word.
    private static let hiding = 1.0

    /// The findings of one run.
    static func of(_ outcome: TrialOutcome, _ pipeline: Pipeline) -> [JudgeResult.Finding] {
        let run = outcome.run
        var findings: [JudgeResult.Finding] = []
        func find(_ kind: String, _ detail: String) { findings.append(.init(kind, "\(run.name): \(detail)")) }
        if let lost = run.expected.lost, lost > 0 {
            find("commit-before-write", "the group had committed \(lost) records that were not in the output")
        } else if let early = commitBeforeWrite(outcome.ledger, pipeline) {
            find("commit-before-write", early)
        }
        let commits = outcome.ledger.commits.filter { $0.outcome.isInEffect }
        if run.point == nil, run.drainedBy != nil, pipeline.offsetsAreGroups, commits.isEmpty {
            find("offset-never-committed", "no offset of the group was committed in a whole run")
        }
        if run.point == nil, run.drainedBy != nil, pipeline.offsetsAreGroups, !commits.isEmpty,
            commitsOnlyAtEnd(commits, outcome, pipeline)
        {
            find(
                "commits-only-at-end",
                "every offset was committed behind the last row, so that no kill fell between two commits, and a pass says "
                    + "little: give it more records, or let it commit more often")
        }
        if pipeline.guarantee == .exactlyOnce {
            let outputs = outcome.ledger.outputs.filter { $0.outcome.isInEffect }
            let outside = outputs.filter { $0.transaction == nil || !$0.isTransactional }
            if !outside.isEmpty {
                let records = outside.reduce(0) { $0 + Int($1.records) }
                find(
                    "output-outside-transaction",
                    "\(records) records were produced outside a transaction, in \(outside.count) of \(outputs.count) "
                        + "batches")
            } else if !outputs.isEmpty, let plain = commits.first(where: { $0.transaction == nil }) {
                find(
                    "offsets-outside-transaction",
                    "the offset \(plain.next) of \(plain.place) was committed outside the transactions of the output")
            }
        }
        if let ids = changedIds(outcome.ledger) {
            find(
                "random-transactional-ids",
                "the life after a kill wrote as \(ids.after), the one before as \(ids.before): what that left open is "
                    + "ended by nobody")
        }
        if !outcome.failures.isEmpty {
            find(
                "restart-failed", "\(outcome.failures.count) lives ended with an error: \(outcome.failures.last ?? "")")
        }
        if let gone = rowsGone(outcome) {
            find("output-truncated", "\(gone) rows that were there at the kill are gone")
        }
        if run.agrees == false {
            let (twice, lost) = (run.expected.duplicates ?? 0, run.expected.lost ?? 0)
            if run.lost > lost { find("unexplained-loss", "\(run.lost) lost, where \(lost) follow from the kill") }
            if run.duplicates > twice {
                find("unexplained-duplicates", "\(run.duplicates) duplicates, where \(twice) follow from the kill")
            }
        }
        let silence = outcome.longestSilence / .seconds(1)
        if silence > patience {
            find("group-stuck", "a life after a kill asked for no record for \(Int(silence)) s longer than the first")
        }
        if run.hiddenSeconds > hiding {
            find("rows-hidden", "rows lay behind an open transaction for \(Int(run.hiddenSeconds.rounded())) s")
        }
        return findings
    }

    /// One finding of each kind, the first, which says in how many runs there was one.
    static func merged(_ findings: [[JudgeResult.Finding]]) -> [JudgeResult.Finding] {
        var merged: [JudgeResult.Finding] = []
        var counts: [String: Int] = [:]
        for finding in findings.joined() {
            counts[finding.name, default: 0] += 1
            if counts[finding.name] == 1 { merged.append(finding) }
        }
        return merged.map { finding in
            let others = (counts[finding.name] ?? 1) - 1
            guard others > 0 else { return finding }
            return .init(finding.name, "\(finding.detail); and in \(others) more \(others == 1 ? "run" : "runs")")
        }
    }

    /// Whether the group's offsets ran ahead of all that had gone out to a topic.
    private static func commitBeforeWrite(_ ledger: WireLedger, _ pipeline: Pipeline) -> String? {
        guard case .topic = pipeline.output, pipeline.offsetsAreGroups else { return nil }
        var next: [WirePlace: Int64] = [:]
        var written = 0
        var outputs = ledger.outputs[...]
        // What is part of a transaction counts from its end.
        let commits = ledger.commits.compactMap { commit -> (commit: WireLedger.Commit, order: Int)? in
            guard commit.outcome.isInEffect else { return nil }
            guard commit.transaction != nil else { return (commit, commit.order) }
            guard let ending = ledger.ending(of: commit), ending.isCommit, ending.outcome.isInEffect else { return nil }
            return (commit, ending.order)
        }
        for (commit, order) in commits.sorted(by: { $0.order < $1.order }) {
            while let output = outputs.first, output.order < order {
                written += Int(output.records)
                outputs.removeFirst()
            }
            next[commit.place] = max(next[commit.place] ?? 0, commit.next)
            let committed = next.values.reduce(0, +)
            if committed > Int64(written) {
                return "\(committed) records were committed when \(written) had been produced"
            }
        }
        return nil
    }

    /// Whether no commit was of a place in the middle, and no row came after one.
    private static func commitsOnlyAtEnd(
        _ commits: [WireLedger.Commit], _ outcome: TrialOutcome, _ pipeline: Pipeline
    ) -> Bool {
        guard !outcome.rowsAfterCommit else { return false }
        let ends = pipeline.load.ends
        return commits.allSatisfy { commit in
            // Some clients commit where they begin.
            commit.place.topic != outcome.topic || commit.next <= 0
                || (ends.indices.contains(Int(commit.place.partition))
                    && commit.next >= Int64(ends[Int(commit.place.partition)]))
        }
    }

    /// The transactional ids of two lives that have none in common.
    private static func changedIds(_ ledger: WireLedger) -> (before: String, after: String)? {
        var ids: [Int: Set<String>] = [:]
        for output in ledger.outputs { if let id = output.transaction { ids[output.life, default: []].insert(id) } }
        for ending in ledger.endings { ids[ending.life, default: []].insert(ending.transaction) }
        for (life, before) in ids.sorted(by: { $0.key < $1.key }) {
            guard let after = ids[life + 1], before.isDisjoint(with: after) else { continue }
            return (before.sorted()[0], after.sorted()[0])
        }
        return nil
    }

    /// How many rows the output had of records of which it has fewer now.
    private static func rowsGone(_ outcome: TrialOutcome) -> Int? {
        guard let before = outcome.atKill, let after = outcome.atEnd else { return nil }
        let gone = (0..<outcome.run.produced).reduce(0) {
            $0 + max(0, before.deliveries(of: $1) - after.deliveries(of: $1))
        }
        return gone > 0 ? gone : nil
    }
}
