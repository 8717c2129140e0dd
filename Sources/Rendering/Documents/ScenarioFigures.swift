// Pictures of a scenario: where the time of each recovery went; and the life of a record.
internal import Results

extension Figure {
    /// A lane for each run that was killed, from the kill on.
    static func recoveries(_ crashed: [RunResult]) -> Figure {
        let parts = RecoveryParts.parts
        let lanes = crashed.map { run in
            var at = 0.0
            var spans: [Timeline.Span] = []
            for (kind, part) in parts.enumerated() {
                guard let seconds = part.seconds(run.recovery), seconds > 0 else { continue }
                spans.append(.init(kind: kind, from: at, to: at + seconds))
                at += seconds
            }
            let first = run.recoverySeconds
            return Timeline.Lane(
                run.label, spans: spans, moments: first > 0 ? [.init("first output", at: first)] : [])
        }
        return Figure(
            title: "From the kill to fresh output",
            note:
                "After several crashes each part is the sum over the recoveries. Fresh output is the first row that is no "
                + "repetition; the first output may be one.",
            .timeline(Timeline(kinds: parts.map(\.name), lanes: lanes)), table: .ofRecoveries(crashed))
    }

    /// What came twice and what was lost in each run.
    static func outcomes(_ runs: [RunResult]) -> Figure {
        let isTwice = RunResult.areTwice(runs)
        return Figure(
            title: "Duplicates and losses, by strategy and sink",
            .heatMap(
                HeatMap(
                    runs.map { run in
                        HeatMap.Cell(
                            row: run.strategy + (isTwice ? ", killed at \(run.crashPoint ?? "no point")" : ""),
                            column: run.sink,
                            duplicates: run.duplicates, lost: run.lost,
                            agrees: run.outcome == .ok || run.outcome == .refused)
                    })), table: .ofRuns(runs))
    }

    /// What came twice in each run, by why; nil where nothing did.
    static func causes(of runs: [RunResult]) -> Figure? {
        duplicates(
            of: runs,
            "*Read again* came to the engine again, by a crash before its offset was kept; *run again* came once, and its "
                + "batch was run again. A sink that tells a batch or an offset again shows neither.",
            name: { $0.runName(among: runs) },
            causes: [
                ("read again", { max(0, $0.duplicates - $0.reexecutionDuplicates) }),
                ("run again", { min($0.duplicates, $0.reexecutionDuplicates) }),
            ])
    }

    /// Latency by percentile, all runs over one another; nil where none is known.
    static func latencies(of runs: [RunResult]) -> Figure? {
        .latencies(
            "Latency of a record's batch, by percentile",
            "From when the batch was due, or planned where batches are cut by count, until its rows were synced; each record "
                + "once for each time that its batch ended.",
            runs.map { ($0.runName(among: runs), LatencyPoints($0.batchLatencyMicroseconds)) })
    }

    /// What happened to a record, and who did it.
    static func life(_ life: RecordLifeResult) -> Figure {
        Figure(
            title: "The life of record \(life.record)",
            .sequence(
                Sequence(
                    life.moments.map { moment in
                        Sequence.Step(
                            place: moment.place, what: moment.what,
                            part: moment.life == 0 ? "before" : "life \(moment.life)",
                            isPointOfNoReturn: moment.isPointOfNoReturn)
                    })), table: Table(life.moments, RecordLifeResult.columns))
    }
}

extension RunResult {
    /// Whether a strategy and sink ran several times: they are told apart by their crashes then.
    static func areTwice(_ runs: [RunResult]) -> Bool { Set(runs.map(\.label)).count < runs.count }

    /// Strategy and sink, with the crash where one of these runs has the same.
    func runName(among runs: [RunResult]) -> String {
        label + (RunResult.areTwice(runs) ? crashPoint.map { ", killed at \($0)" } ?? "" : "")
    }
}
