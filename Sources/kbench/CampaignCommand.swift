// `kbench campaign export`: a search in parts, written down for a system that runs arrays of jobs.
internal import ArgumentParser
internal import Campaigns
internal import Harness
internal import Posix
internal import World

/// What can be done with a search that many machines share.
struct CampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign",
        abstract: "Divide a long search among machines.",
        subcommands: [CampaignExportCommand.self])
}

/// Prints a file for a system that runs jobs.
struct CampaignExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a job array that runs the parts of a long command, and puts them together.",
        discussion: """
            Each part is the command with --shard and a file of its own for its steps, and goes on where it was killed. The \
            last step puts the files together; it fails where one is missing or a part was not finished.

              kbench campaign export slurm --parts 8 -- atlas --depth 2
              kbench campaign export github --parts 4 -- judge my.yaml --points census
              kbench campaign export k8s --parts 16 -- swarm --seeds 1..1000000
            """)

    @Argument(help: "The system: github, slurm or k8s.")
    var target: CampaignExport.Target

    @Option(help: ArgumentHelp("How many parts, 1 to 256.", valueName: "N"))
    var parts = 4

    @Argument(
        parsing: .postTerminator,
        help: "The command that is divided, behind --: atlas, judge, swarm or matrix, with its options.")
    var command: [String] = []

    func run() async throws {
        try OptionCheck.range(parts, CampaignExport.partLimits, "--parts")
        guard let name = command.first, CampaignExport.commands.contains(name) else {
            let known = CampaignExport.commands.joined(separator: ", ")
            throw Diagnosis(
                cause: command.isEmpty ? "no command is named" : "'\(command[0])' cannot be divided",
                fix: "give \(known), with its options, behind --", exitCode: .usage)
        }
        let own = command.prefix { $0 != "--" }
        let said = CampaignExport.ownOptions.first { option in
            own.contains { $0 == option || $0.hasPrefix(option + "=") }
        }
        if let said {
            throw Diagnosis(
                cause: "\(said) has no effect: each part is given its own", fix: "leave out \(said)", exitCode: .usage)
        }
        guard !command.contains(where: { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } })
        else {
            throw Diagnosis(
                cause: "the command has a line break or another control character",
                fix: "put it into a file, such as a pipeline file", exitCode: .usage)
        }
        try StandardStreams.writeOutput(CampaignExport(command: command, parts: parts).text(target))
    }
}

extension CampaignExport.Target: ExpressibleByArgument {}
