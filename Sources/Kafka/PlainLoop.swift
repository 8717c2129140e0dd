// librdkafka's own speed, without a line of Swift in the loop.
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
