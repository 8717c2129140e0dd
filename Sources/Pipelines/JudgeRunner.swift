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
    /// Points with or without `@K`, or one of `default`, `wire` and `census`; empty: as the file says.
    package var points: [String] = []
    /// nil: as the file says.
    package var occurrences: [Occurrence]?
    package var trims = false
    package var isInLockstep = false
    /// How often each kill is tried.
    package var times = 1
    /// How many kills there are besides, each at a moment by chance.
    package var timedKills = 0
    /// Seconds after which no run is begun any more; nil: none.
    package var budgetSeconds: Double?
    /// A file that remembers the runs that are over; nil: none.
    package var journal: String?
    /// Which part of the kills are tried here: of `of` parts that of the number `part`, from 1.
    package var shard = (part: 1, of: 1)
    /// A folder in which each run leaves what tells the lives of its records; nil: none.
    package var evidence: String?
    /// Of how many records its speed is measured at the end, if those take it long enough; nil: it is not.
    package var speedRecords: Int?
    package var speedSize = SpeedSize()
    package var limits = JudgeResult.Limits()
    /// Files of several parts, which are put together in place of running anything.
    package var merged: [String]?

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
        if let merged = settings.merged { return try merge(merged) }
        // What the proxy cannot do is said before anything is made on the broker.
        _ = try UpstreamSecurity(options.properties)
        try checkOutput()
        RunMark.endAbandoned()
        var options = options
        // A leader can only change where others have what it has.
        if options.brokers == nil { options.topics.replication = min(3, options.embeddedBrokers) }
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

    private var trims: Bool { settings.trims || pipeline.load.trims }
    private var isInLockstep: Bool { settings.isInLockstep || pipeline.load.isInLockstep }

    private func cleanUp(_ host: Handed<BrokerHost>) async throws {
        let folder = options.workDirectory
        try await BlockingThread.run {
            host.value.close()
            if PosixDisk().exists(folder) { try FileSystem.removeTree(folder) }
        }
    }

    private func judge(_ host: Handed<BrokerHost>) async throws -> JudgeResult {
        let clock = ContinuousClock()
        let start = clock.now
        let names = settings.points.isEmpty ? pipeline.points : settings.points
        let chosen = try triggers(names)
        let watched = try watched(names, chosen.map(\.trigger))
        // Occurrences of a point with filters are those that pass the filters.
        let counts = chosen.map(\.trigger.uncounted)
        var journal = try settings.journal.map { try JudgeJournal($0, header) }
        defer { journal?.close() }
        var entries: [JudgeJournal.Entry] = []
        func enter(_ kill: PlannedKill, _ number: Int) async throws {
            let (name, time) = (kill.name, kill.time)
            if let known = journal?.entries.first(where: { $0.kill == name && $0.time == time }) {
                return entries.append(known)
            }
            func tried(_ kill: PlannedKill, _ folder: String) async throws -> TrialOutcome {
                try await trial(
                    host, folder, kill.trigger, after: kill.moment,
                    commits: entries.first?.run.drainedBy == LifeWatch.committed,
                    counting: name.isEmpty ? counts : [],
                    watching: kill.trigger.map { $0.file?.point.kind.calls ?? [] } ?? (name.isEmpty ? watched : []))
            }
            var outcome = try await tried(kill, "run-\(number)")
            var (last, again) = (kill, 0)
            while let sooner = last.sooner(than: outcome) {
                (last, again) = (sooner, again + 1)
                outcome = try await tried(sooner, "run-\(number)-\(again)")
                outcome.run.missed = again
            }
            if let folder = settings.evidence,
                let evidence = RunEvidence(outcome, topic: outcome.topic, partitions: pipeline.load.partitions)
            {
                try PosixDisk().makeDirectory(folder)
                try evidence.write(to: "\(folder)/run-\(number).json")
            }
            let entry = JudgeJournal.Entry(
                kill: name, time: time, run: outcome.run, findings: JudgeFindings.of(outcome, pipeline),
                census: name.isEmpty
                    ? outcome.census.sorted { $0.key < $1.key }.map {
                        .init(point: "\($0.key)", count: $0.value)
                    } : [], counted: counts.map { outcome.counted[$0] ?? 0 })
            try journal?.append(entry)
            entries.append(entry)
        }
        progress(0, "without a kill")
        try await enter(PlannedKill(), 0)
        var left = 0
        if entries[0].run.isRight {
            var all = kills(chosen, entries[0]).flatMap { kill in
                (1...settings.times).map { time in
                    var kill = kill
                    kill.time = time
                    return kill
                }
            }
            all += moments(entries[0].run)
            let mine = all.enumerated().filter { $0.offset % settings.shard.of == settings.shard.part - 1 }
            for (done, (index, kill)) in mine.enumerated() {
                let isKnown = journal?.entries.contains { $0.kill == kill.name && $0.time == kill.time } == true
                // What is remembered takes no time.
                if !isKnown, let budget = settings.budgetSeconds, clock.now - start > .seconds(budget) {
                    left += 1
                    continue
                }
                progress(Double(done + 1) / Double(mine.count + 1), kill.name)
                try await enter(kill, index + 1)
            }
        }
        var timed = journal?.entries.first { $0.kill == Self.speed && $0.time == settings.speedRecords }
        if left == 0, timed == nil, entries[0].run.isRight, let records = settings.speedRecords {
            progress(1, Self.speed)
            let measured = try await speed(host, records)
            try journal?.append(measured)
            timed = measured
        }
        return result(entries, host.value.info, left: left, speed: timed?.speed)
    }

    /// What a run that is timed is called in place of a kill.
    private static let speed = "speed"

    /// A run without a kill, of more records and as they come; of more still until it takes long enough to be timed.
    private func speed(_ host: Handed<BrokerHost>, _ records: Int) async throws -> JudgeJournal.Entry {
        var outcome = try await timed(host, records)
        while let more = settings.speedSize.next(after: outcome.run.produced, seconds: outcome.busySeconds),
            outcome.run.emptiness == nil
        {
            outcome = try await timed(host, more)
        }
        return .init(
            kill: Self.speed, time: records, run: outcome.run, findings: [], census: [], counted: [],
            speed: outcome.speed)
    }

    private func timed(_ host: Handed<BrokerHost>, _ records: Int) async throws -> TrialOutcome {
        var pipeline = pipeline
        pipeline.load.records = records
        var trial = PipelineTrial(
            pipeline: pipeline, seed: settings.seed, trims: false, isInLockstep: false, host: host, kill: nil,
            moment: nil, counts: [], watched: [], executable: options.workerExecutable,
            folder: "\(options.workDirectory)/speed-\(records)", reproduce: "")
        trial.timed = settings.speedSize
        return try await trial.carryOut()
    }

    private func result(
        _ entries: [JudgeJournal.Entry], _ broker: BrokerInfo, left: Int, speed: JudgeResult.Speed? = nil
    ) -> JudgeResult {
        JudgeResult(
            pipeline: pipeline.name, broker: broker,
            feed: .init(
                records: pipeline.load.records, partitions: pipeline.load.partitions, seed: settings.seed, trim: trims,
                lockstep: isInLockstep),
            claimed: pipeline.guarantee,
            census: entries.first?.census ?? [], findings: JudgeFindings.merged(entries.map(\.findings)),
            runs: entries.map(\.run), limits: settings.limits, left: left,
            speed: speed)
    }

    /// Puts the runs of several parts together, which were remembered by ``JudgeSettings/journal``. Nothing is run.
    ///
    /// - Throws: ``Diagnosis`` for a file that is not there, or of something else.
    private func merge(_ journals: [String]) throws -> JudgeResult {
        let parts = try journals.map { try JudgeJournal.read($0, header) }
        // Each part has tried by itself whether the pipeline is right without a kill; one that is not decides.
        let plain = parts.joined().filter { $0.kill.isEmpty }
        let first = plain.first { !$0.run.isRight } ?? plain.first
        let kills = parts.joined().filter { !$0.kill.isEmpty && $0.kill != Self.speed }
        let broker = BrokerInfo(
            kind: options.brokers == nil ? "embedded" : "external", address: options.brokers ?? "")
        return result((first.map { [$0] } ?? []) + kills, broker, left: 0)
    }

    private var header: JudgeJournal.Header {
        let words = [
            "\(pipeline.command)", "\(pipeline.setup)", "\(pipeline.environment)", "\(pipeline.load)",
            "\(pipeline.output)", "\(pipeline.guarantee)", "\(pipeline.offsetsAreGroups)", "\(pipeline.drain)",
            "\(pipeline.killer ?? [])",
            "\(settings.points.isEmpty ? pipeline.points : settings.points)",
            "\(settings.occurrences ?? pipeline.occurrences)", "\(settings.seed)", "\(trims)",
            "\(isInLockstep)", "\(settings.times)",
            "\(settings.timedKills)", options.brokers ?? "",
        ]
        return .init(
            version: options.version, pipeline: pipeline.name, settings: words.joined(separator: " "))
    }

    private func trial(
        _ host: Handed<BrokerHost>, _ folder: String, _ kill: PipelineTrigger?, after moment: Int?, commits: Bool,
        counting counts: [PipelineTrigger] = [], watching kinds: FileCallKinds
    ) async throws -> TrialOutcome {
        var pipeline = pipeline
        if commits {
            pipeline.drain.commitMilliseconds = max(pipeline.drain.commitMilliseconds, Self.patienceMilliseconds)
        }
        return try await PipelineTrial(
            pipeline: pipeline, seed: settings.seed, trims: trims, isInLockstep: isInLockstep,
            host: host, kill: kill, moment: moment, counts: counts, watched: kinds,
            executable: options.workerExecutable, folder: "\(options.workDirectory)/\(folder)",
            reproduce: reproduce(kill?.description ?? moment.map { "\(PipelineTrial.moment)@\($0)" })
        ).carryOut()
    }

    /// How long the last offsets of a pipeline are waited for that has committed them in the run without a kill: one that
    /// stands still meanwhile, on a busy machine, is not done.
    private static let patienceMilliseconds = 60_000

    /// Stands in the command that repeats the runs where a run's own points go.
    package static let pointsPlace = "{points}"

    private func reproduce(_ kill: String?) -> String {
        let chosen = settings.points.joined(separator: ",")
        let points = kill.map { "--points '\($0)'" } ?? (chosen.isEmpty ? "" : "--points '\(chosen)'")
        return options.reproduce.replacing(" " + Self.pointsPlace, with: points.isEmpty ? "" : " \(points)")
    }

    // MARK: Points

    private static let usual = "default"
    private static let all = "census"
    private static let wire = "wire"

    /// The moments of kills that are no points, in milliseconds from when a life asks for records: those that are named, and
    /// others by chance within the time in which a run without a kill read and wrote.
    private func moments(_ plain: JudgeResult.Run) -> [PlannedKill] {
        var random = SeededRandom(seed: settings.seed)
        let time = Self.busyTime(of: plain)
        let named = (settings.points.isEmpty ? pipeline.points : settings.points)
            .compactMap(PipelineTrial.moment(named:)).map { PlannedKill(moment: $0) }
        let chance = (0..<settings.timedKills).map { _ in
            PlannedKill(moment: Int.random(in: time, using: &random), mayMove: true)
        }
        // Two may be of one moment.
        return (named + chance).enumerated().map { place, kill in
            var kill = kill
            kill.time = place + 1
            return kill
        }
    }

    /// How long a run read and wrote, in milliseconds from when it asked for records.
    static func busyTime(of run: JudgeResult.Run) -> ClosedRange<Int> {
        let first = run.askedSeconds ?? 0
        func since(_ last: Double) -> Int { Int((max(0, last - first) * 1_000).rounded()) }
        // One that ends by itself may have put out rows that nobody saw before its end.
        if run.drainedBy == PipelineLives.byItself { return 0...since(run.seconds) }
        // It had asked before anybody saw it.
        return 0...since(run.rowsSeconds ?? run.seconds) + LifeWatch.paceMilliseconds
    }

    /// The points that are named; none for those that the census decides.
    private func triggers(_ names: [String]) throws -> [(trigger: PipelineTrigger, isNumbered: Bool)] {
        try names.filter {
            ![Self.usual, Self.all, Self.wire].contains($0) && PipelineTrial.moment(named: $0) == nil
        }.map { name in
            let trigger = try PipelineTrigger(name)
            // A filter's value may have an @ of its own.
            return (trigger, name[(name.lastIndex(of: "]") ?? name.startIndex)...].contains("@"))
        }
    }

    private func kills(
        _ chosen: [(trigger: PipelineTrigger, isNumbered: Bool)], _ census: JudgeJournal.Entry
    ) -> [PlannedKill] {
        let occurrences = settings.occurrences ?? pipeline.occurrences
        func numbered(_ trigger: PipelineTrigger, _ count: Int) -> [PlannedKill] {
            var numbers: [Int] = []
            for number in occurrences.flatMap({ $0.numbers(of: count) }) where !numbers.contains(number) {
                numbers.append(number)
            }
            return numbers.map { number in
                var trigger = trigger
                trigger.occurrence = number
                return PlannedKill(trigger: trigger, mayMove: !occurrences.contains(.number(number)))
            }
        }
        if chosen.isEmpty {
            let names = settings.points.isEmpty ? pipeline.points : settings.points
            // Moments alone are meant to be all.
            if !names.isEmpty, names.allSatisfy({ PipelineTrial.moment(named: $0) != nil }) { return [] }
            if names.isEmpty, settings.timedKills > 0 { return [] }
            return Self.chosen(by: names, of: census.census).flatMap { met in
                PipelinePoint(met.point).map { numbered($0.trigger, met.count) } ?? []
            }
        }
        return chosen.enumerated().flatMap { place, chosen in
            guard !chosen.isNumbered else { return [PlannedKill(trigger: chosen.trigger)] }
            return numbered(chosen.trigger, census.counted.indices.contains(place) ? census.counted[place] : 0)
        }
    }

    /// The points of a census that are meant by names which are no points; the usual ones where there are none.
    static func chosen(by names: [String], of census: [JudgeResult.PointCount]) -> [JudgeResult.PointCount] {
        let isUsual = Set(Pipeline.usualPoints.map { "\($0)" })
        return census.filter { met in
            names.contains(all) || isUsual.contains(met.point)
                || names.contains(wire) && met.point.hasPrefix("\(wire).")
        }
    }

    // MARK: Checks

    /// Which calls on files have to be watched in the run without a kill: those that points name, and all where the
    /// census decides and the system allows it.
    private func watched(_ names: [String], _ triggers: [PipelineTrigger]) throws(Diagnosis) -> FileCallKinds {
        let named = triggers.compactMap(\.file)
        guard !named.isEmpty || names.contains(Self.all) else { return [] }
        guard let obstacle = FileWatch.obstacle else {
            let kinds = named.isEmpty ? FilePoint.Kind.allCases : named.map(\.point.kind)
            return kinds.reduce(into: []) { $0.formUnion($1.calls) }
        }
        guard let first = named.first else { return [] }
        throw Diagnosis(
            cause: "\(first.point): the system does not let calls on files be watched here (\(obstacle))",
            fix: "leave out the points of files, or allow seccomp's user notification (Linux 5.19 or later; in a "
                + "container, its seccomp profile)", exitCode: .usage)
    }

    /// An output that does not lie in a run's own folder is removed before each run, so it may not be anybody's.
    private func checkOutput() throws(Diagnosis) {
        guard let given = pipeline.output.path, !given.contains("{") else { return }
        let path = given.hasPrefix("/") ? given : "\(pipeline.folder)/\(given)"
        guard let file = RowFiles(path, RowReading()).files.first else { return }
        throw Diagnosis(
            cause: "\(file): the output is there before the pipeline has begun, and each run begins without one",
            fix: "move it away, or let the pipeline write to {output} or KBENCH_OUTPUT", exitCode: .usage)
    }
}

extension JudgeResult.Run {
    /// Whether the pipeline has done without a kill what it is judged for.
    fileprivate var isRight: Bool { invalidReason == nil && duplicates + lost + foreign == 0 }
}

extension PipelineTrigger {
    /// The same frames or calls, of which none is waited for.
    fileprivate var uncounted: PipelineTrigger {
        var trigger = self
        trigger.occurrence = .max
        return trigger
    }
}
