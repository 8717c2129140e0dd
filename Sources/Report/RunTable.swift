// The one table of a scenario: a row per strategy and sink, the same cells in every report.

/// Lays out runs as a table.
struct RunTable {
    /// Whether the crash points have a column; the terminal has no room for it.
    let withCrashPoints: Bool

    func render(_ runs: [RunResult]) -> String {
        let columns = columns(for: runs)
        var table = MarkdownTable(columns.map { MarkdownTable.Column(heading: $0.heading, isNumeric: $0.isNumeric) })
        for run in runs { table.add(columns.map { $0.cell(run) }) }
        return table.render()
    }

    private struct Column {
        let heading: String
        var isNumeric = true
        let cell: (RunResult) -> String
    }

    private func columns(for runs: [RunResult]) -> [Column] {
        var columns = [
            Column(heading: "strategy", isNumeric: false) { $0.strategy },
            Column(heading: "sink", isNumeric: false) { $0.sink },
        ]
        if runs.contains(where: { ![nil, "kafka"].contains($0.offsetStore) }) {
            columns.append(Column(heading: "offsets in", isNumeric: false) { $0.offsetStore ?? "engine" })
        }
        if withCrashPoints {
            columns.append(Column(heading: "killed at", isNumeric: false) { $0.crashPoint ?? "-" })
        }
        columns += [
            Column(heading: "produced") { Numbers.grouped($0.produced) },
            Column(heading: "delivered") { $0.hasSink ? Numbers.grouped($0.delivered) : "-" },
            Column(heading: "duplicates") { $0.hasSink ? Numbers.grouped($0.duplicates) : "-" },
            Column(heading: "lost") { $0.hasSink && $0.refusal == nil ? Numbers.grouped($0.lost) : "-" },
            Column(heading: "expected") { run in
                guard run.hasSink else { return "-" }
                if run.expected.refused { return "refused" }
                let duplicates = run.expected.duplicates.map { Numbers.grouped($0) } ?? "any"
                return "\(duplicates) / \(Numbers.grouped(run.expected.lost))"
            },
            Column(heading: "ingested twice") { Numbers.grouped($0.ingestDuplicates) },
            Column(heading: "records/s") { Numbers.fixed($0.recordsPerSecond, places: 0) },
        ]
        if runs.contains(where: { $0.percentOfRaw != nil }) {
            columns.append(
                Column(heading: "of raw") { $0.percentOfRaw.map { Numbers.fixed($0, places: 1) + " %" } ?? "-" })
        }
        columns += [
            Column(heading: "WAL bytes") { Numbers.grouped($0.walBytesWritten) },
            Column(heading: "disk/ingested") { Numbers.fixed($0.diskBytesPerIngestedByte, places: 2) },
        ]
        if runs.contains(where: { $0.crashPoint != nil }) {
            columns.append(
                Column(heading: "recovery") {
                    $0.crashFired ? Numbers.duration(seconds: $0.recoverySeconds) : "-"
                })
        }
        columns.append(Column(heading: "result", isNumeric: false) { $0.outcome.rawValue })
        return columns
    }
}

extension RunResult {
    /// What became of one run, in a word.
    enum Outcome: String {
        case ok, refused, differs, invalid
    }

    /// Invalid comes first: what could not be observed cannot differ either.
    var outcome: Outcome {
        if invalidReason != nil { return .invalid }
        if agrees { return refusal == nil ? .ok : .refused }
        return .differs
    }

    /// Whether there is a sink to count in; `raw` drops what it reads.
    var hasSink: Bool { sink != "none" }

    /// `strategy/sink`, or the strategy alone.
    public var label: String { hasSink ? "\(strategy)/\(sink)" : strategy }

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
}

extension RunResult {
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

    /// What the run says of records it went past; nil when there were none.
    var notice: String? {
        guard lostLoudly > 0, refusal == nil else { return nil }
        return "\(label) skipped \(Numbers.count(lostLoudly, "record")) that the broker had dropped before they were "
            + "read; \(Numbers.grouped(lostSilently)) were lost silently"
    }
}

extension ScenarioResult {
    /// Everything that is not as expected, a line each.
    public var complaints: [String] {
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
