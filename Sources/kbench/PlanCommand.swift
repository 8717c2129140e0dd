// `kbench plan`: what a load of one's own will need, from measured prices.
internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Extrapolates a benchmark.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Work out duplicates a day, disk, cores, recovery and money for a load, from a benchmark.",
        discussion: """
            Nothing runs: the figures are extrapolated from a benchmark's bench.json, each with its range and with what it \
            assumes. Duplicates and losses come from the closed forms, at the crash that the price table prices. As \
            --format html the plan is a page with sliders.
            """)

    /// Where the reference benchmark is kept.
    private static let reference = "results/bench/bench.json"

    @Option(help: ArgumentHelp("Records a second.", valueName: "R"))
    var rate: Double

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "P"))
    var partitions: Int

    @Option(help: ArgumentHelp("How long Kafka keeps records, such as 24h or 7d.", valueName: "TIME"))
    var retention: String

    @Option(help: ArgumentHelp("Crashes a day.", valueName: "C"))
    var crashesPerDay: Double

    @Option(help: ArgumentHelp("Bytes of a record; what was measured unless given.", valueName: "B"))
    var recordBytes: Int?

    @Option(help: ArgumentHelp("The benchmark (default: \(reference)).", valueName: "FILE"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Prices in YAML, such as docs/prices.yaml, whose values hold unless given.", valueName: "FILE"))
    var prices: String?

    @Option(help: ArgumentHelp("Pipelines beside it: the JSON of kbench league.", valueName: "FILE"))
    var league: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        try OptionCheck.range(rate, ScenarioLimits.recordsPerSecond, "--rate", "records a second")
        try OptionCheck.range(partitions, ScenarioLimits.partitions, "--partitions")
        try OptionCheck.range(crashesPerDay, ScenarioLimits.crashesPerDay, "--crashes-per-day", "crashes a day")
        if let recordBytes { try OptionCheck.range(recordBytes, BenchSettings.recordBytesRange, "--record-bytes") }
        var load = PlannedLoad(
            recordsPerSecond: rate, partitions: partitions,
            retentionSeconds: try OptionCheck.seconds(retention, ScenarioLimits.retentionSeconds, "--retention"),
            crashesPerDay: crashesPerDay,
            recordBytes: recordBytes.map(Double.init))
        let path = from ?? PlanCommand.reference
        if let prices { load.prices = try PriceSheetFile.read(prices) }
        let others = try league.map {
            try BenchFile.league(NamedFile.contents($0, fix: "name the JSON of kbench league"), from: $0)
        }
        let plan = try CapacityPlan.make(load, from: try bench(at: path), source: path, league: others)
        try output.write(plan)
    }

    private func bench(at path: String) throws -> BenchResult {
        try BenchFile.read(NamedFile.contents(path, fix: BenchFile.fix), from: path)
    }
}
