// `kbench crash-points`: every place a run can be made to die, and what it stands between.
public import ArgumentParser
internal import Engine
internal import Foundation
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix

/// Lists crash points.
struct CrashPointsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash-points",
        abstract: "List every crash point with what it stands between.",
        discussion: """
            A point is armed as NAME@OCCURRENCE, for example receiver.offsets.commit.before@7. The row is the one of the \
            semantics table that says what a crash there does to each strategy. After the points come the situations: rows that \
            take more than one point, with how to run them.
            """)

    /// The forms of the list.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(help: "Only the points that this strategy reaches.")
    var strategy: Strategy?

    @Option(help: "text or json.")
    var format: Format = .text

    func run() throws {
        let entries = CrashPointCatalogue.entries(for: strategy)
        let situations = CrashPointCatalogue.situations(for: strategy)
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let json = try encoder.encode(["crashPoints": entries, "situations": situations])
            try StandardStreams.writeOutput(String(decoding: json, as: UTF8.self) + "\n")
        case .text:
            var lines: [String] = []
            for entry in entries + situations {
                lines.append(entry.name)
                lines.append("    \(entry.standsBetween)")
                lines.append("    reached by \(entry.reachedBy.joined(separator: ", "))")
                if let howToRun = entry.howToRun { lines.append("    run it with \(howToRun)") }
            }
            if (entries + situations).contains(where: { !$0.inferredFor.isEmpty }) {
                lines.append("\n\(RowEvidence.meaning)")
            }
            try StandardStreams.writeOutput(lines.map { $0 + "\n" }.joined())
        }
    }
}

extension Strategy: ExpressibleByArgument {}
