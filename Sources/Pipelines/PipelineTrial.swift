// One run of a pipeline: its load, its lives, at most one kill, and the verdict over what it has put out.
internal import Foundation
internal import Harness
internal import Judgement
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Results
internal import World

/// What a run left to judge by.
struct TrialOutcome: Sendable {
    var run: JudgeResult.Run
    var census: [PipelinePoint: Int] = [:]
    /// How often each trigger that was to be counted could have fired.
    var counted: [PipelineTrigger: Int] = [:]
    var ledger = WireLedger()
    var topic = ""
    /// Lives that ended with an error.
    var failures: [String] = []
    /// What was in the output at the kill, and at the end; nil where nobody could look.
    var atKill: Tally?
    var atEnd: Tally?
    /// Whether the output went on changing after an offset had been committed.
    var rowsAfterCommit = false
    /// Why the output could not be read at the kill, where the pipeline had made none yet, say.
    var unreadAtKill: String?
    /// How long the first life took to ask for records.
    var firstSilence = Duration.zero
    /// The most by which a later life took longer.
    var longestSilence = Duration.zero
    /// What a plain loop reads in a second; nil where nobody asked.
    var plainRecordsPerSecond: Double?
}

/// A run that is to be carried out.
struct PipelineTrial: Sendable {
    let pipeline: Pipeline
    let seed: UInt64
    let trims: Bool
    let isInLockstep: Bool
    let host: Handed<BrokerHost>
    /// The kill; nil: none.
    let kill: PipelineTrigger?
    /// When it is to be killed, in milliseconds from when its first life asks for records; nil: at no moment.
    let moment: Int?
    /// What is to be counted.
    let counts: [PipelineTrigger]
    /// Which calls on files are watched.
    let watched: FileCallKinds
    /// The binary that can be watched.
    let executable: String
    /// The run's own folder, by its whole path.
    let folder: String
    let reproduce: String
    /// Whether it is timed, so that a plain loop reads afterwards, for comparison; nil: it is not.
    var timed: SpeedSize?

    /// What a kill at a moment is called in place of a point; its occurrence is the moment in milliseconds.
    static let moment = "time"

    /// The moment of a name such as `time@350`; nil for what is none.
    static func moment(named name: String) -> Int? {
        let words = name.split(separator: "@", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == moment, let number = Int(words[1]), number >= 0 else { return nil }
        return number
    }

    /// Carries the run out.
    ///
    /// - Throws: ``Diagnosis`` when the pipeline cannot be started, or an error of the broker or the disk.
    func carryOut() async throws -> TrialOutcome {
        let topic = "kbench-judge-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
        try PosixDisk().makeDirectory("\(folder)/state")
        let ends = pipeline.load.ends
        try await makeInput(topic, pipeline.load)
        let victim = Victim()
        var values = Placeholders.Values(
            bootstrap: "", topic: topic, outputTopic: "\(topic)-output", group: "\(topic)-group",
            output: "\(folder)/output", state: "\(folder)/state")
        Leftovers.shared.note(group: values.group, at: host.value.configuration.bootstrap)
        let offsets = try await openOffsets(values)
        let opened = try await openOutput(values)
        let (output, view) = (opened.rows, opened.view)
        // Wherever it is, it was made by this run.
        try output.remove()
        let left = "output of \(topic)"
        Leftovers.shared.note(left) { try output.remove() }
        defer { try? Leftovers.shared.remove(left) }
        var outcome = TrialOutcome(
            run: JudgeResult.Run(
                point: kill.map { "\($0.unnumbered)" } ?? moment.map { _ in Self.moment },
                occurrence: kill?.occurrence ?? moment, reproduce: reproduce))
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let proxy = try await startProxy(output, topic, victim) { ask.finish() }
        values.bootstrap = proxy.bootstrap
        do {
            let files = watchedFiles(values, output)
            let lives = PipelineLives(
                trial: self, values: values, output: output, proxy: proxy, offsets: offsets, ends: ends, files: files,
                asked: asked)
            if let script = pipeline.script {
                let group = values.group
                try await BlockingThread.run { [host, seed] in
                    try host.value.beginScript(script, topic: topic, group: group, seed: seed)
                }
            }
            try await lives.live(victim, &outcome)
            if pipeline.script != nil {
                let why = try await BlockingThread.run { [host] in host.value.endScript(topic) }
                outcome.run.invalidReason = outcome.run.invalidReason ?? why
            }
            let (census, seen) = try await BlockingThread.run { (proxy.census, proxy.seen) }
            outcome.ledger = try await BlockingThread.run { proxy.ledger }
            outcome.topic = topic
            for (point, count) in census { outcome.census[.wire(point)] = count }
            for (trigger, count) in seen { outcome.counted[.wire(trigger)] = count }
            for (point, count) in files?.points.census ?? [:] { outcome.census[.file(point)] = count }
            for (trigger, count) in files?.points.seen ?? [:] { outcome.counted[.file(trigger)] = count }
            try await judge(output, topic, &outcome)
            // One that was over too soon is made again.
            if let timed, timed.next(after: outcome.run.produced, seconds: outcome.busySeconds) == nil {
                outcome.plainRecordsPerSecond = try await plainSpeed(topic, timed, behind: proxy)
            }
            try? await close(proxy, offsets, view)
        } catch {
            try? await close(proxy, offsets, view)
            throw error
        }
        return outcome
    }

    private func close(
        _ proxy: KafkaProxy, _ offsets: Handed<GroupOffsets>, _ view: Handed<TopicView>?
    ) async throws {
        try await BlockingThread.run {
            // A group with a member that was killed at the end could not be removed.
            proxy.freeze()
            proxy.evict()
            proxy.stop()
            offsets.value.close()
            view?.value.close()
        }
    }

    /// A command of the pipeline's, with what its environment has besides.
    func subject(_ command: [String], _ values: Placeholders.Values) -> CommandSubject {
        let own = pipeline.environment.map { ($0.name, values.filled($0.value)) }
        return CommandSubject(
            command.map(values.filled), environment: values.environment.merging(own) { $1 }, folder: pipeline.folder,
            output: LineDeliveries(values.output) { _ in nil })
    }

    /// The rows of this run, and what is open for them.
    private func openOutput(
        _ values: Placeholders.Values
    ) async throws -> (rows: any OutputRows, view: Handed<TopicView>?) {
        func whole(_ path: String) -> String {
            let filled = values.filled(path)
            return filled.hasPrefix("/") ? filled : "\(pipeline.folder)/\(filled)"
        }
        let (partitions, reading) = (pipeline.load.partitions, pipeline.reading)
        var topics = [values.outputTopic]
        if case .topic(let topic, _) = pipeline.output, !topics.contains(values.filled(topic)) {
            topics.append(values.filled(topic))
        }
        try await BlockingThread.run { [host, topics] in
            for topic in topics { try host.value.createTopic(topic, partitions: partitions) }
        }
        switch pipeline.output {
        case .files(let path): return (RowFiles(whole(path), reading), nil)
        case .sqlite(let path, let query): return (SQLiteOutput(whole(path), values.filled(query), reading), nil)
        case .command(let words):
            // What the command says besides its rows is not theirs.
            let shell = ["sh", "-c", #"rows=$0; exec "$@" >"$rows""#]
            let rows = CommandRows(into: "\(folder)/rows", reading) { path in
                try await subject(shell + [path] + words, values).live([:], during: { _ in })
            }
            return (rows, nil)
        case .topic(let topic, let isCommitted):
            let view = try await BlockingThread.run { [host] in
                Handed(
                    try TopicView(host.value.configuration, topic: values.filled(topic), isCommitted: isCommitted))
            }
            return (TopicRows(view, reading), view)
        }
    }

    /// Makes a topic and fills it, with batches of as many records as the load says.
    func makeInput(_ topic: String, _ load: PipelineLoad) async throws {
        try await BlockingThread.run { [host, seed] in
            try host.value.createTopic(topic, partitions: load.partitions)
            let configuration = try host.value.configuration.adding([
                KafkaProperty(name: "batch.num.messages", value: "\(load.batchRecords)"),
                // A batch is sent when it is full, and the last one at the end.
                KafkaProperty(name: "linger.ms", value: "\(Self.fillingMilliseconds)"),
            ])
            let producer = try KafkaProducer(configuration, topic: topic)
            defer { producer.close() }
            let delivery = try producer.produce(count: load.records, recordCapacity: load.recordBytes + 64) {
                number, buffer in
                let value = RowIdentity.value(of: number, bytes: load.recordBytes, seed: seed)
                buffer.copyBytes(from: value)
                return OutgoingRecord(partition: Partition(number % load.partitions), valueLength: value.count)
            }
            guard delivery.confirmed == load.records else {
                throw Diagnosis(
                    cause:
                        "\(load.records - delivery.confirmed) of \(load.records) records were not taken by the broker",
                    fix: "look at the broker's log", exitCode: .invalidRun)
            }
        }
    }

    /// Longer than filling a batch ever takes.
    private static let fillingMilliseconds = 1_000

    private func openOffsets(_ values: Placeholders.Values) async throws -> Handed<GroupOffsets> {
        try await BlockingThread.run { [host] in
            Handed(try GroupOffsets(host.value.configuration, topic: values.topic, group: values.group))
        }
    }

    private func startProxy(
        _ output: any OutputRows, _ topic: String, _ victim: Victim, whenAsked: @escaping @Sendable () -> Void
    ) async throws -> KafkaProxy {
        let bootstrap = host.value.configuration.bootstrap
        guard let brokers = ProxySettings.brokers(of: bootstrap) else {
            throw Diagnosis(
                cause: "--brokers \(bootstrap): the proxy needs each broker as host:port",
                fix: "write it as in --brokers one:9092,two:9092", exitCode: .usage)
        }
        var settings = ProxySettings(brokers: brokers)
        settings.security = try UpstreamSecurity(host.value.configuration.properties)
        settings.trims = trims
        // What is written elsewhere than to files shows on the wire, or not at all.
        let files = output as? RowFiles
        if isInLockstep { settings.lockstep = Lockstep { files?.size ?? 0 } }
        let (kill, counts) = (kill?.wire, counts.compactMap(\.wire))
        // Nobody waits for what is only counted to come.
        let first = moment.map { _ in WireTrigger(WirePoint(WirePoint.fetchRecords.key, .request), topic: topic) }
        return try await BlockingThread.run { [settings] in
            let proxy = try KafkaProxy.start(settings) { fired in
                switch fired.action {
                case .kill: victim.kill()
                case .stop: whenAsked()
                default: break
                }
            }
            if let first { proxy.arm(first, .stop) }
            for trigger in counts { proxy.arm(trigger, .stop) }
            if let kill { proxy.arm(kill, .kill) }
            return proxy
        }
    }

    /// The calls on files that are counted or waited for; nil: none.
    private func watchedFiles(_ values: Placeholders.Values, _ output: any OutputRows) -> WatchedFiles? {
        guard !watched.isEmpty else { return nil }
        // The system names files without links.
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        var values = values
        values.output = "\(real(folder))/output"
        values.state = "\(real(folder))/state"
        let rows = (output as? RowFiles).map { [real($0.path)] } ?? []
        let points = FilePointWatch(
            own: ["\(real(folder))/**"] + rows, counting: counts.compactMap(\.file), kill: kill?.file,
            filled: values.filled)
        return WatchedFiles(watched, points, executable: executable)
    }

    /// The records by number, and where each lies.
    private var production: Production {
        let partitions = pipeline.load.partitions
        return Production(count: pipeline.load.records) { number in
            (partition: Partition(number % partitions), offset: Offset(number / partitions))
        }
    }

    /// What is there now, and what follows from it.
    func lookAtKill(_ tally: Tally, committed: [Offset?], _ outcome: inout TrialOutcome) {
        outcome.run.fired = true
        outcome.atKill = tally
        outcome.run.atKill = .init(sinkRows: tally.delivered, committed: committed.map { $0.map { Int64($0) } })
        guard pipeline.offsetsAreGroups, let form = KillForm(tally, of: production, committed: committed) else {
            return
        }
        outcome.run.expected = .init(duplicates: form.duplicates, lost: form.lost)
    }

    private func judge(_ output: any OutputRows, _ topic: String, _ outcome: inout TrialOutcome) async throws {
        outcome.run.produced = pipeline.load.records
        do {
            let tally = try await output.tally(of: pipeline.load.records)
            outcome.atEnd = tally
            outcome.run.delivered = tally.delivered
            outcome.run.duplicates = tally.delivered - tally.distinct
            outcome.run.lost = pipeline.load.records - tally.distinct
            outcome.run.foreign = tally.unknown
            outcome.run.noteRows(tally.delivered)
            outcome.run.causes = DuplicateCauses.of(tally, production, outcome.ledger, topic)
        } catch let error as OutputError {
            outcome.run.lost = pipeline.load.records
            outcome.run.invalidReason = outcome.run.invalidReason ?? "its output cannot be read: \(error.message)"
            return
        }
        if let expected = outcome.run.expected.duplicates {
            outcome.run.agrees = outcome.run.duplicates == expected && outcome.run.lost == outcome.run.expected.lost
        }
        if let moment, !outcome.run.fired, outcome.run.invalidReason == nil {
            outcome.run.invalidReason = "it was done before it could be killed after \(moment) ms"
        }
        if let kill, !outcome.run.fired, outcome.run.invalidReason == nil {
            let count = outcome.census[kill.point] ?? 0
            outcome.run.invalidReason = "the kill at \(kill) never came: the point was met \(count) times"
        }
    }
}

extension UpstreamSecurity {
    /// How the proxy reaches a broker that librdkafka reaches by these properties.
    ///
    /// - Throws: ``ProxyPropertyError`` for what the proxy lacks.
    init(_ properties: [KafkaProperty]) throws(ProxyPropertyError) {
        try self.init(properties.map { ($0.name, $0.value) })
    }
}
