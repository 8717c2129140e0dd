// The options that say what is measured, shared by the commands that measure.
internal import ArgumentParser
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Scenarios
internal import World

/// What to measure, and on which load.
struct BenchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The strategies, joined by commas; raw is always measured.", valueName: "A,B"))
    var strategy = "all"

    @Option(help: ArgumentHelp("The sinks, joined by commas, or all.", valueName: "A,B"))
    var sink = "counting"

    @Option(
        help: ArgumentHelp(
            "The clients that workers read with, joined by commas: librdkafka, and native, which is kbench's own.",
            valueName: "A,B"))
    var client = ClientKind.librdkafka.rawValue

    @Option(help: ArgumentHelp("Records to produce.", valueName: "N"))
    var records: Int?

    @Option(help: ArgumentHelp("Bytes of each record's value.", valueName: "B"))
    var recordBytes: Int?

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "P"))
    var partitions: Int?

    @Option(
        help: ArgumentHelp(
            "A topic of --brokers that is filled already, by any producer; it is only read. Latency is measured on a topic of kbench's own, which goes again.",
            valueName: "T"))
    var topic: String?

    @Option(
        help: ArgumentHelp(
            "Read that topic from the first records of this moment or later, ISO 8601 or milliseconds.",
            valueName: "TIME"))
    var startTimestamp: String?

    @Option(
        help: ArgumentHelp("A file with the key 'load', as in a scenario: the shape of the load.", valueName: "FILE"))
    var load: String?

    @Option(help: ArgumentHelp("Rounds.", valueName: "K"))
    var pairs = 7

    @Option(
        help: ArgumentHelp(
            "How the topic is compressed: none, gzip, snappy, lz4 or zstd; else as the properties say.",
            valueName: "NAME"))
    var topicCompression: String?

    @Option(help: ArgumentHelp("Copies of the log: simulated replicas on this machine, 1 to 3.", valueName: "R"))
    var replicas: Int?

    @Option(help: ArgumentHelp("zstd level of the log, 0 for none.", valueName: "L"))
    var zstdLevel: Int?

    @Option(help: ArgumentHelp("Records of a block.", valueName: "N"))
    var blockRecords: Int?

    @Option(help: ArgumentHelp("Records of a batch.", valueName: "N"))
    var batchRecords: Int?

    @Option(help: ArgumentHelp("Blocks that a receiver syncs and commits at once.", valueName: "N"))
    var groupCommitBlocks: Int?

    @Option(help: ArgumentHelp("Cut blocks by time: milliseconds.", valueName: "MS"))
    var blockInterval: Int?

    @Option(help: ArgumentHelp("Cut batches by time: milliseconds.", valueName: "MS"))
    var batchInterval: Int?

    @Option(
        help: ArgumentHelp(
            "Offer so many records a second while latency is measured, not half of what each row takes.",
            valueName: "R"))
    var rate: Double?

    @Option(help: ArgumentHelp("How long records are offered, such as 2s.", valueName: "TIME"))
    var latencyTime = "2s"

    @Flag(help: "Do not measure latency.")
    var noLatency = false

    @Flag(help: "Do not try a crash.")
    var noCrash = false

    @Option(
        help: ArgumentHelp(
            "Let the workers waste so much processor time, to see whether a comparison notices.",
            valueName: "PERCENT"))
    var plantSlowdown = 0.0

    @Option(help: ArgumentHelp("The seed of payloads and of the order.", valueName: "S"))
    var seed = 1

    /// The settings, checked.
    func settings() throws -> BenchSettings {
        var settings = BenchSettings(
            strategies: try OptionCheck.names(strategy, "--strategy", Strategy.allCases) { $0.rawValue },
            sinks: try OptionCheck.names(sink, "--sink", SinkKind.allCases) { $0.rawValue })
        settings.clients = try OptionCheck.names(client, "--client", ClientKind.allCases) { $0.rawValue }
        for (key, value) in numbers {
            if let value { try settings.set(key, checked: value) }
        }
        settings.topicCompression = try topicCompression.map { text in
            let known = TopicCompression.allCases
            guard let found = known.first(where: { $0.rawValue == text }) else {
                throw Diagnosis(
                    cause: "--topic-compression: there is no '\(text)'",
                    fix: "choose from \(known.map(\.rawValue).joined(separator: ", "))", exitCode: .usage)
            }
            return found
        }
        try OptionCheck.range(pairs, 1...1_000, "--pairs")
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        if let rate { try OptionCheck.range(rate, ScenarioLimits.recordsPerSecond, "--rate", "records a second") }
        try OptionCheck.percent(plantSlowdown, 0...1000, "--plant-slowdown")
        settings.plantedSlowdown = plantSlowdown / 100
        settings.topic = topic
        settings.startTimestamp = try startTimestamp.map { text in
            guard let moment = Timestamp.milliseconds(parsing: text) else {
                throw Diagnosis(
                    cause: "--start-timestamp: '\(text)' is no moment", fix: Timestamp.fix, exitCode: .usage)
            }
            return moment
        }
        settings.load = try load.map { try LoadFile.read($0, partitions: settings.partitions) }
        if settings.load?.meanBytes != nil, recordBytes != nil {
            throw Diagnosis(
                cause: "--record-bytes: the load says already what values are", fix: "leave out --record-bytes",
                exitCode: .usage)
        }
        settings.pairs = pairs
        settings.seed = UInt64(seed)
        settings.rate = rate
        settings.latencySeconds = try OptionCheck.seconds(
            latencyTime, ScenarioLimits.offeredSeconds, "--latency-time")
        if let rate { try OfferedTotal.check(rate, settings.latencySeconds, "--rate x --latency-time") }
        settings.measuresLatency = !noLatency
        settings.measuresCrash = !noCrash
        return settings
    }

    /// Refuses options that do nothing for the rows that are measured.
    func refuseIdle(_ sweep: BenchSweep) throws {
        let settings = sweep.base
        try settings.checkChoice(strategy: strategy, sink: sink)
        if noLatency {
            try CommandWords.refuse(["--rate", "--latency-time"], because: "--no-latency measures none")
        }
        if topic != nil {
            try refuse(
                [.records, .recordBytes, .partitions, .topicCompression], sweep,
                because: "the records of --topic are there already")
        }
        let strategies = settings.measuredStrategies
        if !strategies.contains(where: \.isReceiver) {
            try refuse([.groupCommitBlocks], sweep, because: "no receiver is measured")
        }
        if !strategies.contains(where: \.traits.logsBlocks) {
            try refuse([.replicas], sweep, because: "nothing measured has a write-ahead log")
        }
        guard blockInterval != nil || batchInterval != nil, noCrash else { return }
        try refuse([.blockRecords, .batchRecords], sweep, because: "blocks and batches are cut by time")
    }

    private func refuse(_ keys: [BenchSweep.Key], _ sweep: BenchSweep, because reason: String) throws {
        try CommandWords.refuse(keys.map { "--\($0.rawValue)" }, because: reason)
        guard let key = sweep.key, keys.contains(key) else { return }
        throw Diagnosis(
            cause: "--sweep \(key.rawValue) has no effect: \(reason)", fix: "sweep something else", exitCode: .usage)
    }

    private var numbers: [(key: BenchSweep.Key, value: Int?)] {
        [
            (.records, records), (.recordBytes, recordBytes), (.partitions, partitions), (.replicas, replicas),
            (.zstdLevel, zstdLevel), (.blockRecords, blockRecords), (.batchRecords, batchRecords),
            (.groupCommitBlocks, groupCommitBlocks), (.blockInterval, blockInterval), (.batchInterval, batchInterval),
        ]
    }

    /// The options as they were given.
    var arguments: [String] {
        var words: [String] = []
        if strategy != "all" { words += ["--strategy", strategy] }
        if sink != "counting" { words += ["--sink", sink] }
        if client != ClientKind.librdkafka.rawValue { words += ["--client", client] }
        for (key, value) in numbers { if let value { words += ["--\(key.rawValue)", "\(value)"] } }
        if let topicCompression { words += ["--topic-compression", topicCompression] }
        if let topic { words += ["--topic", topic] }
        if let startTimestamp { words += ["--start-timestamp", startTimestamp] }
        if let load { words += ["--load", load] }
        words += ["--pairs", "\(pairs)"]
        if let rate { words += ["--rate", OptionCheck.plain(rate)] }
        if latencyTime != "2s" { words += ["--latency-time", latencyTime] }
        if plantSlowdown > 0 { words += ["--plant-slowdown", OptionCheck.plain(plantSlowdown)] }
        if noLatency { words.append("--no-latency") }
        if noCrash { words.append("--no-crash") }
        return words + ["--seed", "\(seed)"]
    }
}

extension BenchSettings {
    /// Refuses strategies and sinks that were chosen by name and of which no row comes.
    func checkChoice(strategy: String, sink: String) throws {
        let nothing = "no row comes of it"
        try OptionCheck.used(
            strategy, "--strategy", strategies, in: measuredStrategies + [.raw], { $0.rawValue }, as: nothing)
        guard CommandWords.have("--sink") else { return }
        try OptionCheck.used(sink, "--sink", sinks, in: measuredSinks, { $0.rawValue }, as: nothing)
    }
}
