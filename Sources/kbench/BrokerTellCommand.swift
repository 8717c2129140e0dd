// `kbench broker tell` and `kbench broker check`: orders to a broker that serves, and scripts read without one.
internal import ArgumentParser
internal import BrokerScript
internal import Foundation
internal import Harness
internal import Posix
internal import World

/// Sends an order and prints the answer.
struct BrokerTellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tell",
        abstract: "Tell a broker that serves what is to happen.",
        discussion: """
            An event without a moment happens now; with at, after or on it waits. Times and requests are counted from now. Orders:

            \(Act.table.map { "  \(Self.plain($0))" }.joined(separator: "\n"))
              status                what became of each event, as JSON
              log, log from=K       the event log, from its line K on (with --log)

            The last line of the answer is 'ok ...' (exit code 0) or 'error ...' (5: it could not happen).
            """)

    @Option(help: ArgumentHelp("The port of the broker.", valueName: "P"))
    var port = 9092

    @Option(
        help: ArgumentHelp(
            "The broker's control socket, where it has another than that of its port.", valueName: "PATH"))
    var control: String?

    @Argument(parsing: .remaining, help: ArgumentHelp("The order, in one word or several.", valueName: "words"))
    var words: [String]

    /// How an act is told now; one that happens to a request keeps its request.
    private static func plain(_ act: ActWords) -> String {
        act.example.split(separator: " ").filter { !$0.hasPrefix("at=") && !$0.hasPrefix("after=") }
            .joined(separator: " ")
    }

    func run() throws {
        if control != nil { try CommandWords.refuse(["--port"], because: "--control names the socket") }
        try OptionCheck.range(port, 1...65_535, "--port")
        // A shell has taken the quotes away from values that have spaces.
        let line = words.count == 1 ? words[0] : words.map(Self.quoted).joined(separator: " ")
        do throws(WordError) {
            _ = try ScriptOrder(line: line)
        } catch {
            let place = error.path.isEmpty ? "" : error.path.joined(separator: ".") + ": "
            throw Diagnosis(cause: place + error.message, fix: error.fixWithGuess, exitCode: .usage)
        }
        let path = control ?? BrokerControl.path(ofPort: port)
        let answer: [String]
        do {
            answer = try LineSocket.ask(line, at: path, until: ["ok", "error"])
        } catch let error as DiskError {
            throw Diagnosis(
                cause: "no broker can be told anything: \(error)",
                fix: "start one with kbench broker, and name its port, or its socket with --control",
                exitCode: .brokerUnreachable)
        }
        try StandardStreams.writeOutput(answer.map { $0 + "\n" }.joined())
        guard answer.last?.hasPrefix("ok ") == true else { throw ExitCode(ExitStatus.invalidRun.rawValue) }
    }

    private static func quoted(_ word: String) -> String {
        guard word.contains(" "), !word.contains("\""), let equals = word.firstIndex(of: "=") else { return word }
        return "\(word[...equals])\"\(word[word.index(after: equals)...])\""
    }
}

/// Reads a script.
struct BrokerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a broker's script without serving.")

    @Argument(help: ArgumentHelp("The script.", valueName: "file"))
    var file: String

    func run() throws {
        let script = try YAMLValue.script(ofFile: file)
        try StandardStreams.writeOutput("\(file): a valid script with \(script.events.count) events\n")
    }
}
