// Asks one broker of a cluster whether it is there.
internal import CRdKafka
internal import World

/// A connection to one broker. One thread uses it at a time.
public final class BrokerProbe {
    private let configuration: KafkaConfiguration
    /// Made anew after a failure: a client that has lost its broker would ask another one.
    private var handle: KafkaHandle?

    /// Makes a probe of the broker at `address`; nothing is sent yet.
    public init(_ configuration: KafkaConfiguration, address: String) {
        self.configuration = configuration.asking(address)
    }

    deinit { close() }

    /// Ends the connection; the next question opens one again.
    public func close() {
        handle?.close()
        handle = nil
    }

    /// Whether the broker answers within `limit`.
    public func answers(within limit: Duration) -> Bool {
        guard let client = try? handle ?? KafkaHandle(.consumer, configuration, defaults: [], fixed: []) else {
            return false
        }
        handle = client
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.pointer, 0, nil, &metadata, limit.milliseconds)
        if let metadata { rd_kafka_metadata_destroy(metadata) }
        client.takeEvents()
        // Where the connection broke, somebody else has answered.
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, client.complaint.isEmpty { return true }
        close()
        return false
    }
}
