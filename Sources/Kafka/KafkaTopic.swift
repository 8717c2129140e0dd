// Asks the cluster about one topic.
internal import CRdKafka
internal import World

/// A topic by its name, and the library's object for it, which must go before its client does.
final class KafkaTopic {
    let name: String
    let handle: KafkaHandle
    /// Made once the topic is known to exist: a question about one topic creates it on a broker that is set to, as the
    /// embedded one is. A question about all topics never does.
    private var known: OpaquePointer?

    init(_ name: String, on handle: KafkaHandle) {
        self.name = name
        self.handle = handle
    }

    deinit { close() }

    /// Destroys the library's object.
    func close() {
        if let known { rd_kafka_topic_destroy(known) }
        known = nil
    }

    /// The library's object, for producing.
    func object() throws -> OpaquePointer {
        if let known { return known }
        guard let made = rd_kafka_topic_new(handle.pointer, name, nil) else {
            throw handle.failure(rd_kafka_last_error(), doing: "topic \(name)", location: name)
        }
        known = made
        return made
    }

    /// What one metadata answer says about a topic.
    struct State {
        var code: rd_kafka_resp_err_t
        var partitions = 0
        var leaderless = 0
    }

    /// Asks once; about all topics when `known` is nil.
    private func askState(_ known: OpaquePointer?, timeout: Int32) -> State {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle.pointer, known == nil ? 1 : 0, known, &answer, timeout)
        guard let answer else { return State(code: code) }
        defer { rd_kafka_metadata_destroy(answer) }
        handle.noteAnswer()
        for index in 0..<Int(answer.pointee.topic_cnt) {
            let topic = answer.pointee.topics[index]
            guard String(cString: topic.topic) == name else { continue }
            var state = State(code: topic.err, partitions: Int(topic.partition_cnt))
            for index in 0..<state.partitions where topic.partitions[index].leader < 0 { state.leaderless += 1 }
            return state
        }
        return State(code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    /// The number of partitions, asked until the answer is neither lost nor provisional.
    func partitionCount() throws -> Int {
        let clock = ContinuousClock()
        let deadline = clock.now + handle.configuration.topicTimeout
        let state = try waitFor(known) { state in
            if state.code.brokerErrorCode == .unknownTopic { return clock.now >= deadline }
            return state.code == RD_KAFKA_RESP_ERR_NO_ERROR || !state.code.isTransient
        }
        guard state.code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(state.code, doing: "topic \(name)", location: name)
        }
        // From now on it is enough to ask about this one.
        _ = try object()
        return state.partitions
    }

    /// Waits until the topic is there with that many partitions and a leader for each.
    func waitUntilThere(partitions: Int) throws {
        _ = try waitFor(nil) {
            $0.code == RD_KAFKA_RESP_ERR_NO_ERROR && $0.partitions == partitions && $0.leaderless == 0
        }
    }

    /// Waits until the topic is not there any more.
    func waitUntilGone() throws {
        _ = try waitFor(nil) { $0.code.brokerErrorCode == .unknownTopic }
    }

    /// Asks again and again until `isSettled`, or throws `timedOut` (or why no broker answers).
    private func waitFor(_ known: OpaquePointer?, _ isSettled: (State) -> Bool) throws -> State {
        let clock = ContinuousClock()
        let deadline = clock.now + handle.configuration.requestTimeout
        var pause = KafkaHandle.shortestPause
        while true {
            let state = askState(known, timeout: min(1000, handle.configuration.requestTimeout.milliseconds))
            if isSettled(state) { return state }
            try handle.throwIfDown()
            guard clock.now < deadline else {
                let code = state.code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : state.code
                var error = handle.failure(code, doing: "topic \(name)", location: name)
                if error.code != .unreachable { error.code = .timedOut }
                error.message += ", \(state.partitions) partitions seen, \(state.leaderless) of them without a leader"
                throw error
            }
            handle.pause(&pause)
        }
    }
}
