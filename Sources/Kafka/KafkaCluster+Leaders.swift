// Where the partitions of a topic are led.
internal import CRdKafka
internal import World

/// A broker as the cluster names it to its clients.
public struct BrokerAddress: Hashable, Sendable {
    /// Its number.
    public var id: Int
    /// The host's name or address.
    public var host: String
    /// The port.
    public var port: Int

    /// `host:port`, as clients are told it.
    public var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension KafkaCluster {
    /// The brokers that the cluster says it has, by their numbers.
    ///
    /// - Throws: ``BrokerError``.
    public func brokers() throws -> [BrokerAddress] {
        try handle.retrying("brokers", handle.configuration.bootstrap) {
            timeout -> Result<[BrokerAddress], LibraryError> in
            var answer: UnsafePointer<rd_kafka_metadata>?
            let code = rd_kafka_metadata(handle.pointer, 0, nil, &answer, timeout)
            guard let answer else { return .failure(LibraryError(code)) }
            defer { rd_kafka_metadata_destroy(answer) }
            let brokers = (0..<Int(answer.pointee.broker_cnt)).map { index in
                let broker = answer.pointee.brokers[index]
                return BrokerAddress(id: Int(broker.id), host: String(cString: broker.host), port: Int(broker.port))
            }
            return .success(brokers.sorted { $0.id < $1.id })
        }
    }

    /// By partition, the broker that leads it; nil where none does now.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func leaders(of topic: String) throws -> [BrokerAddress?] {
        let topic = KafkaTopic(topic, on: handle)
        defer { topic.close() }
        _ = try topic.partitionCount()
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(
            handle.pointer, 0, try topic.object(), &answer, handle.configuration.requestTimeout.milliseconds)
        guard let answer else { throw handle.failure(code, doing: "topic \(topic.name)", location: topic.name) }
        defer { rd_kafka_metadata_destroy(answer) }
        var brokers: [Int32: BrokerAddress] = [:]
        for index in 0..<Int(answer.pointee.broker_cnt) {
            let broker = answer.pointee.brokers[index]
            brokers[broker.id] = BrokerAddress(
                id: Int(broker.id), host: String(cString: broker.host), port: Int(broker.port))
        }
        guard answer.pointee.topic_cnt == 1 else { return [] }
        let found = answer.pointee.topics[0]
        var leaders = [BrokerAddress?](repeating: nil, count: Int(found.partition_cnt))
        for index in leaders.indices {
            let partition = found.partitions[index]
            if leaders.indices.contains(Int(partition.id)) { leaders[Int(partition.id)] = brokers[partition.leader] }
        }
        return leaders
    }
}
