// `kbench broker serve`: one process that is a Kafka broker until it is asked to end.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import KafkaServer
internal import Posix
internal import Synchronization
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
            "brokers": ["127.0.0.1:PORT", ...], "control": PATH, "pid": N}.

            With a script, exit code 5 says that an event of it never happened; which, standard error says.

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

    @Option(
        help: ArgumentHelp(
            "How many brokers clients see; those behind the first have the ports that follow, or any.", valueName: "N"))
    var brokers = 1

    @Option(help: ArgumentHelp("Partitions of a topic that does not say how many.", valueName: "N"))
    var partitions = 1

    @Option(
        help: ArgumentHelp(
            "How often topics are looked at for records to delete (retention) or compact, in milliseconds.",
            valueName: "MS"))
    var cleaningInterval = 1000

    @Flag(inversion: .prefixedNo, help: "Make a topic that a client asks for.")
    var autoCreateTopics = true

    @Option(
        help: ArgumentHelp(
            "A file of events: errors, delays, cuts and more, each at a request or a time.", valueName: "FILE"))
    var script: String?

    @Option(help: ArgumentHelp("Draws the requests that the script gives by a range.", valueName: "S"))
    var seed = 1

    @Option(help: ArgumentHelp("Write a line of JSON for each request and event to this file.", valueName: "FILE"))
    var log: String?

    @Option(
        help: ArgumentHelp(
            "The socket for 'kbench broker tell' (default: kbench-broker-PORT.sock in the folder for temporary files).",
            valueName: "PATH"))
    var control: String?

    @Flag(help: "End, too, when standard input does: with the process that started this one, however that dies.")
    var untilEof = false

    @Option(
        help: ArgumentHelp(
            "A folder to keep everything in, so that it is there again next time, and may be larger than memory.",
            valueName: "DIR"))
    var data: String?

    @Flag(help: "With --data: sync what is written before it is answered, and not only every second.")
    var sync = false

    @OptionGroup var security: BrokerSecurityOptions

    @Option(help: "How to print the address.")
    var format: AddressFormat = .text

    func run() async throws {
        try OptionCheck.range(port, 0...65_535, "--port")
        try OptionCheck.range(brokers, 1...KafkaServer.mostBrokers, "--brokers")
        // The last broker's port has to be one, too.
        if port > 0 { try OptionCheck.range(port, 1...65_536 - brokers, "--port") }
        try OptionCheck.range(partitions, 1...KafkaServer.mostPartitions, "--partitions")
        try OptionCheck.range(cleaningInterval, 1...86_400_000, "--cleaning-interval")
        try OptionCheck.range(seed, 0...Int.max, "--seed")
        if script == nil { try CommandWords.refuse(["--seed"], because: "there is no script to draw for") }
        let (whileServed, end) = AsyncStream<Void>.makeStream()
        // Before anybody knows the address: who asks for the end at once gets an orderly one too.
        try Interrupts.whenInterrupted { end.finish() }
        var settings = ServerSettings()
        settings.host = host
        settings.port = port
        settings.brokers = brokers
        settings.partitions = partitions
        settings.createsTopics = autoCreateTopics
        settings.cleaningInterval = Int64(cleaningInterval)
        try security.apply(to: &settings)
        settings.script.seed = UInt64(seed)
        if let script { settings.script.script = try YAMLValue.script(ofFile: script) }
        if let log {
            try OutputCheck.file(log, "--log")
            let file = try LogFile(log)
            settings.script.log = { file.append($0) }
        }
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
        let socket = try listen(server)
        // Best effort: whoever listens at this port next replaces it.
        defer { if let socket { try? FileManager.default.removeItem(atPath: socket) } }
        try StandardStreams.writeOutput(try words(of: server, socket))
        for await _ in whileServed {}
        try judge(server.events)
    }

    /// Opens the control socket. Without one of its own choice a broker serves also where there can be none.
    private func listen(_ server: KafkaServer) throws -> String? {
        let path = control ?? BrokerControl.path(ofPort: server.port)
        do {
            try server.listenForOrders(at: path)
            return path
        } catch let error as ControlError {
            guard control == nil else {
                throw Diagnosis(
                    cause: "--control: \(error)", fix: "choose a short path in a folder that can be written",
                    exitCode: .usage)
            }
            StandardStreams.writeErrorLine("kbench: this broker cannot be told anything: \(error)")
            return nil
        }
    }

    /// - Throws: `Diagnosis` naming the events that never happened.
    private func judge(_ events: [EventOutcome]) throws {
        let missing = events.filter { $0.happened == 0 }
        guard !missing.isEmpty else { return }
        let list = missing.map { "\($0.number) (\($0.words): \($0.outcome))" }.joined(separator: ", ")
        throw Diagnosis(
            cause: "\(missing.count) of \(events.count) events never happened: \(list)",
            fix: "send what they wait for, or look with --log at what came", exitCode: .invalidRun)
    }

    /// What is printed once clients can connect.
    private func words(of server: KafkaServer, _ socket: String?) throws -> String {
        let address = ServedAddress(
            bootstrap: server.bootstrap, brokers: server.brokers.map { "\($0.host):\($0.port)" }, control: socket,
            pid: Processes.processID)
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
    /// The socket for `kbench broker tell`.
    let control: String?
    let pid: Int32
}

/// The file of the event log: each line is written at once, so that nothing is missing whatever ends the broker.
private final class LogFile: Sendable {
    private let state: Mutex<(file: any DiskFile, end: Int64, hasFailed: Bool)>

    init(_ path: String) throws {
        state = Mutex((try PosixDisk().open(path, .replace), 0, false))
    }

    func append(_ line: String) {
        state.withLock { state in
            guard !state.hasFailed else { return }
            let bytes = Array((line + "\n").utf8)
            do {
                try bytes.withUnsafeBytes { try state.file.write([$0], at: state.end) }
                state.end += Int64(bytes.count)
            } catch {
                state.hasFailed = true
                StandardStreams.writeErrorLine("kbench: the event log ends here: \(error)")
            }
        }
    }
}
