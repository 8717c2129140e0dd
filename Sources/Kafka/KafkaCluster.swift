// The cluster as a whole: is it there, and which topics does it have.
internal import CRdKafka
internal import World

/// A connection to a cluster for questions that are not about one topic's records. One thread uses it at a time.
public final class KafkaCluster {
    let handle: KafkaHandle

    /// Connects.
    ///
    /// - Throws: ``BrokerError`` `unreachable` when no broker answers in time, `configuration` when it cannot be tried.
    public init(_ configuration: KafkaConfiguration) throws {
        handle = try KafkaHandle(.consumer, configuration, defaults: [], fixed: [])
        do {
            try handle.connect()
        } catch {
            handle.close()
            throw error
        }
    }

    /// Ends the connection; the cluster is not used afterwards.
    public func close() { handle.close() }

    /// Checks that a cluster answers, and disconnects again.
    ///
    /// - Throws: ``BrokerError`` `unreachable` with address and reason, within the configuration's time limits.
    public static func probe(_ configuration: KafkaConfiguration) throws {
        try KafkaCluster(configuration).close()
    }

    /// The number of partitions of a topic.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func partitionCount(of topic: String) throws -> Int {
        let topic = KafkaTopic(topic, on: handle)
        defer { topic.close() }
        return try topic.partitionCount()
    }
}
