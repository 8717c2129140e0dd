// Faults that the mock broker can be told to have.
internal import CRdKafka
public import World

extension MockBroker {
    /// The kinds of request that can be made to fail, by their number in Kafka's protocol.
    public enum Request: Int16, Sendable {
        /// Records to be stored.
        case produce = 0
        /// Records to be read.
        case fetch = 1
        /// The ends of a log.
        case listOffsets = 2
        /// Topics and their leaders.
        case metadata = 3
        /// A group's offsets to be stored.
        case offsetCommit = 8
        /// A group's offsets to be read.
        case offsetFetch = 9
    }

    /// How a request can fail.
    public enum Fault: Sendable {
        /// The connection is cut instead of an answer.
        case disconnect
        /// The broker says it does not lead the partition.
        case notLeader
        /// The broker says it took too long.
        case timedOut
        /// The broker says the client may not.
        case topicNotAllowed
        /// The broker says it does not coordinate the group.
        case notCoordinator
        /// The broker is still reading what the group has committed.
        case coordinatorLoading
        /// The broker does not know the topic.
        case unknownTopic

        var code: rd_kafka_resp_err_t {
            switch self {
            case .disconnect: RD_KAFKA_RESP_ERR__TRANSPORT
            case .notLeader: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION
            case .timedOut: RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT
            case .topicNotAllowed: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            case .notCoordinator: RD_KAFKA_RESP_ERR_NOT_COORDINATOR
            case .coordinatorLoading: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
            case .unknownTopic: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
            }
        }
    }

    /// Makes the next requests of a kind fail, one with each fault, in order.
    public func failNext(_ request: Request, with faults: [Fault]) throws {
        let codes = faults.map(\.code)
        try call("fail requests", "\(request)") { cluster in
            rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, codes.count, codes)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Lets every question about a topic be answered with a fault, until it is called with nil.
    public func answer(_ fault: Fault?, about topic: String) throws {
        try call("answer with a fault", topic) { cluster in
            rd_kafka_mock_topic_set_error(cluster, topic, fault?.code ?? RD_KAFKA_RESP_ERR_NO_ERROR)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Cuts all connections of a broker (nil: of every one) and refuses new ones.
    public func takeDown(broker: Int32? = nil) throws {
        try call("take down", "\(broker ?? -1)") { rd_kafka_mock_broker_set_down($0, broker ?? -1) }
    }

    /// Lets a broker (nil: every one) accept connections again.
    public func bringUp(broker: Int32? = nil) throws {
        try call("bring up", "\(broker ?? -1)") { rd_kafka_mock_broker_set_up($0, broker ?? -1) }
    }

    /// Makes every answer of a broker (nil: of every one) take this long.
    public func setRoundTrip(_ duration: Duration, broker: Int32? = nil) throws {
        try call("round trip", "\(broker ?? -1)") {
            rd_kafka_mock_broker_set_rtt($0, broker ?? -1, duration.milliseconds)
        }
    }

    /// Makes another broker the leader of a partition.
    public func moveLeader(of partition: Partition, in topic: String, to broker: Int32) throws {
        try call("move leader", "\(topic)/\(partition)") {
            rd_kafka_mock_partition_set_leader($0, topic, partition, broker)
        }
    }
}
