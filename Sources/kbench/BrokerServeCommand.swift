// `kbench broker serve`: one process that is a Kafka broker until it is asked to end.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import KafkaServer
internal import Posix
internal import World

/// How the address is told.
enum AddressFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
}

/// Serves until a signal comes, or standard input ends.
struct BrokerServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a broker (the default).",
        discussion: """
            Clients of any language connect to the address that is printed; `kbench broker --help` has examples. Topics are made \
            when a client asks for them, or by an admin client. SIGTERM, Ctrl-C and SIGHUP end it with exit code 0.

            --format json prints one line: {"schema": "kbench.broker", "version": 1, "bootstrap": "127.0.0.1:PORT", \
            "brokers": ["127.0.0.1:PORT"], "pid": N}.

            --data DIR keeps topics, records and committed offsets in files, for one broker at a time. What was answered \
            survives the end of the broker, however that comes; a loss of power takes what was not synced.
            """)

    @Option(help: ArgumentHelp("The port; 0 takes any that is free.", valueName: "P"))
    var port = 9092

    @Option(
        help: ArgumentHelp(
            "The address to listen on, which clients are told to connect to; others than this machine's own let others in.",
            valueName: "H"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Partitions of a topic that does not say how many.", valueName: "N"))
    var partitions = 1

    @Flag(inversion: .prefixedNo, help: "Make a topic that a client asks for.")
    var autoCreateTopics = true

    @Flag(help: "End, too, when standard input does: with the process that started this one, however that dies.")
    var untilEof = false

    @Option(
        help: ArgumentHelp(
            "A folder to keep everything in, so that it is there again next time, and may be larger than memory.",
            valueName: "DIR"))
    var data: String?

    @Flag(help: "With --data: sync what is written before it is answered, and not only every second.")
    var sync = false

    @Option(help: "How to print the address.")
    var format: AddressFormat = .text

    func run() async throws {
        try OptionCheck.range(port, 0...65_535, "--port")
        try OptionCheck.range(partitions, 1...KafkaServer.mostPartitions, "--partitions")
        let (whileServed, end) = AsyncStream<Void>.makeStream()
        // Before anybody knows the address: who asks for the end at once gets an orderly one too.
        try Interrupts.whenInterrupted { end.finish() }
        var settings = ServerSettings()
        settings.host = host
        settings.port = port
        settings.partitions = partitions
        settings.createsTopics = autoCreateTopics
        guard data != nil || !sync else {
            throw Diagnosis(
                cause: "--sync has no effect: all is in memory", fix: "leave out --sync, or give --data",
                exitCode: .usage)
        }
        settings.data = data.map { path in
            var folder = DataFolder(path: path, disk: PosixDisk())
            if sync { folder.syncInterval = 0 }
            return folder
        }
        let server = try KafkaServer.start(settings)
        defer { server.stop() }
        if untilEof {
            try BlockingThread.start {
                StandardStreams.waitForEndOfInput()
                end.finish()
            }
        }
        try StandardStreams.writeOutput(try words(of: server))
        for await _ in whileServed {}
    }

    /// What is printed once clients can connect.
    private func words(of server: KafkaServer) throws -> String {
        let address = ServedAddress(
            bootstrap: server.bootstrap, brokers: [server.bootstrap], pid: Processes.processID)
        switch format {
        case .text:
            return """
                serving at \(address.bootstrap), in \(data ?? "memory"), until Ctrl-C
                try: kcat -b \(address.bootstrap) -L

                """
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(address), as: UTF8.self) + "\n"
        }
    }
}

/// The line of `--format json`: other tools rely on it.
private struct ServedAddress: Encodable {
    let schema = "kbench.broker"
    let version = 1
    /// What a client takes for `bootstrap.servers`.
    let bootstrap: String
    /// The address of each broker, by its number from 1 on.
    let brokers: [String]
    let pid: Int32
}
