// Topics made, grown and removed, and consumer groups removed: the library's Admin API.
internal import CRdKafka
public import World

/// What a topic is made with, besides its name and its partitions.
public struct TopicSettings: Equatable, Sendable {
    /// Copies of each partition, 1 or more.
    public var replication: Int
    /// The topic's own properties, as the broker knows them, such as `min.insync.replicas`.
    public var configuration: [KafkaProperty]

    /// Makes settings: one copy and nothing else, unless told otherwise.
    public init(replication: Int = 1, configuration: [KafkaProperty] = []) {
        self.replication = replication
        self.configuration = configuration
    }
}

extension KafkaCluster {
    /// Creates a topic and waits until every broker that answers knows it with a leader for every partition.
    ///
    /// - Throws: ``BrokerError``; `topicExists` when there is one of this name, `configuration` when the brokers refuse the
    ///   settings.
    public func createTopic(_ name: String, partitions: Int, settings: TopicSettings = TopicSettings()) throws {
        var topic: OpaquePointer?
        let reason = KafkaHandle.withErrorText { text, size in
            topic = rd_kafka_NewTopic_new(
                name, Int32(clamping: partitions), Int32(clamping: settings.replication), text, size)
        }
        guard topic != nil else { throw BrokerError(.configuration, "topic \(name): \(reason)", location: name) }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for property in settings.configuration {
            let code = rd_kafka_NewTopic_set_config(topic, property.name, property.value)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw BrokerError(code, doing: "topic \(name), \(property.name)", location: name)
            }
        }
        try onlyResult(of: .createTopics, doing: "create topic \(name)", name) { options, queue in
            rd_kafka_CreateTopics(handle.pointer, &topic, 1, options, queue)
        }
        try KafkaTopic(name, on: handle).waitUntilThere(partitions: partitions)
        try waitForEveryBroker(toKnow: name, partitions: partitions)
    }

    /// Gives a topic more partitions and waits until every broker that answers knows them, each with a leader.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func growTopic(_ name: String, to partitions: Int) throws {
        var growth: OpaquePointer?
        let reason = KafkaHandle.withErrorText { text, size in
            growth = rd_kafka_NewPartitions_new(name, partitions, text, size)
        }
        guard growth != nil else { throw BrokerError(.configuration, "topic \(name): \(reason)", location: name) }
        defer { rd_kafka_NewPartitions_destroy(growth) }
        try onlyResult(of: .createPartitions, doing: "grow topic \(name)", name) { options, queue in
            rd_kafka_CreatePartitions(handle.pointer, &growth, 1, options, queue)
        }
        try KafkaTopic(name, on: handle).waitUntilThere(partitions: partitions)
        try waitForEveryBroker(toKnow: name, partitions: partitions)
    }

    /// Deletes a topic and waits until it is gone.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func deleteTopic(_ name: String) throws {
        if let error = try deleteTopics([name])[name] { throw error }
        try KafkaTopic(name, on: handle).waitUntilGone()
    }

    /// Deletes topics, in one request.
    ///
    /// - Returns: by name, why a topic was not deleted; `unknownTopic` for one that is not there.
    /// - Throws: ``BrokerError`` when the request as a whole failed.
    public func deleteTopics(_ names: [String]) throws -> [String: BrokerError] {
        if names.isEmpty { return [:] }
        var topics: [OpaquePointer?] = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { for topic in topics { rd_kafka_DeleteTopic_destroy(topic) } }
        let doing = "delete topic \(names.joined(separator: ", "))"
        return try request(.deleteTopics, doing: doing) { options, queue in
            rd_kafka_DeleteTopics(handle.pointer, &topics, topics.count, options, queue)
        }
    }

    /// Deletes consumer groups with what they have committed.
    ///
    /// - Returns: by name, why a group was not deleted; `unknownGroup` for one that is not there, `groupInUse` for one that
    ///   has members.
    /// - Throws: ``BrokerError`` when the request as a whole failed.
    public func deleteGroups(_ names: [String]) throws -> [String: BrokerError] {
        if names.isEmpty { return [:] }
        var groups: [OpaquePointer?] = names.map { rd_kafka_DeleteGroup_new($0) }
        defer { for group in groups { rd_kafka_DeleteGroup_destroy(group) } }
        let doing = "delete consumer group \(names.joined(separator: ", "))"
        return try request(.deleteGroups, doing: doing) { options, queue in
            rd_kafka_DeleteGroups(handle.pointer, &groups, groups.count, options, queue)
        }
    }

    /// Asks one broker after the other until each knows a topic: right after it was made some do not, and a client that
    /// asks such a one is told that there is no such topic. Who does not answer is not waited for.
    func waitForEveryBroker(toKnow topic: String, partitions: Int) throws {
        let brokers = try brokers()
        guard brokers.count > 1 else { return }
        for broker in brokers {
            var one = handle.configuration.asking(broker.address)
            one.connectTimeout = .seconds(2)
            one.refusedTimeout = .milliseconds(500)
            guard let cluster = try? KafkaCluster(one) else { continue }
            defer { cluster.close() }
            do {
                try KafkaTopic(topic, on: cluster.handle).waitUntilThere(partitions: partitions)
            } catch let error as BrokerError where error.code == .unreachable {
                continue
            }
        }
    }

    // MARK: Requests

    /// The requests that are used here.
    private enum Operation {
        case createTopics
        case createPartitions
        case deleteTopics
        case deleteGroups

        var code: rd_kafka_admin_op_t {
            switch self {
            case .createTopics: RD_KAFKA_ADMIN_OP_CREATETOPICS
            case .createPartitions: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS
            case .deleteTopics: RD_KAFKA_ADMIN_OP_DELETETOPICS
            case .deleteGroups: RD_KAFKA_ADMIN_OP_DELETEGROUPS
            }
        }

        /// What an answer says of each topic or group that failed.
        func failures(in event: OpaquePointer) -> [(name: String, code: rd_kafka_resp_err_t, text: String?)] {
            var count = 0
            if self == .deleteGroups {
                let groups = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)
                return (0..<count).compactMap { index in
                    guard let group = groups?[index], let error = rd_kafka_group_result_error(group),
                        rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR
                    else { return nil }
                    return (
                        String(cString: rd_kafka_group_result_name(group)), rd_kafka_error_code(error),
                        String(cString: rd_kafka_error_string(error))
                    )
                }
            }
            let topics =
                switch self {
                case .createTopics:
                    rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
                case .createPartitions:
                    rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count)
                default: rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
                }
            return (0..<count).compactMap { index in
                guard let topic = topics?[index] else { return nil }
                let code = rd_kafka_topic_result_error(topic)
                guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
                return (
                    String(cString: rd_kafka_topic_result_name(topic)), code,
                    rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }
                )
            }
        }
    }

    /// Sends a request about one thing, again while that can help, and throws what was wrong with it.
    private func onlyResult(
        of operation: Operation, doing: String, _ name: String,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + handle.configuration.requestTimeout
        var pause = KafkaHandle.shortestPause
        var isRepeated = false
        while true {
            let error: BrokerError
            do {
                guard let failure = try request(operation, doing: doing, send)[name] else { return }
                error = failure
            } catch let failure as BrokerError {
                error = failure
            }
            // What was asked for before, and not answered in time, was done all the same.
            if isRepeated, error.code == .topicExists { return }
            guard error.isTransient, clock.now < deadline else { throw error }
            try handle.throwIfDown()
            handle.pause(&pause)
            isRepeated = true
        }
    }

    /// Sends one request of the Admin API and waits for its results.
    ///
    /// - Returns: by name, what failed.
    private func request(
        _ operation: Operation, doing: String, _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws -> [String: BrokerError] {
        // Groups are deleted at once; only what concerns topics takes the brokers a time that can be limited.
        try answer(to: operation.code, takesTime: operation != .deleteGroups, doing: doing, send) { event in
            var failures: [String: BrokerError] = [:]
            let place = handle.configuration.bootstrap
            for (name, code, text) in operation.failures(in: event) {
                failures[name] = BrokerError(code, doing: doing, text: text, location: "\(place) \(name)")
            }
            return failures
        }
    }

    /// Sends one request of the Admin API and lets `read` look into its answer. `takesTime` says whether the time that the
    /// brokers may take for it can be limited.
    func answer<Value>(
        to operation: rd_kafka_admin_op_t, takesTime: Bool, doing: String,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        read: (_ event: OpaquePointer) throws -> Value
    ) throws -> Value {
        let timeout = handle.configuration.requestTimeout.milliseconds
        let place = handle.configuration.bootstrap
        let options = rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let reason = KafkaHandle.withErrorText { text, size in
            code = rd_kafka_AdminOptions_set_request_timeout(options, timeout, text, size)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, takesTime {
                code = rd_kafka_AdminOptions_set_operation_timeout(options, timeout, text, size)
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw BrokerError(code, doing: doing, text: reason, location: place)
        }
        let queue = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        guard let event = rd_kafka_queue_poll(queue, timeout.addingReportingOverflow(1000).partialValue) else {
            throw handle.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, doing: doing, location: place)
        }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(rd_kafka_event_error(event), doing: doing, location: place)
        }
        return try read(event)
    }
}
