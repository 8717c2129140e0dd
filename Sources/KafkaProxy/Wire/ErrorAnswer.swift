// Answers that say an error, in place of what a broker says or would say.
package import KafkaWire

/// Makes answers that fail.
package enum ErrorAnswer {
    /// The requests that can be answered with an error before the broker has them.
    package static let requests: Set<Int16> = Set(
        [
            ApiKey.produce, .offsetCommit, .txnOffsetCommit, .heartbeat, .joinGroup, .syncGroup, .leaveGroup,
            .findCoordinator, .initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .endTxn,
        ].map(\.rawValue))

    /// Whether a frame at this point can be made an error of.
    package static func isPossible(at point: WirePoint) -> Bool {
        switch point.moment {
        case .request: requests.contains(point.key)
        case .response, .records: ApiKey(rawValue: point.key) != nil && point.key != ApiKey.apiVersions.rawValue
        }
    }

    /// The answer to a request that the broker never gets, its length in front; nil where that is not possible.
    ///
    /// - Throws: ``WireError`` for bytes that are no such request.
    package static func toRequest(
        _ frame: UnsafeRawBufferPointer, _ header: RequestHeader, _ error: Int16
    ) throws(WireError) -> [UInt8]? {
        func encode<A: Api>(_: A.Type, _ response: A.Response) throws(WireError) -> [UInt8] {
            try failed(A.self, response, version: header.version, correlationId: header.correlationId, error)
        }
        switch header.api {
        case .produce:
            var response = Produce.Response()
            response.responses = try Produce.decodeRequest(frame, header).topicData.map { topic in
                var answer = Produce.Response.Topic()
                (answer.name, answer.topicId) = (topic.name, topic.topicId)
                answer.partitionResponses = topic.partitionData.map { partition in
                    var result = Produce.Response.Partition()
                    (result.index, result.baseOffset) = (partition.index, -1)
                    return result
                }
                return answer
            }
            return try encode(Produce.self, response)
        case .offsetCommit:
            var response = OffsetCommit.Response()
            response.topics = try OffsetCommit.decodeRequest(frame, header).topics.map { topic in
                var answer = OffsetCommit.Response.Topic()
                (answer.name, answer.topicId) = (topic.name, topic.topicId)
                answer.partitions = topic.partitions.map { partition in
                    var result = OffsetCommit.Response.Partition()
                    result.partitionIndex = partition.partitionIndex
                    return result
                }
                return answer
            }
            return try encode(OffsetCommit.self, response)
        case .txnOffsetCommit:
            var response = TxnOffsetCommit.Response()
            response.topics = try TxnOffsetCommit.decodeRequest(frame, header).topics.map { topic in
                var answer = TxnOffsetCommit.Response.Topic()
                answer.name = topic.name
                answer.partitions = topic.partitions.map { partition in
                    var result = TxnOffsetCommit.Response.Partition()
                    result.partitionIndex = partition.partitionIndex
                    return result
                }
                return answer
            }
            return try encode(TxnOffsetCommit.self, response)
        case .addPartitionsToTxn:
            let request = try AddPartitionsToTxn.decodeRequest(frame, header)
            var response = AddPartitionsToTxn.Response()
            response.resultsByTopicV3AndBelow = request.v3AndBelowTopics.map(topicResult)
            response.resultsByTransaction = request.transactions.map { transaction in
                var result = AddPartitionsToTxn.Response.Result()
                result.transactionalId = transaction.transactionalId
                result.topicResults = transaction.topics.map(topicResult)
                return result
            }
            return try encode(AddPartitionsToTxn.self, response)
        case .findCoordinator:
            let request = try FindCoordinator.decodeRequest(frame, header)
            var response = FindCoordinator.Response()
            (response.nodeId, response.port) = (-1, -1)
            response.coordinators = request.coordinatorKeys.map { key in
                var coordinator = FindCoordinator.Response.Coordinator()
                (coordinator.key, coordinator.nodeId, coordinator.port) = (key, -1, -1)
                return coordinator
            }
            return try encode(FindCoordinator.self, response)
        case .heartbeat: return try encode(Heartbeat.self, .init())
        case .joinGroup: return try encode(JoinGroup.self, .init())
        case .syncGroup: return try encode(SyncGroup.self, .init())
        case .leaveGroup: return try encode(LeaveGroup.self, .init())
        case .initProducerId: return try encode(InitProducerId.self, .init())
        case .addOffsetsToTxn: return try encode(AddOffsetsToTxn.self, .init())
        case .endTxn: return try encode(EndTxn.self, .init())
        default: return nil
        }
    }

    private static func topicResult(_ topic: AddPartitionsToTxn.Request.Topic)
        -> AddPartitionsToTxn.Response.TopicResult
    {
        var result = AddPartitionsToTxn.Response.TopicResult()
        result.name = topic.name
        result.resultsByPartition = topic.partitions.map { index in
            var partition = AddPartitionsToTxn.Response.PartitionResult()
            partition.partitionIndex = index
            return partition
        }
        return result
    }

    /// A broker's answer with the error in place of everything it says went well, its length in front; records are left
    /// out. nil where the request is not known.
    ///
    /// - Throws: ``WireError`` for bytes that are no such answer.
    package static func ofResponse(
        _ frame: UnsafeRawBufferPointer, key: Int16, version: Int16, _ error: Int16
    ) throws(WireError) -> [UInt8]? {
        func change<A: Api>(_: A.Type) throws(WireError) -> [UInt8] {
            let (correlationId, response) = try A.decodeResponse(frame, version: version)
            return try failed(A.self, response, version: version, correlationId: correlationId, error)
        }
        guard let api = ApiKey(rawValue: key) else { return nil }
        return try change(api.api)
    }

    private static func failed<A: Api>(
        _: A.Type, _ response: A.Response, version: Int16, correlationId: Int32, _ error: Int16
    ) throws(WireError) -> [UInt8] {
        var response = response
        var setter = ErrorSetter(error: ErrorCode(code: error), version: version, isFlexible: A.isFlexible(version))
        try response.fields(&setter)
        return try A.encodeResponse(response, version: version, correlationId: correlationId).bytes
    }
}

/// Sets every error code of a message, and takes its records out.
private struct ErrorSetter: FieldCoder {
    let error: ErrorCode
    let version: Int16
    let isFlexible: Bool

    mutating func visit<V: WireValue>(_ name: StaticString, _ value: inout V, mayBeNull: Bool) throws(WireError) {
        if V.self == ErrorCode.self, let changed = error as? V {
            value = changed
        } else if value is Records?, let changed = Records?.none as? V {
            value = changed
        } else if let structures = value as? [any Structure] {
            var changed: [any Structure] = []
            for structure in structures { changed.append(try set(structure)) }
            if let changed = changed as? V { value = changed }
        }
    }

    mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {}

    private mutating func set<S: Structure>(_ structure: S) throws(WireError) -> any Structure {
        var copy = structure
        try copy.fields(&self)
        return copy
    }
}
