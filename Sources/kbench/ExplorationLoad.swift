// The options that say what is explored: strategies, sinks and the load.
internal import ArgumentParser
internal import Engine
internal import Exploration
internal import Harness
internal import Ingestion
internal import Judgement
internal import World

/// Options shared by the commands that explore.
struct ExplorationLoad: ParsableArguments {
    @Option(help: ArgumentHelp("The strategies, or all.", valueName: "A,B"))
    var strategy = "all"

    @Option(help: ArgumentHelp("The sinks, or all.", valueName: "A,B"))
    var sink = "all"

    @Option(help: ArgumentHelp("sound, spark, or deviations joined by +.", valueName: "FIDELITY"))
    var fidelity = "sound"

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "p"))
    var partitions = 4

    @Option(help: ArgumentHelp("Records of a receiver's block.", valueName: "n"))
    var blockRecords = 100

    @Option(help: ArgumentHelp("Records of a batch.", valueName: "N"))
    var batchRecords = 200

    @Option(help: ArgumentHelp("Batches of the load.", valueName: "B"))
    var batches = 3

    @Option(help: ArgumentHelp("The seed of payloads, and of the bytes at which files are torn.", valueName: "S"))
    var seed = 1

    func strategies() throws -> [Strategy] {
        try OptionCheck.names(strategy, "--strategy", Strategy.allCases) { $0.rawValue }
    }

    func sinks() throws -> [SinkKind] { try OptionCheck.names(sink, "--sink", SinkKind.keepingRows) { $0.rawValue } }

    /// A unit with this load.
    func template() throws -> AtlasUnit {
        try OptionCheck.range(partitions, ScenarioLimits.partitions, "--partitions")
        try OptionCheck.range(blockRecords, 1...10_000, "--block-records")
        try OptionCheck.range(batchRecords, blockRecords...100_000, "--batch-records")
        try OptionCheck.range(batches, 1...100, "--batches")
        try OptionCheck.range(batches * batchRecords, ScheduleLimits.records, "--batches x --batch-records")
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        guard let chosen = Fidelity(named: fidelity) else {
            throw Diagnosis(cause: "--fidelity: '\(fidelity)' is no fidelity", fix: Fidelity.fix, exitCode: .usage)
        }
        let shape = LoadShape(
            records: batches * batchRecords, partitions: partitions, blockRecords: blockRecords,
            batchRecords: batchRecords, groupCommitBlocks: 1, checkpointLagTasks: 1, chunkRecords: max(1, batchRecords))
        return AtlasUnit(strategy: .raw, sink: .append, fidelity: chosen, shape: shape, seed: UInt64(seed))
    }
}
