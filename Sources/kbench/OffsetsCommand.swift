// `kbench offsets`: shows positions in a topic, takes them out of one place, and puts them into another.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Offsets
internal import Posix
internal import Rendering
internal import Results

/// The group of commands for positions.
struct OffsetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offsets",
        abstract: "Show, export and import positions: from checkpoints, consumer groups, files and ZooKeeper.",
        discussion: """
            Positions say where each partition goes on. They are kept at one of these places:

              checkpoint:DIR             a state folder's checkpoints and receiver's log
              offset-log:DIR             a state folder's offset log (direct-log-first)
              file:PATH                  a file for people; a file store has one per group
              kafka:GROUP                a consumer group; needs --brokers and --topic
              zookeeper:HOST:PORT/GROUP  a group of Kafka's first consumers; needs --topic

            A checkpoint belongs to the version of the program that wrote it, and another version refuses it. Its \
            positions can be taken along:

              kbench offsets export checkpoint:old --to positions.txt
              kbench offsets import positions.txt checkpoint:new --program-version 2

            A receiver goes on from its group, not from its checkpoint, and its log may hold blocks that are committed \
            and not output. So export asks for the group's place too, and import goes to a group, here by way of \
            B=HOST:PORT:

              kbench offsets export checkpoint:old --committed kafka:billing \\
                --brokers $B --topic orders --to positions.txt
              kbench offsets import positions.txt kafka:billing-2 --brokers $B
            """,
        subcommands: [OffsetsShowCommand.self, OffsetsExportCommand.self, OffsetsImportCommand.self])
}

/// What every one of them may be told.
struct OffsetsOptions: ParsableArguments {
    @OptionGroup var broker: BrokerOptions

    @Option(help: ArgumentHelp("The topic, where the place does not name it.", valueName: "NAME"))
    var topic: String?

    /// Refuses options that places such as these have no use for.
    func refuseIdle(_ places: [OffsetsAddress], committed: OffsetsAddress? = nil) throws {
        let all = places + (committed.map { [$0] } ?? [])
        if !all.contains(where: \.isKafka) {
            try CommandWords.refuse(["--brokers", "-X", "-F"], because: "no place is a consumer group of Kafka")
        }
        guard committed != nil, let place = places.first, !place.isCheckpoint else { return }
        try CommandWords.refuse(["--committed"], because: "\(place) is no receiver's checkpoint")
    }

    func tool() throws -> OffsetsTool {
        let cluster = try broker.cluster()
        return OffsetsTool(brokers: cluster.brokers, properties: cluster.properties, topic: topic)
    }
}

/// `kbench offsets show`.
struct OffsetsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the positions at a place, and what a restart from it would run again.",
        discussion: """
            'next offset' is where the place itself goes on. 'safe to start at' is where to go on without it so that \
            nothing is lost: before the batches that are not complete. Nothing is changed.
            """)

    @Argument(help: ArgumentHelp("The place, see 'kbench offsets --help'.", valueName: "place"))
    var place: String

    @Option(help: ArgumentHelp("For a receiver's checkpoint: where its group keeps its offsets.", valueName: "PLACE"))
    var committed: String?

    @OptionGroup var options: OffsetsOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let place = try OffsetsAddress(parsing: place)
        let committed = try committed.map { try OffsetsAddress(parsing: $0) }
        try options.refuseIdle([place], committed: committed)
        if case .file = place {
            try CommandWords.refuse(["--topic"], because: "\(place) says itself which topic it is of")
        }
        try output.write(options.tool().show(place, committed: committed))
    }
}

/// `kbench offsets export`.
struct OffsetsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Take positions out of a place, into a file that a person can read.",
        discussion: """
            The positions are those from which nothing is lost: where a batch is not complete, its first offsets. What \
            that means for duplicates is said on standard error. The place is not changed.

            As text and as csv the positions can be imported again; csv is lines for \
            'kafka-consumer-groups --reset-offsets --from-file'.
            """)

    @Argument(help: ArgumentHelp("The place, see 'kbench offsets --help'.", valueName: "place"))
    var place: String

    @Option(help: ArgumentHelp("For a receiver's checkpoint: where its group keeps its offsets.", valueName: "PLACE"))
    var committed: String?

    @Option(help: ArgumentHelp("The file; without it, standard output.", valueName: "FILE"))
    var to: String?

    @OptionGroup var output: OutputOptions

    @Flag(help: "Overwrite the file.")
    var force = false

    @OptionGroup var options: OffsetsOptions

    func run() throws {
        let place = try OffsetsAddress(parsing: place)
        let committed = try committed.map { try OffsetsAddress(parsing: $0) }
        try options.refuseIdle([place], committed: committed)
        if let to { try OutputCheck.file(to, "--to") }
        if to == nil { try CommandWords.refuse(["--force"], because: "without --to no file is written") }
        let exported = try options.tool().export(place, committed: committed)
        // As text and as CSV they are what others read, down to the byte.
        let form: String? =
            switch output.format {
            case .text: nil
            case .csv: try exported.csv()
            case .json, .markdown, .html: try output.format.render(exported.result)
            }
        if let to {
            try exported.keep(at: to, form, overwrites: force)
        } else {
            try StandardStreams.writeData(form ?? exported.text)
        }
        for note in exported.result.notes { StandardStreams.writeErrorLine("note: \(note)") }
    }
}

/// `kbench offsets import`.
struct OffsetsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Put the positions of a file into a place, for whoever starts there.",
        discussion: """
            The file may also be one that Kafka's own tool exported, of lines topic,partition,offset or \
            group,topic,partition,offset.

            A state folder must be new, and a group must not have committed anything, unless --force is given. A state \
            folder with a receiver's log is never written.
            """)

    @Argument(help: ArgumentHelp("The file that 'kbench offsets export' wrote.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("The place, see 'kbench offsets --help'.", valueName: "place"))
    var place: String

    @Option(
        help: ArgumentHelp("For a checkpoint: the version of the program that will start from it.", valueName: "N"))
    var programVersion = 1

    @Flag(help: "Write also where positions are already.")
    var force = false

    @OptionGroup var options: OffsetsOptions

    func run() throws {
        try OptionCheck.range(programVersion, 1...Int.max, "--program-version")
        let place = try OffsetsAddress(parsing: place)
        try options.refuseIdle([place])
        switch place {
        case .checkpoint: try CommandWords.refuse(["--topic"], because: "a checkpoint names no topic")
        case .offsetLog:
            try CommandWords.refuse(
                ["--topic", "--program-version"], because: "an offset log names neither topic nor version")
        case .file(let path):
            try OutputCheck.file(path, "the place")
            try CommandWords.refuse(["--program-version"], because: "only a checkpoint is bound to a version")
        case .kafka, .zookeeper:
            try CommandWords.refuse(["--program-version"], because: "only a checkpoint is bound to a version")
        }
        let notes = try options.tool().import(file, to: place, program: programVersion, overwrites: force)
        for note in notes { StandardStreams.writeErrorLine("note: \(note)") }
    }
}
