// Pictures of a scenario: where the time of each recovery went; and the life of a record.
internal import Results

extension Figure {
    /// A lane for each run that was killed, from the kill on.
    static func recoveries(_ crashed: [RunResult]) -> Figure {
        let parts: [(name: String, seconds: (RecoveryParts) -> Double?)] = [
            ("detect", { $0.detectSeconds }), ("open", { $0.openSeconds }), ("read", { $0.readSeconds }),
            ("replay", { $0.replaySeconds }), ("re-fetch", { $0.refetchSeconds }),
            ("fresh output", { $0.firstFreshOutputSeconds }),
        ]
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
        // A strategy and sink that ran several times are told apart by their crashes.
        let isTwice = Set(runs.map(\.label)).count < runs.count
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
