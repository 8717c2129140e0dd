// What requests say that a verdict can use: what is produced, asked for, committed, and in which transaction.
package import KafkaWire

/// A batch on its way to a broker.
package struct ProducedBatch: Equatable, Sendable {
    package var place: WirePlace
    package var records: Int32
    /// What the batch says of itself; the request has a transactional id then, or should have.
    package var isTransactional: Bool
}

/// Where a group, or a reader, stands.
package struct WirePosition: Equatable, Sendable {
    package var place: WirePlace
    package var offset: Int64

    package init(_ place: WirePlace, _ offset: Int64) {
        self.place = place
        self.offset = offset
    }
}

/// The names of topics by their identity, as Metadata tells them.
package struct TopicNames: Sendable {
    private var names: [Uuid: String] = [:]

    package init() {}

    mutating func add(_ id: Uuid, _ name: String) { names[id] = name }

    /// The name, or the identity itself where no answer told it.
    func name(_ name: String, _ id: Uuid) -> String {
        guard name.isEmpty else { return name }
        return names[id] ?? "\(String(id.high, radix: 16))-\(String(id.low, radix: 16))"
    }
}

/// What a request says.
package enum RequestFacts: Equatable, Sendable {
    case produce([ProducedBatch], transaction: String?, acks: Int16)
    case fetch([WirePosition])
    case commit([WirePosition], group: String, transaction: String?)
    case addPartitions([WirePlace], transaction: String)
    case endTransaction(String, isCommit: Bool)
    case initProducer(transaction: String?)
    case join(group: String, member: String, isStatic: Bool)
    case leave(group: String, members: [String])
    /// A member of a group of Kafka 4's own protocol; an epoch below 0: it leaves.
    case heartbeat(group: String, member: String, epoch: Int32, instance: String?)

    /// Reads the request behind `header`; nil for one that says nothing of this.
    ///
    /// - Throws: ``WireError`` for bytes that are no such request.
    package init?(_ frame: UnsafeRawBufferPointer, _ header: RequestHeader, _ names: TopicNames) throws(WireError) {
        guard header.key != ConsumerHeartbeat.key else {
            let request = try ConsumerHeartbeat.request(frame, header)
            self = .heartbeat(
                group: request.group, member: request.member, epoch: request.epoch, instance: request.instance)
            return
        }
        switch header.api {
        case .produce: try self.init(Produce.decodeRequest(frame, header), frame, names)
        case .fetch:
            self = .fetch(
                try Fetch.decodeRequest(frame, header).topics.flatMap { topic in
                    let name = names.name(topic.topic, topic.topicId)
                    return topic.partitions.map { WirePosition(WirePlace(name, $0.partition), $0.fetchOffset) }
                })
        case .offsetCommit:
            let request = try OffsetCommit.decodeRequest(frame, header)
            let positions = request.topics.flatMap { topic in
                let name = names.name(topic.name, topic.topicId)
                return topic.partitions.map { WirePosition(WirePlace(name, $0.partitionIndex), $0.committedOffset) }
            }
            self = .commit(positions, group: request.groupId, transaction: nil)
        case .txnOffsetCommit:
            let request = try TxnOffsetCommit.decodeRequest(frame, header)
            let positions = request.topics.flatMap { topic in
                topic.partitions.map { WirePosition(WirePlace(topic.name, $0.partitionIndex), $0.committedOffset) }
            }
            self = .commit(positions, group: request.groupId, transaction: request.transactionalId)
        case .addPartitionsToTxn: self.init(try AddPartitionsToTxn.decodeRequest(frame, header))
        case .endTxn:
            let request = try EndTxn.decodeRequest(frame, header)
            self = .endTransaction(request.transactionalId, isCommit: request.committed)
        case .initProducerId:
            self = .initProducer(transaction: try InitProducerId.decodeRequest(frame, header).transactionalId)
        case .joinGroup:
            let request = try JoinGroup.decodeRequest(frame, header)
            self = .join(
                group: request.groupId, member: request.memberId, isStatic: request.groupInstanceId != nil)
        case .leaveGroup:
            let request = try LeaveGroup.decodeRequest(frame, header)
            let members = request.members.map(\.memberId) + (request.memberId.isEmpty ? [] : [request.memberId])
            self = .leave(group: request.groupId, members: members)
        default: return nil
        }
    }

    private init(
        _ request: Produce.Request, _ frame: UnsafeRawBufferPointer, _ names: TopicNames
    ) throws(WireError) {
        var batches: [ProducedBatch] = []
        for topic in request.topicData {
            let name = names.name(topic.name, topic.topicId)
            for partition in topic.partitionData {
                let records = UnsafeRawBufferPointer(rebasing: frame[partition.records?.range ?? 0..<0])
                var cursor = BatchCursor(records, mayBeCutShort: false)
                while let batch = try cursor.next() {
                    batches.append(
                        ProducedBatch(
                            place: WirePlace(name, partition.index), records: batch.header.recordCount,
                            isTransactional: batch.header.isTransactional))
                }
            }
        }
        self = .produce(batches, transaction: request.transactionalId, acks: request.acks)
    }

    private init(_ request: AddPartitionsToTxn.Request) {
        let single = request.v3AndBelowTopics.map { ($0, request.v3AndBelowTransactionalId) }
        let many = request.transactions.flatMap { transaction in
            transaction.topics.map { ($0, transaction.transactionalId) }
        }
        let topics = single + many
        let places = topics.flatMap { topic, _ in topic.partitions.map { WirePlace(topic.name, $0) } }
        self = .addPartitions(places, transaction: topics.first?.1 ?? "")
    }

    /// The partitions that it names.
    package var places: [WirePlace] {
        switch self {
        case .produce(let batches, _, _): batches.map(\.place)
        case .fetch(let positions), .commit(let positions, _, _): positions.map(\.place)
        case .addPartitions(let places, _): places
        default: []
        }
    }
}

extension RequestHeader {
    /// Whether nobody answers: a Produce request that asks for no acknowledgement. False where the bytes end before
    /// that is said.
    func hasNoAnswer(_ frame: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        guard key == ApiKey.produce.rawValue else { return false }
        var reader = WireReader(frame, from: length, version: version, isFlexible: Produce.isFlexible(version))
        if version >= 3, let count = try reader.length(.short) { _ = try reader.take(count) }
        return try reader.integer() as Int16 == 0
    }
}
