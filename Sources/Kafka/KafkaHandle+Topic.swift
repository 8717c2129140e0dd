// Asks the cluster about one topic.
internal import CRdKafka
internal import World

/// A topic object of librdkafka, which must go before its client does.
final class KafkaTopic {
    let name: String
    let handle: KafkaHandle
    private(set) var pointer: OpaquePointer
    private var isOpen = true

    /// Makes the object; the cluster is not asked yet.
    init(_ name: String, on handle: KafkaHandle) throws {
        guard let made = rd_kafka_topic_new(handle.pointer, name, nil) else {
            throw BrokerError(
                rd_kafka_last_error(), doing: "topic \(name)", location: "\(handle.configuration.bootstrap) \(name)")
        }
        self.name = name
        self.handle = handle
        pointer = made
    }

    deinit { close() }

    func close() {
        guard isOpen else { return }
        isOpen = false
        rd_kafka_topic_destroy(pointer)
    }

    /// What one metadata answer says about the topic.
    struct State {
        var code: rd_kafka_resp_err_t
        var partitions = 0
        var leaderless = 0
    }

    /// Asks once.
    func askState(timeout: Int32) -> State {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle.pointer, 0, pointer, &answer, timeout)
        guard let answer else { return State(code: code) }
        defer { rd_kafka_metadata_destroy(answer) }
        handle.noteAnswer()
        guard answer.pointee.topic_cnt == 1 else { return State(code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) }
        let topic = answer.pointee.topics[0]
        var state = State(code: topic.err, partitions: Int(topic.partition_cnt))
        for index in 0..<state.partitions where topic.partitions[index].leader < 0 { state.leaderless += 1 }
        return state
    }

    /// The number of partitions, asked until the answer is neither lost nor provisional.
    func partitionCount() throws -> Int {
        let state = try waitFor { $0.code == RD_KAFKA_RESP_ERR_NO_ERROR || !$0.code.isTransient }
        guard state.code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(state.code, doing: "topic \(name)", location: name)
        }
        return state.partitions
    }

    /// Asks again and again until `isSettled`, or throws `timedOut` (or why no broker answers).
    func waitFor(_ isSettled: (State) -> Bool) throws -> State {
        let clock = ContinuousClock()
        let deadline = clock.now + handle.configuration.requestTimeout
        while true {
            let state = askState(timeout: min(1000, handle.configuration.requestTimeout.milliseconds))
            if isSettled(state) { return state }
            try handle.throwIfDown()
            guard clock.now < deadline else {
                let code = state.code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : state.code
                var error = handle.failure(code, doing: "topic \(name)", location: name)
                if error.code != .unreachable { error.code = .timedOut }
                error.message += ", \(state.partitions) partitions seen, \(state.leaderless) of them without a leader"
                throw error
            }
            handle.pollEvent(20)
        }
    }
}
