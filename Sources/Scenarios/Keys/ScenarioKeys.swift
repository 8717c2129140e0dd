// Every key of scenario files, in one table: what the reader accepts, and what the schema says.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement

/// The keys of scenario files.
enum ScenarioKeys {
    /// The keys at the top of a file.
    static let top: [ScenarioKey] = [
        .init("name", .form("^[a-z0-9-]+$"), required: true, "The file's name without its ending."),
        .init("summary", .text, required: true, "What the scenario shows, in one line."),
        .init("explanation", .text, "Why it comes out as it does: Markdown for the report."),
        .init("records", .integer(ScenarioLimits.records), required: true, "Records to produce."),
        .init("partitions", .integer(ScenarioLimits.partitions), required: true, "Partitions of the topic."),
        .init("record-bytes", .integer(ScenarioLimits.recordBytes), "Bytes of each value, unless `load` says."),
        .init("load", .mapping(load), "How records are made and spread, where not all alike and evenly."),
        .init("client", .names(of: ClientKind.self), default: "librdkafka", "The client that workers read with."),
        .init("block-records", .integer(ScenarioLimits.blockRecords), "Records of a block: cut by count."),
        .init("batch-records", .integer(ScenarioLimits.batchRecords), "Records of a batch: cut by count."),
        .init("block-interval-ms", .integer(ScenarioLimits.intervalMilliseconds), "Time of a block: cut by time."),
        .init("batch-interval-ms", .integer(ScenarioLimits.intervalMilliseconds), "Time of a batch: cut by time."),
        .init(
            "group-commit-blocks", .integer(ScenarioLimits.groupCommitBlocks), default: "1",
            "Blocks that share one sync of the log and one commit."),
        .init("wal-compression", .form(compression), default: "none", "none, or zstd:LEVEL with a level from 1 to 19."),
        .init(
            "checkpoint-lag-tasks", .integer(ScenarioLimits.checkpointLagTasks), default: "0",
            "Tasks that run before a queued checkpoint is written: the width of direct's drift window."),
        .init("fidelity", fidelity, default: "sound", "sound, spark, or deviations joined by +."),
        .init(
            "auto-commit-blocks", .integer(ScenarioLimits.autoCommitBlocks), default: "10",
            "For receiver: blocks after which the group's offsets are committed."),
        .init(
            "commit-interval-ms", .integer(ScenarioLimits.commitIntervalMilliseconds),
            "For receivers: time after which offsets are committed, apart from blocks; no closed form."),
        .init(
            "arrivals", .integer(ScenarioLimits.arrivals), default: "0",
            "Records produced between the first crash of a run and its restart."),
        .init(
            "between", between,
            "What happens at the broker between the first death of a run and its next life, before `arrivals`."),
        .init(
            "script", script,
            "What happens at the embedded broker while workers live: a broker's script, of the run's topic and group."),
        .init(
            "restart-batch", .names(of: Outage.RestartBatch.self), default: "limited",
            "How much the first batch takes that is planned after a crash: direct strategies, cuts by count."),
        .init(
            "reset", .names(of: Outage.Reset.self), default: "earliest",
            "Where whoever begins that finds no checkpoint and no committed offset after a crash."),
        .init(
            "start-timestamp", .form(timestamp),
            "Where the first life begins: the first records of this time or later, ISO 8601 or milliseconds."),
        .init(
            "task-attempts", .integer(ScenarioLimits.taskAttempts), default: "4",
            "Attempts of a task before its failure ends the run."),
        .init(
            "on-data-loss", .names(of: DataLossPolicy.self), default: "fail",
            "What happens when offsets that are wanted are no longer in the log."),
        .init("membership", .choice(["manual", "group"]), default: "manual", "How receivers get their partitions."),
        .init(
            "session-timeout-ms", .integer(ScenarioLimits.sessionTimeoutMilliseconds), default: "6000",
            "With `membership: group`: silence after which the group takes a member for dead."),
        .init(
            "heartbeat-ms", .integer(ScenarioLimits.heartbeatMilliseconds),
            "With `membership: group`: between two heartbeats, at most a third of the session; a sixth if left out."),
        .init("limits", .mapping(limits), "With cuts by time: how much a batch may take."),
        .init("task-slots", .integer(ScenarioLimits.taskSlots), default: "1", "Tasks of a batch that run at once."),
        .init(
            "min-partitions", .integer(ScenarioLimits.taskPartitions),
            "Tasks that a direct batch's ranges are split into, about."),
        .init(
            "repartition", .integer(ScenarioLimits.taskPartitions),
            "Tasks that write the output after a shuffle through files."),
        .init(
            "simulated-work-microseconds", .integer(ScenarioLimits.workMicroseconds), default: "0",
            "A pause for each record that a task outputs."),
        .init(
            "offset-store", .names(of: OffsetStoreKind.self), default: "kafka",
            "Who keeps the offsets that strategies commit."),
        .init(
            "program-version", .integer(ScenarioLimits.programVersion), default: "1",
            "The version of the program, to which its checkpoints are bound."),
        .init("seed", .integer(ScenarioLimits.seed), default: "1", "Chooses payloads and crashes `@seeded`."),
        .init("job", .names(of: Job.self), default: "identity", "What is made of the records."),
        .init("runs", .list(.mapping(run)), "The runs, in their order; an experiment may have none."),
        .init("experiment", .names(of: ExperimentKind.self), "What happens in place of plain runs."),
        .init("strategies", .list(.names(of: Strategy.self)), "For an experiment over strategies: which."),
        .init("sinks", .list(.names(of: SinkKind.self)), "For an experiment over sinks: which."),
        .init("fidelities", .list(fidelity), "For an experiment under several fidelities: which."),
        .init("claim", .mapping(claim), "The claim that the scenario speaks to, and when it holds."),
    ]

    /// The keys below `runs[]`.
    static let run: [ScenarioKey] = [
        .init("strategy", .names(of: Strategy.self), required: true, "How records get in."),
        .init("crash", .either([crash, .list(crash)]), "POINT@K, POINT@seeded or POINT@last; a list: one a life."),
        .init("offset-store", .names(of: OffsetStoreKind.self), "As at the top, for this run alone."),
        .init("expect", .mapping(sinks), "By sink, or `state` with a job that keeps one: duplicates and losses."),
        .init("damage", .names(of: Damage.self), "What is damaged between crash and restart."),
        .init("between", between, "As at the top, for this run alone."),
        .init("script", script, "As at the top, for this run alone."),
        .init(
            "failures", .integer(ScenarioLimits.taskAttempts), default: "1",
            "At a point `.fails`: how many attempts of the task fail in a row."),
        .init("stop", .names(of: Stop.self), "The first life is asked to leave in order, and how."),
        .init("stop-at", crash, "Where it is asked."),
        .init(
            "crash-after-ms", .integer(ScenarioLimits.crashAfterMilliseconds),
            "SIGKILL from outside after so long, wherever it is then."),
    ]

    /// The keys below `runs[].expect`.
    static let sinks: [ScenarioKey] =
        (SinkKind.allCases.map(\.rawValue) + ["state"]).map {
            .init($0, .either([.choice([Scenario.Expectation.refused]), .mapping(counts)]), "What is expected there.")
        }

    /// The keys below one of a run's sinks.
    static let counts: [ScenarioKey] = [
        .init("duplicates", sum, required: true, "A sum of numbers and of n, k, N, E and G, or any."),
        .init("lost", sum, required: true, "A sum of numbers and of n, k, N, E and G, or any."),
    ]

    /// The keys below `claim`.
    static let claim: [ScenarioKey] = [
        .init("id", .choice(ClaimCatalogue.ids), required: true, "The claim."),
        .init("holds-when", .text, "Conditions joined by `and`, such as `duplicates = 0 and lost = 0`."),
    ]

    /// The keys below `limits`.
    static let limits: [ScenarioKey] = [
        .init("max-rate-per-partition", records, "Most records a second that a direct batch takes of a partition."),
        .init(
            "min-rate-per-partition", records, default: "1",
            "Fewest records, per batch, that a rate may cut a partition to."),
        .init("max-batch-records", records, "Most records of a direct batch, split between the partitions by lag."),
        .init("initial-rate", records, "With `backpressure: pid`: records a second until there is a rate."),
        .init(
            "backpressure", .choice(["pid", "none"]), default: "none",
            "pid: a rate for direct batches from how the ones before went."),
        .init("buffer-blocks", records, "Blocks that may wait between a receiver and the engine."),
        .init("buffer-records", records, "Records that may wait between a receiver and the engine."),
    ]

    private static let records = ScenarioKey.Kind.integer(ScenarioLimits.limitRecords)
    private static let sum = ScenarioKey.Kind.form(#"^ *(any|([0-9]+|[nkNEG]) *(\+ *([0-9]+|[nkNEG]) *)*)$"#)
    private static let crash = ScenarioKey.Kind.form("^[a-z.-]+(@([1-9][0-9]*|seeded|last))?$")
    private static let compression = "^(none|zstd:([1-9]|1[0-9]))$"
    private static let timestamp = #"^([0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T.+)$"#
    private static let fidelity: ScenarioKey.Kind = {
        let deviations = Fidelity.Deviation.allCases.map(\.rawValue).joined(separator: "|")
        return .form(#"^(sound|spark|(\#(deviations))(\+(\#(deviations)))*)$"#)
    }()
}
