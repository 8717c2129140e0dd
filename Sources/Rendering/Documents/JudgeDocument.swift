// What came of a judged pipeline: the verdict, a row for each run, the findings and the census.
package import Results

extension JudgeResult: Presentable {
    package var document: Document {
        var document = Document(data: .exact(runs))
        document.add(.heading(pipeline, level: 1), for: .report)
        document.add(.verdict(verdictLine))
        document.add(.heading("Runs", level: 2), for: .report)
        document.add(.table(Table(runs, Table.judgeColumns) { $0.emptiness != nil || $0.broken != nil }))
        if let kills = Figure.kills(of: runs) { document.add(.figure(kills), for: .page) }
        if let causes = Figure.causes(of: runs) { document.add(.figure(causes), for: .page) }
        let drawn = [runs.first { $0.point == nil }, drawn].compactMap(\.self)
        for figure in Figure.lives(
            drawn.map { ($0.name, $0.timeline, false) },
            note:
                "Lag is from where it asked last, in each partition, to the end of the topic. *Open* lasts until it asks."
        ) {
            document.add(.figure(figure), for: .page)
        }
        document.add(
            .prose(
                "Each run but the first was killed before the frame it names went on. What is expected follows from what lay "
                    + "in the output and from the group's offsets when the pipeline was dead: duplicates / lost."),
            for: .report)
        document.add(.prose("expected is duplicates / lost."), for: .terminal)
        if left > 0 { document.add(.prose("\(Numbers.count(left, "run")) were left for want of time.")) }
        document.add("What was noticed", findings.map { "\($0.name): \($0.detail)" })
        document.add(.heading("Points that a run without a kill meets", level: 2), for: .report)
        document.add(
            .table(Table(census, [.words("point") { $0.point }, .count("frames") { $0.count }])), for: .report)
        document.add(.heading("Again", level: 2), for: .report)
        if let run = telling { document.add(.code(run.reproduce, label: "again")) }
        return document
    }

    /// The run that decided.
    private var telling: Run? {
        runs.first { $0.emptiness != nil } ?? runs.first { $0.broken != nil } ?? runs.first
    }

    /// The run whose lives say most beside those of the one without a kill: the one that decided, or the worst.
    private var drawn: Run? {
        if let telling, telling.point != nil { return telling }
        return runs.filter(\.fired).max { ($0.lost, $0.duplicates) < ($1.lost, $1.duplicates) }
    }

    private var verdictLine: String {
        let word =
            switch verdict {
            case .pass: "PASS"
            case .fail: "FAIL"
            case .invalid: "INVALID"
            }
        let kills = runs.count { $0.point != nil }
        let said = "claimed \(guarantee.claimed), observed \(guarantee.observed) in \(Numbers.count(kills, "kill"))"
        return "\(word) \(pipeline): " + (reason.map { "\($0); \(said)" } ?? said)
    }
}

extension Table {
    /// A judged run, for people.
    static var judgeColumns: [Column<JudgeResult.Run>] {
        [
            .words("killed at") { $0.point ?? "-" }, .count("frame") { $0.occurrence },
            .count("duplicates") { $0.duplicates }, .count("lost") { $0.lost },
            .words("expected") { run in
                run.expected.duplicates.flatMap { some in run.expected.lost.map { "\(some) / \($0)" } }
            },
            .words("agrees") { $0.agrees.map { $0 ? "yes" : "NO" } },
            .count("fetched again", rank: 7) { $0.causes?.fetchedAgain },
            .count("produced again", rank: 8) { $0.causes?.producedAgain },
            .count("foreign", rank: 3) { $0.foreign }, .count("rows at kill", rank: 2) { $0.atKill?.sinkRows },
            .count("restarts", rank: 4) { $0.restarts }, .words("done by", rank: 5) { $0.drainedBy },
            .number("seconds", rank: 6, places: 1) { $0.seconds },
            .words("invalid", rank: 1, wraps: true) { $0.invalidReason },
        ]
    }

    fileprivate static func exact(_ runs: [JudgeResult.Run]) -> Table {
        Table(
            runs,
            [
                .exact("point") { $0.point }, .exact("occurrence") { $0.occurrence }, .exact("fired") { $0.fired },
                .exact("produced") { $0.produced }, .exact("delivered") { $0.delivered },
                .exact("duplicates") { $0.duplicates }, .exact("lost") { $0.lost }, .exact("foreign") { $0.foreign },
                .exact("sink_rows_at_kill") { $0.atKill?.sinkRows },
                .exact("expected_duplicates") { $0.expected.duplicates }, .exact("expected_lost") { $0.expected.lost },
                .exact("fetched_again") { $0.causes?.fetchedAgain },
                .exact("produced_again") { $0.causes?.producedAgain }, .exact("agrees") { $0.agrees },
                .exact("hidden_seconds") { $0.hiddenSeconds }, .exact("restarts") { $0.restarts },
                .exact("drained_by") { $0.drainedBy }, .exact("seconds") { $0.seconds },
                .exact("invalid_reason") { $0.invalidReason }, .exact("reproduce") { $0.reproduce },
            ])
    }
}
