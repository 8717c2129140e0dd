// What librdkafka, and one socket without it, allow: loops without a line of Swift.
internal import CPlainLoop
internal import CRdKafka
public import World

/// A loop in C that polls and drops, with the settings that `raw` polls with.
public enum PlainLoop {
    /// Reads a topic's partitions, from 0, between these offsets and drops what comes.
    ///
    /// - Returns: the records, and the seconds from the first to the last of them.
    /// - Throws: ``BrokerError``.
    public static func run(
        _ configuration: KafkaConfiguration, topic: String, starts: [Offset], ends: [Offset]
    ) throws -> (records: Int, seconds: Double) {
        let handle = try KafkaHandle(
            .consumer, configuration, defaults: KafkaReader.throughput(queues: 1),
            fixed: KafkaReader.exactness + [KafkaProperty(name: "group.id", value: "kbench-plain-loop")])
        defer { handle.close() }
        try handle.connect()
        var seconds = 0.0
        let records = kbench_plain_loop(
            UnsafeMutableRawPointer(handle.pointer), topic, Int32(clamping: ends.count), starts, ends, &seconds)
        guard records >= 0 else {
            throw handle.failure(rd_kafka_resp_err_t(Int32(records)), doing: "plain loop", location: topic)
        }
        return (Int(records), seconds)
    }
}

/// A loop in C over one bare socket, which parses batches where they lie, or logs them unopened.
public enum BareLoop {
    /// Reads a topic's partitions, from 0, which one broker leads, between these offsets. A broker that it does not
    /// understand, or that is not their leader, ends the process with a word on standard error.
    ///
    /// - Parameters:
    ///   - bootstrap: `host:port` of the leader; of several the first.
    ///   - topic: The topic.
    ///   - starts: By partition, the offset to begin at.
    ///   - records: How many there are to the ends.
    ///   - log: A file that does not stay, where each answer is written as it came and synced; nil: batches are parsed.
    /// - Returns: the records, and the seconds from the first question to the last record or sync.
    /// - Throws: ``BrokerError`` `configuration` for an address that has no port.
    public static func run(
        _ bootstrap: String, topic: String, starts: [Offset], records: Int, log: String? = nil
    ) throws -> (records: Int, seconds: Double) {
        let place = bootstrap.prefix { $0 != "," }
        guard let colon = place.lastIndex(of: ":"), let port = UInt16(place[place.index(after: colon)...]) else {
            throw BrokerError(
                .configuration, "\(place) has no port", location: KafkaConfiguration.addressLocation)
        }
        var seconds = 0.0
        let (host, count) = (String(place[..<colon]), Int32(clamping: starts.count))
        let seen =
            if let log {
                kbench_log_loop(host, Int32(port), topic, count, starts, Int64(records), log, &seconds)
            } else {
                kbench_bare_loop(host, Int32(port), topic, count, starts, Int64(records), &seconds)
            }
        return (Int(seen), seconds)
    }
}
