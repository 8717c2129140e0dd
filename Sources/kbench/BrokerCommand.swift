// `kbench broker`: serve Kafka's protocol to any client.
internal import ArgumentParser

/// The group of commands of the served broker; without a word of its own it serves.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Serve a Kafka broker of kbench's own to any client in any language.",
        discussion: """
            A terminal of its own:  kbench broker --port 9092
            A test's set-up:        kbench broker --port 0 --format json --until-eof

            The second takes any free port, prints one line of JSON with the address, and ends with whoever holds its standard \
            input. SIGTERM and Ctrl-C end either one at once, with exit code 0. Nothing is kept without --data.

            kcat:             echo hello | kcat -P -b 127.0.0.1:9092 -t greetings
                              kcat -C -b 127.0.0.1:9092 -t greetings -o beginning -e
            confluent-kafka:  Producer({"bootstrap.servers": "127.0.0.1:9092"})
            Java:             properties.put("bootstrap.servers", "127.0.0.1:9092");
            """,
        subcommands: [BrokerServeCommand.self, BrokerTellCommand.self, BrokerCheckCommand.self],
        defaultSubcommand: BrokerServeCommand.self)
}
