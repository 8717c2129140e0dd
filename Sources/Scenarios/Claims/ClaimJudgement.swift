// From measured cases to a verdict over a claim: pure arithmetic.
internal import Harness
internal import Results

/// One case that a claim was tried on: a strategy with a sink, or a variant of an experiment.
struct ClaimCase: Equatable, Sendable {
    /// What a person calls it.
    var label: String
    /// Whether the claim held.
    var holds: Bool
}

enum ClaimJudgement {
    /// Holds in all cases, in some, in none; without a case nothing was measured.
    static func verdict(of cases: [ClaimCase]) -> (verdict: ClaimResult.Ruling, because: String) {
        let good = cases.filter(\.holds).map(\.label)
        let bad = cases.filter { !$0.holds }.map(\.label)
        switch (good.isEmpty, bad.isEmpty) {
        case (true, true): return (.notMeasured, "nothing was measured")
        case (false, true): return (.holds, "it holds for \(list(good))")
        case (true, false): return (.doesNotHold, "it does not hold for \(list(bad))")
        case (false, false): return (.holdsIf, "it holds for \(list(good)); it does not for \(list(bad))")
        }
    }

    /// The cases of plain runs.
    static func cases(of runs: [RunResult], _ conditions: [ClaimCondition]) -> [ClaimCase] {
        guard !conditions.isEmpty else { return [] }
        return runs.map { run in
            ClaimCase(
                label: run.label,
                holds: conditions.allSatisfy {
                    $0.holds(
                        duplicates: run.duplicates, ingestDuplicates: run.ingestDuplicates,
                        reexecutionDuplicates: run.reexecutionDuplicates, lost: run.lost)
                })
        }
    }

    /// The counts of plain runs, by name.
    static func evidence(of runs: [RunResult]) -> [String: Double] {
        var evidence: [String: Double] = [:]
        for run in runs {
            evidence["\(run.label) duplicates"] = Double(run.duplicates)
            evidence["\(run.label) ingest duplicates"] = Double(run.ingestDuplicates)
            evidence["\(run.label) lost"] = Double(run.lost)
        }
        return evidence
    }

    private static func list(_ labels: [String]) -> String {
        var seen: [String] = []
        for label in labels where !seen.contains(label) { seen.append(label) }
        return seen.joined(separator: ", ")
    }
}
