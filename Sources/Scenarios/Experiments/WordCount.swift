// The experiment `word-count`: text typed by another program, counted while it is typed and through crashes.
internal import Engine
internal import Foundation
internal import Harness
internal import Ingestion
internal import Kafka
internal import Posix
internal import Results
internal import World

/// Each strategy counts the words of a topic whose end nobody knows, dies twice of SIGKILL on the way, and is killed once
/// everything typed has been counted.
struct WordCount: Experiment {
    private static let parts = 4
    /// How long text may stay uncounted before that is a failure.
    private static let patience = Duration.seconds(120)

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard case .time = scenario.cuts else {
            throw Diagnosis(
                cause: "\(scenario.name): word-count needs block-interval-ms and batch-interval-ms",
                fix: "cut by time: nobody knows how much will be typed", exitCode: .usage)
        }
        var outcome = ExperimentOutcome()
        outcome.claimCases = []
        guard await Typist.isThere else {
            outcome.findings.invalidReason = Typist.missing
            return outcome
        }
        let text = Typist.text(lines: scenario.records, parts: WordCount.parts, seed: scenario.seed)
        let expected = Typist.counts(of: text.joined())
        outcome.findings.files.append(ResultFile(name: "text.txt", .text(text.joined())))
        outcome.findings.tables = [
            ResultTable(
                title: "Words typed by kcat, counted through crashes",
                columns: [
                    .init("strategy", isNumeric: false), .init("killed at", isNumeric: false), .init("records read"),
                    .init("records counted"), .init("words counted"), .init("distinct words"), .init("words typed"),
                    .init("same", isNumeric: false),
                ])
        ]
        let strategies = (scenario.strategies.isEmpty ? Strategy.allCases : scenario.strategies)
            .filter(\.promisesNoLoss)
        for (index, strategy) in strategies.enumerated() {
            stage.progress(Double(index) / Double(strategies.count), strategy.rawValue)
            let directory = "\(stage.options.workDirectory)/\(index + 1)-\(strategy.rawValue)"
            let count = try await WordCountRun(stage: stage, strategy: strategy, directory: directory)
                .count(text, patience: WordCount.patience)
            report(count, strategy, expected, &outcome)
            try await BlockingThread.run { try FileSystem.removeTree(directory) }
        }
        return outcome
    }

    private func report(
        _ count: WordCountRun.Count, _ strategy: Strategy, _ expected: [(word: String, count: UInt64)],
        _ outcome: inout ExperimentOutcome
    ) {
        let name = strategy.rawValue
        let counted = count.state?.wordCounts ?? []
        let isSame = counted.elementsEqual(expected) { $0.word == $1.word && $0.count == $1.count }
        let words = counted.reduce(0) { $0 + $1.count }
        let expectedWords = expected.reduce(0) { $0 + $1.count }
        let records = count.state?.records.reduce(0, +) ?? 0
        outcome.findings.tables[0].rows.append([
            name, count.crashes.joined(separator: ", "), "\(count.recordsRead)", "\(records)", "\(words)",
            "\(counted.count)", "\(expectedWords)", isSame ? "yes" : "no",
        ])
        outcome.findings.evidence["\(name) words counted"] = Double(words)
        outcome.findings.evidence["\(name) words typed"] = Double(expectedWords)
        outcome.findings.evidence["\(name) records read"] = Double(count.recordsRead)
        outcome.findings.evidence["\(name) records counted"] = Double(records)
        outcome.findings.evidence["\(name) crashes"] = Double(count.crashes.count)
        // As `uniq -c` writes it, so that the files can be compared.
        let lines = counted.map { word, count in
            let digits = String(count)
            return String(repeating: " ", count: max(0, 7 - digits.count)) + "\(digits) \(word)\n"
        }
        outcome.findings.files.append(ResultFile(name: "words-\(name).txt", .text(lines.joined())))
        if let reason = count.invalidReason { outcome.findings.invalidReason = "\(name): \(reason)" }
        if let complaint = count.complaint { outcome.findings.complaints.append("\(name): \(complaint)") }
        if !isSame {
            let other = counted.first { found in
                !expected.contains { $0.word == found.word && $0.count == found.count }
            }
            let found = other.map { ", such as \($0.count) of \"\($0.word)\"" } ?? ""
            outcome.findings.complaints.append(
                "\(name): \(words) words counted of \(expectedWords) typed, and not the same\(found)")
        }
        outcome.claimCases?.append(ClaimCase(label: name, holds: isSame))
    }
}
