// What is said of runs in words: the verdict, what differs, and what happened between two lives.
package import Results

extension RunResult {
    /// What differs or why nothing can be said, in a line; nil when all is well.
    var complaint: String? {
        switch outcome {
        case .ok, .refused: return nil
        case .invalid: return "\(label) is invalid: \(invalidReason ?? "")"
        case .differs where refusal != nil:
            return "\(label) differs: it refused to go on, which was not expected: \(refusal ?? "")"
        case .differs where expected.refused: return "\(label) differs: it went on, and a refusal was expected"
        case .differs:
            var differences: [String] = []
            func compare(_ what: String, _ measured: Int, _ expected: Int?) {
                guard let expected, measured != expected else { return }
                differences.append("\(Numbers.grouped(measured)) \(what), expected \(Numbers.grouped(expected))")
            }
            compare("duplicates", duplicates, expected.duplicates)
            compare("lost", lost, expected.lost)
            compare("ingested twice", ingestDuplicates, expected.ingestDuplicates)
            compare("corrupted", corrupted, 0)
            if differences.isEmpty { differences.append("the closed form disagrees with the scenario's statement") }
            return "\(label) differs: \(differences.joined(separator: "; ")) (\(derivation))"
        }
    }

    /// What happened between two lives of the run, and what became of it that the counts do not say.
    var happenings: [String] {
        guard !events.isEmpty || refusal != nil else { return [] }
        var lines: [String] = []
        let happened = events.joined(separator: ", then ")
        if !events.isEmpty { lines.append("\(label): before its second life \(happened)") }
        if outcome == .refused, let refusal { lines.append("\(label) refused to go on, as expected: \(refusal)") }
        if !events.isEmpty, lostSilently > 0, outcome != .invalid {
            let loss =
                "\(label) lost \(Numbers.count(lostSilently, "record")) silently, of which the engine said nothing"
            let anyway = min(lostSilently, lostWithoutEvents ?? 0)
            if anyway == lostSilently {
                lines.append("\(loss), as it would have without that")
            } else {
                let part = anyway > 0 ? ": \(Numbers.grouped(anyway)) it would have lost in any case, the others" : ","
                lines.append("\(loss)\(part) after \(happened)")
            }
        }
        return lines
    }

    /// What lies in the topic of the run's output beside what was committed; nil where the output is no topic.
    var sight: String? {
        guard let uncommitted, let hiddenSeconds else { return nil }
        let hidden =
            hiddenSeconds > 0
            ? "; an open transaction hid records for \(Numbers.fixed(hiddenSeconds, places: 1)) s after the end" : ""
        guard uncommitted > 0 || !hidden.isEmpty else { return nil }
        return
            "\(label): who reads uncommitted records sees \(Numbers.grouped(uncommitted)) more, of transactions that "
            + "were aborted\(hidden)"
    }

    /// What the run says of records it went past; nil when there were none.
    var notice: String? {
        guard lostLoudly > 0, refusal == nil else { return nil }
        return "\(label) skipped \(Numbers.count(lostLoudly, "record")) that the broker had dropped before they were "
            + "read; \(Numbers.grouped(lostSilently)) were lost silently"
    }
}

extension ScenarioResult {
    /// Everything that is not as expected, a line each.
    package var complaints: [String] {
        runs.compactMap(\.complaint) + experiment.complaints
            + (experiment.invalidReason.map { ["the experiment is invalid: \($0)"] } ?? [])
    }

    /// The verdict in one line.
    var verdictLine: String {
        let all = Numbers.count(runs.count, "run")
        func count(_ outcome: RunResult.Outcome) -> Int { runs.count { $0.outcome == outcome } }
        let conditions =
            "seed \(seed), \(broker.kind) broker" + (fidelity == "sound" ? "" : ", fidelity \(fidelity)")
        if runs.isEmpty || !experiment.complaints.isEmpty || experiment.invalidReason != nil {
            let found =
                switch verdict {
                case .pass: "as expected"
                case .fail: "not as expected"
                case .invalid: "could not observe what is claimed"
                }
            return "\(verdict.rawValue.uppercased()) \(scenario): \(found) (\(conditions))"
        }
        let found =
            switch verdict {
            case .pass: "\(count(.ok) + count(.refused)) of \(all) as expected"
            case .fail: "\(count(.differs)) of \(all) not as expected"
            case .invalid: "\(count(.invalid)) of \(all) could not observe what is claimed"
            }
        return "\(verdict.rawValue.uppercased()) \(scenario): \(found) (\(conditions))"
    }
}
