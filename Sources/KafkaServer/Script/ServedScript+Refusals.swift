// Requests that a script refuses, or carries out only in part.
internal import BrokerCore
internal import BrokerScript
internal import KafkaWire

extension ServedScript {
    /// Refuses a request, or those of its partitions that the filter means.
    ///
    /// - Returns: What is left to be carried out; nil for nothing: an empty answer is sent, changed by `orders`.
    func refuse<A: Api>(
        _: A.Type, _ frame: [UInt8], _ filter: RequestFilter?, _ code: ErrorCode, _ orders: AnswerOrders
    ) throws(WireError) -> [UInt8]? {
        if let api = A.self as? any PartitionedApi.Type {
            return try refusePartitions(api, frame, filter, code, orders)
        }
        if let api = A.self as? any NamedApi.Type { return try refuseNamed(api, frame, filter, code, orders) }
        let version = orders.version
        switch A.key {
        case .addPartitionsToTxn:
            let request = try Self.request(AddPartitionsToTxn.self, frame)
            orders.change(AddPartitionsToTxn.self) { $0.refuse(request, code) }
            return nil
        case .joinGroup, .syncGroup, .heartbeat, .leaveGroup, .initProducerId, .addOffsetsToTxn, .endTxn, .offsetDelete,
            .saslHandshake, .saslAuthenticate:
            orders.change(A.self) { MessageWalker.errors(A.self, &$0, version: version) { _, _, _ in code } }
            return nil
        default:
            // It only asks, so it may as well be carried out.
            orders.change(A.self) { response in
                MessageWalker.errors(A.self, &response, version: version) { topic, partition, old in
                    guard let filter, filter.topic != nil || filter.partition != nil else { return code }
                    return topic.map { filter.includes($0, partition) } == true ? code : old
                }
            }
            return frame
        }
    }

    private func refusePartitions<A: PartitionedApi>(
        _: A.Type, _ frame: [UInt8], _ filter: RequestFilter?, _ code: ErrorCode, _ orders: AnswerOrders
    ) throws(WireError) -> [UInt8] {
        let (rest, taken) = try Self.takeOut(A.self, frame, filter)
        orders.change(A.self) { response in
            for place in taken {
                A.putIn(&response, place.topic) { answer in
                    answer[keyPath: A.paths.answeredIndex] = place.partition
                    answer[keyPath: A.paths.error] = code
                }
            }
        }
        return rest
    }

    private func refuseNamed<A: NamedApi>(
        _: A.Type, _ frame: [UInt8], _ filter: RequestFilter?, _ code: ErrorCode, _ orders: AnswerOrders
    ) throws(WireError) -> [UInt8] {
        let (rest, taken) = try Self.changed(A.self, frame) { request in
            let all = request[keyPath: A.asked]
            let isTaken = { (asked: A.Asked) in filter.map { A.isMeant(asked, by: $0) } ?? true }
            request[keyPath: A.asked] = all.filter { !isTaken($0) }
            return all.filter(isTaken)
        }
        orders.change(A.self) { response in
            response[keyPath: A.answered] += taken.map { A.refusal(of: $0, code) }
        }
        return rest
    }

    /// Takes records out of a produce and answers as if they were there.
    func loseRecords(
        _ frame: [UInt8], _ filter: RequestFilter?, _ orders: AnswerOrders
    ) throws(WireError) -> [UInt8] {
        let (rest, taken) = try Self.takeOut(Produce.self, frame, filter)
        let ends = taken.map { broker.log($0.topic, $0.partition).map { ($0.startOffset, $0.endOffset) } }
        orders.change(Produce.self) { response in
            for (place, log) in zip(taken, ends) {
                Produce.putIn(&response, place.topic) { answer in
                    answer.index = place.partition
                    // Nobody acknowledges what is for a partition that is not there.
                    answer.errorCode = log == nil ? .unknownTopicOrPartition : .none
                    (answer.logStartOffset, answer.baseOffset) = log ?? (-1, -1)
                }
            }
        }
        return rest
    }

    private static func request<A: Api>(_: A.Type, _ frame: [UInt8]) throws(WireError) -> A.Request {
        let result = frame.withUnsafeBytes { bytes in
            Result { () throws(WireError) in try A.decodeRequest(bytes, try RequestHeader(bytes)) }
        }
        return try result.get()
    }

    /// The frame without the partitions that the filter means, and what these are.
    private static func takeOut<A: PartitionedApi>(
        _: A.Type, _ frame: [UInt8], _ filter: RequestFilter?
    ) throws(WireError) -> (rest: [UInt8], taken: [(topic: String, partition: Int32)]) {
        try changed(A.self, frame) { request in
            let taken = A.takeOut(&request) { filter?.includes($0, $1) ?? true }
            if var fetch = request as? Fetch.Request {
                // Nobody waits with what is refused.
                fetch.maxWaitMs = 0
                if let changed = fetch as? A.Request { request = changed }
            }
            return taken
        }
    }

    /// The frame with a changed request, and what the change came to.
    private static func changed<A: Api, R>(
        _: A.Type, _ frame: [UInt8], _ change: (inout A.Request) -> R
    ) throws(WireError) -> (rest: [UInt8], R) {
        let result = frame.withUnsafeBytes { bytes in
            Result { () throws(WireError) -> ([UInt8], R) in
                let header = try RequestHeader(bytes)
                var request = try A.decodeRequest(bytes, header)
                let outcome = change(&request)
                let rest = try A.encodeRequest(
                    request, version: header.version, correlationId: header.correlationId, clientId: header.clientId)
                return (Array(rest.joined(with: bytes)[Frame.prefixLength...]), outcome)
            }
        }
        return try result.get()
    }
}

extension AddPartitionsToTxn.Response {
    /// Answers each partition of a request with one code.
    fileprivate mutating func refuse(_ request: AddPartitionsToTxn.Request, _ code: ErrorCode) {
        func results(_ topics: [AddPartitionsToTxn.Request.Topic]) -> [TopicResult] {
            topics.map { topic in
                var result = TopicResult()
                result.name = topic.name
                result.resultsByPartition = topic.partitions.map { number in
                    var partition = AddPartitionsToTxn.Response.PartitionResult()
                    partition.partitionIndex = number
                    partition.partitionErrorCode = code
                    return partition
                }
                return result
            }
        }
        resultsByTopicV3AndBelow = results(request.v3AndBelowTopics)
        resultsByTransaction = request.transactions.map { transaction in
            var result = Result()
            result.transactionalId = transaction.transactionalId
            result.topicResults = results(transaction.topics)
            return result
        }
    }
}
