// `kbench bench`: what each guarantee costs, beside the ceilings of the machine.
internal import ArgumentParser

/// Measures, by default everything of one load.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure what each strategy's guarantee costs.",
        subcommands: [BenchRunCommand.self, BenchRecoveryCommand.self], defaultSubcommand: BenchRunCommand.self)
}
