// The options of every command that talks to Kafka.
internal import ArgumentParser
internal import Harness
internal import Kafka
internal import Posix
internal import World

/// Which broker, and how to talk to it.
struct BrokerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A Kafka to use instead of the embedded broker.", valueName: "HOST:PORT"))
    var brokers: String?

    @Option(
        name: .customShort("X"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A librdkafka property; may be given more than once.", valueName: "name=value"))
    var property: [String] = []

    @Option(
        name: .customShort("F"),
        help: ArgumentHelp("A file of librdkafka properties, one name=value per line.", valueName: "file"))
    var propertyFile: String?

    /// The properties of the file, then those of the command line, which win.
    func properties() throws -> [KafkaProperty] {
        try fileProperties() + KafkaConfiguration.properties(fromArguments: property)
    }

    private func fileProperties() throws -> [KafkaProperty] {
        guard let propertyFile else { return [] }
        do {
            return try KafkaConfiguration.properties(inFile: propertyFile, on: PosixDisk())
        } catch let error as DiskError {
            throw Diagnosis(cause: "\(error)", fix: "give -F a file that can be read", exitCode: .usage)
        }
    }

    /// The options as they were given; values that hold secrets are not repeated.
    var arguments: [String] {
        (brokers.map { ["--brokers", $0] } ?? []) + (propertyFile.map { ["-F", $0] } ?? [])
            + ((try? KafkaConfiguration.properties(fromArguments: property)) ?? []).flatMap {
                ["-X", "\($0.name)=\($0.displayedValue)"]
            }
    }

    /// What every command that starts workers is run with: this executable as the worker, and a folder of its own in `folder`
    /// while it runs. `reproduce` is the command that makes the result again, where one is printed.
    ///
    /// - Throws: `Diagnosis` for a property that cannot be read.
    func runOptions(in folder: String, reproduce: String = "") throws -> RunOptions {
        RunOptions(
            brokers: brokers, properties: try properties(), workDirectory: WorkFolder.path(in: folder),
            workerExecutable: try Processes.executablePath(), reproduce: reproduce, version: Kbench.version)
    }
}
