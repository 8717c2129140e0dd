// Judges several pipelines one after the other, each as `kbench judge` does, and leaves out what is not installed.
internal import Foundation
package import Harness
internal import Posix
package import Results
internal import World

/// Carries out a league.
package struct LeagueRunner: Sendable {
    private let files: [String]
    private let settings: JudgeSettings
    private let journals: String?
    private let options: RunOptions
    private let reproduce: String
    private let note: @Sendable (String) -> Void
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Stands in `options.reproduce` where a pipeline's file goes.
    package static let filePlace = "{file}"

    /// Makes a runner of pipeline files. What is asked of each is in `settings`; `settings.budgetSeconds` is for all of
    /// them. `journals` is a folder that remembers the runs that are over, `reproduce` the command that repeats the league,
    /// and `note` is told what is left out.
    package init(
        _ files: [String], _ settings: JudgeSettings, journals: String?, options: RunOptions, reproduce: String,
        note: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) {
        self.files = files
        self.settings = settings
        self.journals = journals
        self.options = options
        self.reproduce = reproduce
        self.note = note
        self.progress = progress
    }

    /// Judges all that are installed.
    ///
    /// - Throws: ``Diagnosis`` for files that cannot be read or two of one name, before anything is run; then as
    ///   ``JudgeRunner/run()`` does, but for what is one pipeline's own fault.
    package func run() async throws -> LeagueResult {
        let pipelines = try files.map { (file: $0, pipeline: try PipelineFile.read($0)) }
        try checkNames(pipelines.map(\.pipeline.name))
        if let journals { try PosixDisk().makeDirectory(journals) }
        let startedAt = Date().formatted(.iso8601)
        let clock = ContinuousClock()
        let start = clock.now
        var broker = BrokerInfo(kind: options.brokers == nil ? "embedded" : "external", address: options.brokers ?? "")
        var entries: [LeagueResult.Entry] = []
        for (place, (file, pipeline)) in pipelines.enumerated() {
            try Task.checkCancellation()
            let name = pipeline.name
            @Sendable func tell(_ fraction: Double, _ label: String) {
                progress((Double(place) + fraction) / Double(pipelines.count), "\(name) \(label)")
            }
            tell(0, "")
            func none(_ outcome: LeagueResult.Outcome, _ reason: String) {
                note("\(file): \(outcome.rawValue): \(reason)")
                entries.append(
                    .init(name, file: file, claimed: pipeline.guarantee.rawValue, outcome: outcome, reason: reason))
            }
            var settings = settings
            if let budget = settings.budgetSeconds {
                settings.budgetSeconds = budget - (clock.now - start) / .seconds(1)
                if settings.budgetSeconds ?? 0 <= 0 {
                    none(.unfinished, "no time was left to begin")
                    continue
                }
            }
            settings.journal = journals.map { "\($0)/\(Self.fileName(name)).ndjson" }
            let program: String?
            switch try await pipeline.program() {
            case .missing(let reason):
                none(.skipped, reason)
                continue
            case .there(let version): program = version
            }
            var options = options
            options.reproduce = options.reproduce.replacing(Self.filePlace, with: file)
            do {
                let judged = try await JudgeRunner(pipeline, settings, options: options, progress: tell).run()
                broker = judged.broker
                entries.append(.init(judged, file: file, program: program))
            } catch let error as Diagnosis where error.exitCode == .invalidRun {
                none(.invalid, error.cause)
            }
        }
        return LeagueResult(
            broker: broker,
            host: try .here(version: options.version, folder: "."),
            startedAt: startedAt, reproduce: reproduce, pipelines: entries)
    }

    /// Two of one name could not be told apart, in the table and among the journals.
    private func checkNames(_ names: [String]) throws(Diagnosis) {
        var seen: Set<String> = []
        for name in names where !seen.insert(Self.fileName(name)).inserted {
            throw Diagnosis(
                cause: "two of the files are of a pipeline '\(name)'", fix: "name each file once, or rename a pipeline",
                exitCode: .usage)
        }
    }

    private static func fileName(_ name: String) -> String { name.replacing("/", with: "_") }
}
