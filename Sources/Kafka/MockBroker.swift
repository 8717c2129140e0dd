// librdkafka's mock cluster inside this process: a broker that fails when it is told to.
internal import CRdKafka
internal import Dispatch
internal import Synchronization
internal import World

/// librdkafka's mock cluster: brokers on ports of 127.0.0.1 that any client, also of another process, can talk to.
///
/// It keeps everything in memory and of each partition only 5 MiB of record batches, headers included: above that it drops
/// the oldest batch without a word. It has no transactions, and forgets no offsets.
///
/// Its functions may be called from any thread: the library's mock takes requests through a queue of its own, and the
/// lock here only guards against use after ``close()``.
public final class MockBroker: Sendable {
    /// The address of the brokers, such as `127.0.0.1:34567`.
    public let bootstrap: String
    let state: Mutex<Handles?>

    /// The two pointers; unchecked, because the library's own locks guard what they point to.
    struct Handles: @unchecked Sendable {
        var host: OpaquePointer
        var cluster: OpaquePointer
    }

    private init(_ handles: Handles, bootstrap: String) {
        self.bootstrap = bootstrap
        state = Mutex(handles)
    }

    deinit { close() }

    /// Starts brokers, numbered from 1.
    ///
    /// - Throws: ``BrokerError`` `failed` when no port can be opened.
    public static func start(brokers: Int = 1) throws -> MockBroker {
        let settings = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(settings) { _, _, _, _ in }
        // The mock needs a client to live in; that one never connects to anything.
        let host = try KafkaHandle.make(.producer, settings, location: "mock broker")
        guard let cluster = rd_kafka_mock_cluster_new(host, Int32(clamping: brokers)),
            let bootstrap = rd_kafka_mock_cluster_bootstraps(cluster)
        else {
            rd_kafka_destroy(host)
            throw BrokerError(.failed, "the mock broker did not start", location: "127.0.0.1")
        }
        return MockBroker(Handles(host: host, cluster: cluster), bootstrap: String(cString: bootstrap))
    }

    /// Stops the brokers and forgets all records, within a second and without waiting for it.
    ///
    /// They are not taken down first: for that the library closes a broker's listener and opens the same port anew, and
    /// ends the process when the port is still taken, as it is while a child that is just being started has inherited
    /// the listener.
    public func close() {
        let handles = state.withLock { state in
            defer { state = nil }
            return state
        }
        guard let handles else { return }
        // The mock's thread looks only once a second whether it shall end, which is too long to wait for.
        DispatchQueue.global().async {
            rd_kafka_mock_cluster_destroy(handles.cluster)
            rd_kafka_destroy(handles.host)
        }
    }

    /// Creates a topic.
    ///
    /// - Throws: ``BrokerError``; `topicExists` when there is one of this name.
    public func createTopic(_ name: String, partitions: Int, replication: Int = 1) throws {
        try call("create topic \(name)", name) {
            rd_kafka_mock_topic_create($0, name, Int32(clamping: partitions), Int32(clamping: replication))
        }
    }

    func call(_ doing: String, _ location: String, _ body: (OpaquePointer) -> rd_kafka_resp_err_t) throws {
        let code = state.withLock { handles in
            // Our own bug: whoever closes the broker must be its last user.
            guard let handles else { preconditionFailure("mock broker: \(doing) after it was closed") }
            return body(handles.cluster)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw BrokerError(code, doing: doing, location: "\(bootstrap) \(location)")
        }
    }
}
