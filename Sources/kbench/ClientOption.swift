// The option of every command whose workers can read with either client.
internal import ArgumentParser
internal import Harness
internal import World

/// Which client workers read with.
struct ClientOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The client that workers read with: librdkafka, or native, which is kbench's own.", valueName: "CLIENT"))
    var client: String?

    /// The client that was named; nil: none was.
    ///
    /// - Throws: `Diagnosis` for one that there is not.
    func kind() throws -> ClientKind? {
        try client.map { try OptionCheck.names($0, "--client", ClientKind.allCases) { $0.rawValue } }.flatMap { kinds in
            guard kinds.count == 1 else {
                throw Diagnosis(
                    cause: "--client: '\(client ?? "")' names \(kinds.count) clients", fix: "name one", exitCode: .usage
                )
            }
            return kinds[0]
        }
    }

    /// The option as it was given.
    var arguments: [String] { client.map { ["--client", $0] } ?? [] }
}
