// The command line's entry point.
internal import ArgumentParser
internal import Posix

/// The root command; each subcommand is a file of its own.
@main
struct Kbench: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "kbench",
        abstract: "What happens to my records if it crashes here, and what does the guarantee cost me?",
        discussion: """
            kbench runs the same Kafka records through several ingestion strategies of one micro-batch engine, kills it \
            with SIGKILL at a named point, lets it recover, and counts duplicates and losses exactly.

            Start here:   kbench scenario crash-before-commit
            With a Kafka: kbench scenario crash-before-commit --brokers localhost:9092

            Exit codes: 0 as expected, 2 slower, 3 an outcome differs from the expected one, 5 the run is invalid, \
            6 inconclusive, 64 usage, 69 broker unreachable, 70 internal error, 130 interrupted.
            """,
        version: version,
        subcommands: [
            ScenarioCommand.self, MatrixCommand.self, BenchCommand.self, CapacityCommand.self, PlanCommand.self,
            ClaimsCommand.self, AtlasCommand.self, SwarmCommand.self, MutantsCommand.self, CountsCommand.self,
            CompareCommand.self, GateCommand.self, HistoryCommand.self,
            ReplayCommand.self, ShrinkCommand.self, ExplainCommand.self, CrashPointsCommand.self, OffsetsCommand.self,
            CeilingsCommand.self, BrokerCommand.self, JudgeCommand.self, LeagueCommand.self, ReportCommand.self,
            ListCommand.self, AgainCommand.self, DiffCommand.self, CampaignCommand.self, DoctorCommand.self,
            WorkerCommand.self,
            PlainLoopCommand.self,
            WatchedCommand.self,
            ProxyCommand.self,
        ])

    static func main() async {
        do {
            try CommandWords.refuseEmpty()
            try ColorOption.refuseIdle()
            var command = try parseAsRoot()
            // A process that another kbench has started ends as that one says, and a broker's end is no failure.
            let isStarted = command is WorkerCommand || command is PlainLoopCommand || command is WatchedCommand
            // What goes on as another command leaves signals to that one.
            if !(isStarted || command is BrokerServeCommand || command is ProxyCommand || command is AgainCommand) {
                try OrderlyEnd.prepare()
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Interrupts.leaveTheEndToItsHandler()
        } catch {
            Failure.exit(with: error)
        }
    }
}
