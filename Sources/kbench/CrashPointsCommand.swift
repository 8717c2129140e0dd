// `kbench crash-points`: every place a run can be made to die, and what it stands between.
public import ArgumentParser
public import Engine
internal import Foundation
internal import Harness

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
            print(
                String(decoding: try encoder.encode(["crashPoints": entries, "situations": situations]), as: UTF8.self))
        case .text:
            for entry in entries + situations {
                print(entry.name)
                print("    \(entry.standsBetween)")
                print("    reached by \(entry.reachedBy.joined(separator: ", "))")
                if let howToRun = entry.howToRun { print("    run it with \(howToRun)") }
            }
            if (entries + situations).contains(where: { !$0.inferredFor.isEmpty }) { print("\n\(RowEvidence.meaning)") }
        }
    }
}

extension Strategy: ExpressibleByArgument {}
