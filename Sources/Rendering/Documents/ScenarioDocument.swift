// A scenario's result: verdict and table in brief; in full everything needed to believe the table, or to doubt it.
internal import Judgement
package import Results

extension ScenarioResult: Presentable {
    package var document: Document {
        var document = Document(data: .ofRuns(runs, in: self))
        document.add(.heading(scenario, level: 1), for: .report)
        document.add(.prose(summary), for: .report)
        document.add(.verdict(verdictLine))
        document.add(.heading("What ran", level: 2), for: .report)
        document.add(.list(whatRan), for: .report)
        if !runs.isEmpty {
            document.add(.heading("Outcome", level: 2), for: .report)
            document.add(.table(.ofRuns(runs)))
            document.add(.prose("expected is duplicates / lost."), for: .terminal)
            document.add(.prose(ScenarioResult.legend), for: .report)
            let judged = runs.filter(\.hasSink)
            if judged.count > 1 { document.add(.figure(.outcomes(judged)), for: .page) }
            if let causes = Figure.causes(of: judged) { document.add(.figure(causes), for: .page) }
        }
        addFindings(to: &document)
        addLives(to: &document)
        addWords(to: &document)
        addDerivations(to: &document)
        if !explanation.isEmpty {
            document.add(.heading("Why it comes out so", level: 2), for: .report)
            document.add(.prose(explanation.trimmingLineEnd), for: .report)
        }
        document.add(.heading("Again", level: 2), for: .report)
        document.add(.code(reproduce, label: "again"))
        return document
    }

    private func addFindings(to document: inout Document) {
        for table in experiment.tables {
            document.add(.heading(table.title, level: 2))
            document.add(.table(Table(table)))
        }
        document.add("What happened", experiment.notes)
        if let claim {
            let verdict = claim.verdict.rawValue
            document.add(.prose("\(claim.id) \(verdict): \(claim.claim) (\(claim.because))"), for: .terminal)
            document.add(.heading("Claim \(claim.id): \(verdict)", level: 2), for: .report)
            document.add(.prose(claim.claim), for: .report)
            document.add(.prose("Verdict: \(claim.because)."), for: .report)
        }
        let crashed = runs.filter { $0.restarts > 0 }
        guard !crashed.isEmpty else { return }
        document.add(.heading("Recovery in parts", level: 2), for: .report)
        document.add(.table(.ofRecoveries(crashed)), for: .markdown)
        document.add(.figure(.recoveries(crashed)), for: .page)
        document.add(.prose(ScenarioResult.recoveryLegend), for: .report)
    }

    private func addLives(to document: inout Document) {
        if let latencies = Figure.latencies(of: runs) { document.add(.figure(latencies), for: .page) }
        let lives = Figure.lives(
            runs.map { ($0.runName(among: runs), $0.timeline, $0.restarts > 0) },
            note: "Lag is from where the newest batch ended, in each partition, to the end of the topic.")
        guard !lives.isEmpty else { return }
        document.add(.heading("The lives of each run", level: 2), for: .page)
        let most = "Of \(Numbers.count(runs.count, "run")) \(lives.count) are drawn; all are in the JSON."
        if runs.count(where: { $0.timeline != nil }) > lives.count { document.add(.prose(most), for: .page) }
        for figure in lives { document.add(.figure(figure), for: .page) }
    }

    private func addWords(to document: inout Document) {
        document.add("What happened between two lives", runs.flatMap(\.happenings))
        document.add("What is wrong", complaints)
        document.add("What was skipped", runs.compactMap(\.notice))
        document.add("What was not committed", runs.compactMap(\.sight))
    }

    private func addDerivations(to document: inout Document) {
        let derived = runs.filter(\.hasSink)
        document.add(
            "Where the expected numbers come from", derived.map { "\($0.label): \($0.derivation)" }, for: .report)
        if derived.contains(where: { $0.derivation.contains(RowEvidence.mark) }) {
            document.add(.prose(RowEvidence.meaning), for: .report)
        }
    }

    private static let legend = """
        *expected* is duplicates / lost at the sink. *ingested twice* counts offsets that reached the engine more than \
        once, also where the sink leaves no trace of it. *disk/ingested* is the most bytes that logs and checkpoints held per \
        key and value byte read from Kafka. *recovery* is from the worker's death to the first output after it.
        """

    private static let recoveryLegend = """
        The parts follow one another from the kill: until the next process starts, until its engine opens, until logs \
        and checkpoints are read, until batches of earlier lives have run again, until the first records are fetched, \
        and until the first row that is not a repetition. A dash: not reached, or not waited for. *orphans* are bytes \
        of blocks in the log that no event names: found by the last recovery, and left at the end.
        """

    private var whatRan: [String] {
        let cuts =
            if let block = load.blockRecords, let batch = load.batchRecords {
                "blocks of \(Numbers.count(block, "record")), batches of \(Numbers.count(batch, "record"))"
            } else {
                "blocks and batches cut by time"
            }
        return [
            "Load: \(Numbers.count(load.records, "record")) of \(Numbers.count(load.recordBytes, "byte")) over "
                + "\(Numbers.count(load.partitions, "partition")); \(cuts); seed \(seed)",
            "Fidelity: \(fidelity)",
        ] + Document.origin(broker, host, startedAt)
    }
}

extension Document {
    /// A list under a heading that only the full report has; nothing where there are no points.
    mutating func add(_ heading: String, _ points: [String], for audience: Audience = .all) {
        guard !points.isEmpty else { return }
        add(.heading(heading, level: 2), for: .report)
        add(.list(points), for: audience)
    }

    /// Where and when something ran, a line each.
    static func origin(_ broker: BrokerInfo, _ host: HostInfo, _ startedAt: String) -> [String] {
        [
            "Broker: \(broker.kind) at \(broker.address)",
            "Host: \(host.system), \(Numbers.count(host.cores, "core")), files on \(host.fileSystem)",
            "Versions: kbench \(host.kbench)\(host.commit.map { " (commit \($0))" } ?? ""), librdkafka \(host.librdkafka)"
                + (host.client.map { "; read with the client \($0)" } ?? ""), "Started: \(startedAt)",
        ]
    }
}

extension Table {
    /// The table of an experiment, whose cells are text already.
    init(_ table: ResultTable) {
        self.init(
            table.rows,
            table.columns.enumerated().map { place, column in
                column.isNumeric
                    ? .figures(column.heading) { $0[place] } : .words(column.heading, wraps: true) { $0[place] }
            })
    }
}

extension String {
    fileprivate var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
