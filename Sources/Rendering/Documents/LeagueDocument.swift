// Pipelines side by side: a row for each, why those that did not pass did not, and all kills in the full report.
package import Results

extension LeagueResult: Presentable {
    package var document: Document {
        var document = Document(data: .exact(pipelines))
        document.add(.heading("What pipelines claim, and what was seen", level: 1), for: .report)
        document.add(.verdict(verdictLine))
        document.add(.table(.ofPipelines(pipelines)))
        document.add(
            .prose(
                "Each pipeline was killed at points of the wire or beside its calls on files, and started again. "
                    + "Duplicates and losses are the most of any kill, with the number of kills that had some. "
                    + "Speed is that of a run without a kill, and a part of what a plain loop of librdkafka reads of "
                    + "such a topic; recovery is the time from the start of the next life until it asks for records."),
            for: .report)
        document.add(
            "Why not",
            pipelines.compactMap { entry in
                entry.reason.map { "\(entry.pipeline): \(entry.outcome.rawValue): \($0)" }
            })
        document.add(
            "What was noticed",
            pipelines.flatMap { entry in entry.findings.map { "\(entry.pipeline): \($0.name): \($0.detail)" } })
        document.add(
            .list(
                pipelines.compactMap { entry in
                    entry.speedReason.map { "\(entry.pipeline): its speed is not known: \($0)" }
                }), for: .report)
        document.add(.heading("Each kill", level: 2), for: .report)
        document.add(.table(.ofKills(pipelines)), for: .report)
        document.add(.list(Document.origin(broker, host, startedAt)), for: .report)
        document.add(.heading("Again", level: 2), for: .report)
        for entry in pipelines {
            guard let worst = entry.worst else { continue }
            document.add(.code(worst.reproduce, label: "the worst of \(entry.pipeline)"), for: .report)
        }
        document.add(.code(reproduce, label: "again"))
        return document
    }

    private var verdictLine: String {
        let words: [(Outcome, String)] = [
            (.pass, "as claimed"), (.fail, "not as claimed"), (.invalid, "showed nothing"),
            (.unfinished, "unfinished"), (.skipped, "left out"),
        ]
        let said = words.compactMap { outcome, word in
            count(of: outcome) > 0 ? "\(count(of: outcome)) \(word)" : nil
        }
        let kills = pipelines.reduce(0) { $0 + $1.kills.count }
        return "\(Numbers.count(pipelines.count, "pipeline")), \(Numbers.count(kills, "kill")): "
            + said.joined(separator: ", ")
    }
}

extension Table {
    fileprivate static func ofPipelines(_ entries: [LeagueResult.Entry]) -> Table {
        func most(_ most: Int, _ kills: Int) -> String {
            kills == 0 ? "0" : "\(Numbers.grouped(most)) (in \(kills))"
        }
        return Table(
            entries,
            [
                .words("pipeline") { $0.pipeline }, .words("program", rank: 4, wraps: true) { $0.program },
                .words("claims") { $0.claimed }, .words("observed") { $0.observed },
                .words("outcome") { $0.outcome.rawValue }, .count("kills") { $0.kills.count },
                .figures("duplicates") { most($0.mostDuplicates, $0.repeatedIn) },
                .figures("lost") { most($0.mostLost, $0.lostIn) },
                .figures("as expected", rank: 5) { $0.expectedIn == 0 ? nil : "\($0.agreedIn) of \($0.expectedIn)" },
                .words("worst at", rank: 3, wraps: true) { $0.worst?.kill },
                .words("findings", rank: 2, wraps: true) { entry in
                    entry.findings.isEmpty ? nil : entry.findings.map(\.name).joined(separator: ", ")
                },
                .number("records/s", rank: 6, places: 0) { $0.recordsPerSecond },
                .number("of plain", unit: "%", rank: 7, per: 0.01, places: 2) { $0.ratioToPlain },
                .duration("recovery", rank: 8) { $0.recoverySeconds },
            ]
        ) { [.fail, .invalid].contains($0.outcome) }
    }

    fileprivate static func ofKills(_ entries: [LeagueResult.Entry]) -> Table {
        let kills = entries.flatMap { entry in entry.kills.map { (entry.pipeline, $0) } }
        return Table(
            kills,
            [
                .words("pipeline") { $0.0 }, .words("killed at") { $0.1.point }, .count("frame") { $0.1.occurrence },
                .count("duplicates") { $0.1.duplicates }, .count("lost") { $0.1.lost },
                .words("expected") { kill in
                    kill.1.expected.duplicates.flatMap { some in kill.1.expected.lost.map { "\(some) / \($0)" } }
                },
                .words("agrees") { $0.1.agrees.map { $0 ? "yes" : "NO" } },
                .words("invalid", wraps: true) { $0.1.invalidReason },
            ])
    }

    fileprivate static func exact(_ entries: [LeagueResult.Entry]) -> Table {
        Table(
            entries,
            [
                .exact("pipeline") { $0.pipeline }, .exact("file") { $0.file }, .exact("program") { $0.program },
                .exact("claimed") { $0.claimed }, .exact("observed") { $0.observed },
                .exact("outcome") { $0.outcome.rawValue }, .exact("reason") { $0.reason },
                .exact("kills") { $0.kills.count }, .exact("left") { $0.left }, .exact("records") { $0.records },
                .exact("repeated_in") { $0.repeatedIn }, .exact("most_duplicates") { $0.mostDuplicates },
                .exact("lost_in") { $0.lostIn }, .exact("most_lost") { $0.mostLost },
                .exact("expected_in") { $0.expectedIn }, .exact("agreed_in") { $0.agreedIn },
                .exact("worst_kill") { $0.worst?.kill }, .exact("worst_duplicates") { $0.worst?.duplicates },
                .exact("worst_lost") { $0.worst?.lost },
                .exact("findings") { $0.findings.map(\.name).joined(separator: " ") },
                .exact("records_per_second") { $0.recordsPerSecond }, .exact("ratio_to_plain") { $0.ratioToPlain },
                .exact("recovery_seconds") { $0.recoverySeconds }, .exact("reproduce") { $0.worst?.reproduce },
            ])
    }
}
