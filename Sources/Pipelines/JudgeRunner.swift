// Judges a pipeline: first without a kill, then with one at each chosen point and occurrence.
package import Harness
internal import Kafka
internal import KafkaProxy
internal import Posix
package import Results
internal import World

/// What is asked of a pipeline beyond its file.
package struct JudgeSettings: Sendable {
    package var seed: UInt64 = 1
    /// Points with or without `@K`, or one of `default` and `census`; empty: as the file says.
    package var points: [String] = []
    /// nil: as the file says.
    package var occurrences: [Occurrence]?
    package var trims = false
    package var isInLockstep = false

    package init() {}
}

/// Carries out all runs of a pipeline.
package struct JudgeRunner: Sendable {
    private let pipeline: Pipeline
    private let settings: JudgeSettings
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes.
    package init(
        _ pipeline: Pipeline, _ settings: JudgeSettings, options: RunOptions,
        progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) {
        self.pipeline = pipeline
        self.settings = settings
        self.options = options
        self.progress = progress
    }

    /// Judges the pipeline. Where it is wrong by itself it is not killed at all.
    ///
    /// - Throws: ``Diagnosis`` when something cannot be started; nothing is left behind then.
    package func run() async throws -> JudgeResult {
        try checkProperties()
        try checkOutput()
        let host = try await BlockingThread.run { [options] in Handed(try BrokerHost(options)) }
        do {
            let result = try await judge(host)
            try await cleanUp(host)
            return result
        } catch {
            try? await cleanUp(host)
            throw error
        }
    }

    private func cleanUp(_ host: Handed<BrokerHost>) async throws {
        let folder = options.workDirectory
        try await BlockingThread.run {
            host.value.close()
            if PosixDisk().exists(folder) { try FileSystem.removeTree(folder) }
        }
    }

    private func judge(_ host: Handed<BrokerHost>) async throws -> JudgeResult {
        let chosen = try triggers(settings.points.isEmpty ? pipeline.points : settings.points)
        // Occurrences of a point with filters are those that pass the filters.
        let counts = chosen.map { trigger in
            var trigger = trigger.trigger
            trigger.occurrence = .max
            return trigger
        }
        progress(0, "without a kill")
        var outcomes = [try await trial(host, 0, nil, counting: counts)]
        let plain = outcomes[0].run
        if plain.invalidReason == nil, plain.duplicates + plain.lost + plain.foreign == 0 {
            let kills = kills(chosen, outcomes[0])
            for (index, kill) in kills.enumerated() {
                progress(Double(index + 1) / Double(kills.count + 1), "\(kill)")
                outcomes.append(try await trial(host, index + 1, kill))
            }
        }
        return JudgeResult(
            pipeline: pipeline.name, broker: host.value.info, claimed: pipeline.guarantee,
            census: outcomes[0].census.sorted { $0.key < $1.key }.map { .init(point: "\($0.key)", count: $0.value) },
            findings: JudgeFindings.of(outcomes, pipeline), runs: outcomes.map(\.run))
    }

    private func trial(
        _ host: Handed<BrokerHost>, _ number: Int, _ kill: WireTrigger?, counting counts: [WireTrigger] = []
    ) async throws -> TrialOutcome {
        try await PipelineTrial(
            pipeline: pipeline, seed: settings.seed, trims: settings.trims, isInLockstep: settings.isInLockstep,
            host: host, kill: kill, counts: counts, folder: "\(options.workDirectory)/run-\(number)",
            reproduce: reproduce(kill)
        ).carryOut()
    }

    /// Stands in the command that repeats the runs where a run's own points go.
    package static let pointsPlace = "{points}"

    private func reproduce(_ kill: WireTrigger?) -> String {
        let chosen = settings.points.joined(separator: ",")
        let points = kill.map { "--points '\($0)'" } ?? (chosen.isEmpty ? "" : "--points '\(chosen)'")
        return options.reproduce.replacing(" " + Self.pointsPlace, with: points.isEmpty ? "" : " \(points)")
    }

    // MARK: Points

    private static let usual = "default"
    private static let all = "census"

    /// The points that are named; none for those that the census decides.
    private func triggers(_ names: [String]) throws -> [(trigger: WireTrigger, isNumbered: Bool)] {
        try names.filter { $0 != Self.usual && $0 != Self.all }.map { name in
            let trigger = try WireTrigger(name)
            // A filter's value may have an @ of its own.
            return (trigger, name[(name.lastIndex(of: "]") ?? name.startIndex)...].contains("@"))
        }
    }

    private func kills(
        _ chosen: [(trigger: WireTrigger, isNumbered: Bool)], _ census: TrialOutcome
    ) -> [WireTrigger] {
        let occurrences = settings.occurrences ?? pipeline.occurrences
        func numbered(_ trigger: WireTrigger, _ count: Int) -> [WireTrigger] {
            var numbers: [Int] = []
            for number in occurrences.flatMap({ $0.numbers(of: count) }) where !numbers.contains(number) {
                numbers.append(number)
            }
            return numbers.map { number in
                var trigger = trigger
                trigger.occurrence = number
                return trigger
            }
        }
        if chosen.isEmpty {
            let names = settings.points.isEmpty ? pipeline.points : settings.points
            let points = names.contains(Self.all) ? census.census.keys.sorted() : Pipeline.usualPoints
            return points.flatMap { point in
                census.census[point].map { numbered(WireTrigger(point), $0) } ?? []
            }
        }
        return chosen.flatMap { trigger, isNumbered in
            guard !isNumbered else { return [trigger] }
            var counted = trigger
            counted.occurrence = .max
            return numbered(trigger, census.counted[counted] ?? 0)
        }
    }

    // MARK: Checks

    private func checkProperties() throws(Diagnosis) {
        let encrypted = options.properties.first {
            $0.name == "security.protocol" && $0.value.uppercased().hasSuffix("SSL")
        }
        guard let encrypted else { return }
        throw Diagnosis(
            cause: "\(encrypted.name)=\(encrypted.value): the proxy between pipeline and broker speaks no TLS yet",
            fix: "name a listener of the broker without TLS", exitCode: .usage)
    }

    /// An output that does not lie in a run's own folder is removed before each run, so it may not be anybody's.
    private func checkOutput() throws(Diagnosis) {
        guard !pipeline.output.contains("{") else { return }
        let path = pipeline.output.hasPrefix("/") ? pipeline.output : "\(pipeline.folder)/\(pipeline.output)"
        guard let file = RowFiles(path, .token).files.first else { return }
        throw Diagnosis(
            cause: "\(file): the output is there before the pipeline has begun, and each run begins without one",
            fix: "move it away, or let the pipeline write to {output} or KBENCH_OUTPUT", exitCode: .usage)
    }
}
