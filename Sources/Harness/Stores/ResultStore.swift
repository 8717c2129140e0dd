// Which store holds the results of a transactional sink: for the worker that writes it and the verdict that reads it.
internal import Database
internal import Kafka
internal import World

/// The topic in which a Kafka-transactional sink has its rows, and the group that keeps the offsets behind them.
public struct OutputTopic: Codable, Equatable, Sendable {
    /// Its name.
    public var name: String
    /// The group.
    public var group: String
    /// Copies of its partition.
    public var replication = 1
    /// Its properties, each `name=value`.
    public var configuration: [String] = []

    /// The store behind it; `input` is the topic that the rows are made of.
    func store(_ kafka: KafkaConfiguration, input: String) throws -> KafkaStore {
        let properties = try KafkaConfiguration.properties(fromArguments: configuration)
        return KafkaStore(
            kafka,
            at: .init(
                input: input, output: name, group: group,
                settings: TopicSettings(replication: replication, configuration: properties)))
    }
}

/// Opens the store of a sink's results.
enum ResultStore {
    /// What opens the database at a path, or the topic in its place.
    static func opener(
        _ output: OutputTopic?, _ kafka: KafkaConfiguration, input: String
    ) -> TransactionalStoreOpener {
        guard let output else { return { try SQLiteStore(path: $0) } }
        return { _ in try output.store(kafka, input: input) }
    }
}
