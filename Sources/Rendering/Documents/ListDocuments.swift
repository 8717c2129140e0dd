// Lists: scenarios, crash points, and positions in a topic.
internal import Judgement
package import Results

extension ScenarioListResult: Presentable {
    /// A row per scenario, below what it is about.
    package var document: Document {
        let columns: [Column<Entry>] = [
            .words("scenario") { $0.name }, .words("what it shows", name: "summary", wraps: true) { $0.summary },
        ]
        var document = Document(data: Table(scenarios, columns + [.words("theme") { $0.theme }]))
        var themes: [String?] = []
        for entry in scenarios where !themes.contains(entry.theme) { themes.append(entry.theme) }
        for theme in themes.isEmpty ? [nil] : themes {
            if let theme { document.add(.heading(theme, level: 2)) }
            document.add(.table(Table(scenarios.filter { $0.theme == theme }, columns)))
        }
        return document
    }
}

extension ResultListResult: Presentable {
    /// A row per result.
    package var document: Document {
        var document = Document()
        document.add(.heading("Kept results", level: 1), for: .page)
        document.add(
            .table(
                Table(
                    results,
                    [
                        .words("folder") { $0.folder }, .words("schema", rank: 2) { $0.schema },
                        .words("started", rank: 3) { $0.startedAt },
                        .words("what it came to", name: "verdict", rank: 1, wraps: true) { entry in
                            entry.verdict ?? entry.problem.map { "cannot be read: \($0)" }
                        },
                    ])))
        return document
    }
}

extension CrashPointsResult: Presentable {
    /// Each point with what it stands between and who reaches it.
    package var document: Document {
        let all = crashPoints + situations
        var document = Document(
            data: Table(
                all,
                [
                    .exact("name") { $0.name }, .exact("stands_between") { $0.standsBetween },
                    .exact("reached_by") { $0.reachedBy.joined(separator: "; ") },
                    .exact("run_it_with") { $0.howToRun },
                ]))
        for entry in all {
            document.add(.heading(entry.name, level: 2))
            document.add(
                .list(
                    [entry.standsBetween, "reached by \(entry.reachedBy.joined(separator: ", "))"]
                        + (entry.howToRun.map { ["run it with \($0)"] } ?? [])))
        }
        if all.contains(where: { !$0.inferredFor.isEmpty }) { document.add(.prose(RowEvidence.meaning)) }
        return document
    }
}

extension CrashPointsResult.Entry {
    /// The strategies that reach it, each with its row where it has one.
    fileprivate var reachedBy: [String] {
        strategies.map { name in
            rows[name].map { "\(name) (\($0)\(inferredFor.contains(name) ? " \(RowEvidence.mark)" : ""))" } ?? name
        }
    }
}

extension OffsetsResult: Presentable {
    /// Positions, the batches that a restart would run again, and what is to be said about it.
    package var document: Document {
        var document = Document()
        let facts = [
            topic.map { "topic \($0)" }, group.map { "group \($0)" }, program.map { "program version \($0)" },
            latestBatch.map { "newest batch \($0)" },
        ].compactMap(\.self)
        document.add(.verdict("\(address): \(facts.isEmpty ? "positions" : facts.joined(separator: ", "))"))
        // Offsets are compared with other tools' digit by digit, so they are not grouped.
        document.add(
            .table(
                Table(
                    partitions,
                    [
                        .figures("partition") { "\($0.partition)" },
                        .figures("next offset", exact: { $0.next.map { "\($0)" } ?? "" }, { $0.next.map { "\($0)" } }),
                        .figures(
                            "safe to start at", name: "safe_offset", exact: { $0.safe.map { "\($0)" } ?? "" },
                            { $0.safe.map { "\($0)" } }),
                    ])))
        if !pending.isEmpty {
            document.add(
                .table(
                    Table(
                        pending,
                        [
                            .words("not complete") { $0.batch.map { "batch \($0)" } ?? "blocks that wait" },
                            .figures("partition") { "\($0.partition)" }, .figures("from") { "\($0.from)" },
                            .figures("until") { "\($0.until)" }, .figures("records") { "\($0.until - $0.from)" },
                        ])))
        }
        document.add(.list(notes))
        return document
    }
}
