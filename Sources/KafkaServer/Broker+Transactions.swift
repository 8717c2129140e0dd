// Requests of transactional producers: between the protocol's messages and the coordinator, and the markers it orders.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore
internal import Posix

extension Broker {
    func initProducerId(
        _ request: InitProducerId.Request, _ version: Int16, _ node: Node
    ) -> InitProducerId.Response {
        var response = InitProducerId.Response()
        if let name = request.transactionalId { response.errorCode = refusal(of: .transaction, name, at: node) }
        guard response.errorCode == .none else { return response }
        let known = ProducerIdentity(id: request.producerId, epoch: request.producerEpoch)
        let given = transactions.initProducer(
            request.transactionalId, timeout: Milliseconds(request.transactionTimeoutMs), known: known, at: now)
        settleTransactions()
        response.errorCode = version < 4 ? given.error.beforeFencing : given.error
        let names = request.transactionalId.map { [$0] } ?? []
        if given.error == .none && !isNoted([.counts(counts)] + transactionEntries(names)) {
            response.errorCode = .kafkaStorageError
        }
        if response.errorCode == .none {
            (response.producerId, response.producerEpoch) = (given.producer.id, given.producer.epoch)
        }
        return response
    }

    func addPartitionsToTxn(
        _ request: AddPartitionsToTxn.Request, _ version: Int16, _ node: Node
    ) -> AddPartitionsToTxn.Response {
        let places = request.v3AndBelowTopics.flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.name, partition: $0) }
        }
        let missing = Set(places.filter { log($0.topic, $0.partition) == nil })
        // All of them take part, or none.
        let refusal = refusal(of: .transaction, request.v3AndBelowTransactionalId, at: node)
        var error = refusal == .none ? .operationNotAttempted : refusal
        if refusal == .none, missing.isEmpty {
            let producer = ProducerIdentity(id: request.v3AndBelowProducerId, epoch: request.v3AndBelowProducerEpoch)
            error = transactions.add(places, to: request.v3AndBelowTransactionalId, producer, at: now)
            error = noted(error, request.v3AndBelowTransactionalId)
            settleTransactions()
        }
        var response = AddPartitionsToTxn.Response()
        response.resultsByTopicV3AndBelow = request.v3AndBelowTopics.map { asked in
            var topic = AddPartitionsToTxn.Response.TopicResult()
            topic.name = asked.name
            topic.resultsByPartition = asked.partitions.map { partition in
                var answer = AddPartitionsToTxn.Response.PartitionResult()
                answer.partitionIndex = partition
                let isMissing = missing.contains(TopicPartition(topic: asked.name, partition: partition))
                let code = isMissing && refusal == .none ? .unknownTopicOrPartition : error
                answer.partitionErrorCode = version < 2 ? code.beforeFencing : code
                return answer
            }
            return topic
        }
        return response
    }

    func addOffsetsToTxn(
        _ request: AddOffsetsToTxn.Request, _ version: Int16, _ node: Node
    ) -> AddOffsetsToTxn.Response {
        let producer = ProducerIdentity(id: request.producerId, epoch: request.producerEpoch)
        let refusal = refusal(of: .transaction, request.transactionalId, at: node)
        var error =
            refusal != .none
            ? refusal
            : request.groupId.isEmpty
                ? .invalidGroupId
                : transactions.add(group: request.groupId, to: request.transactionalId, producer, at: now)
        error = noted(error, request.transactionalId)
        settleTransactions()
        var response = AddOffsetsToTxn.Response()
        response.errorCode = version < 2 ? error.beforeFencing : error
        return response
    }

    func endTxn(_ request: EndTxn.Request, _ version: Int16, _ node: Node) -> EndTxn.Response {
        let producer = ProducerIdentity(id: request.producerId, epoch: request.producerEpoch)
        let refusal = refusal(of: .transaction, request.transactionalId, at: node)
        var error =
            refusal != .none
            ? refusal : transactions.end(request.transactionalId, producer, request.committed ? .commit : .abort)
        // Decided is what is written down.
        error = noted(error, request.transactionalId)
        settleTransactions()
        var response = EndTxn.Response()
        response.errorCode = version < 2 ? error.beforeFencing : error
        return response
    }

    func txnOffsetCommit(_ request: TxnOffsetCommit.Request, _ node: Node) -> TxnOffsetCommit.Response {
        let claim = MemberClaim(
            memberId: request.memberId, instanceId: request.groupInstanceId, generation: request.generationId)
        let producer = ProducerIdentity(id: request.producerId, epoch: request.producerEpoch)
        var refusal: ErrorCode =
            request.groupId.isEmpty ? .invalidGroupId : self.refusal(of: .group, request.groupId, at: node)
        if refusal == .none { refusal = groups.mayCommit(request.groupId, claim, isTransactional: true, at: now) }
        if refusal == .none { refusal = transactions.mayWrite(producer, toGroup: request.groupId) }
        var response = TxnOffsetCommit.Response()
        response.topics = request.topics.map { asked in
            var topic = TxnOffsetCommit.Response.Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { partition in
                var answer = TxnOffsetCommit.Response.Partition()
                answer.partitionIndex = partition.partitionIndex
                let place = TopicPartition(topic: asked.name, partition: partition.partitionIndex)
                answer.errorCode =
                    refusal != .none ? refusal : commitRefusal(of: place, metadata: partition.committedMetadata)
                if answer.errorCode == .none {
                    let offset = CommittedOffset(
                        offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                        metadata: partition.committedMetadata)
                    if isNoted([.offset(OffsetEntry(request.groupId, place, offset, producerId: producer.id))]) {
                        groups.store(offset, request.groupId, for: place, inTransactionOf: producer.id, at: now)
                    } else {
                        answer.errorCode = .coordinatorNotAvailable
                    }
                }
                return answer
            }
            return topic
        }
        return response
    }

    /// Fences the producer of a transactional id, whose open transaction is aborted; false for an id that nobody has.
    func fenceProducer(_ transactionalId: String) -> Bool {
        defer { settleTransactions() }
        return transactions.fence(transactionalId)
    }

    /// What a producer is told of a change that has been made: that it has to ask again, where it cannot be written down.
    private func noted(_ error: ErrorCode, _ transactionalId: String) -> ErrorCode {
        error != .none || isNoted(transactionEntries([transactionalId])) ? error : .coordinatorNotAvailable
    }

    // MARK: Ends

    /// Writes the markers that are due, as far as they can be written, and sees to it that transactions end in time.
    func settleTransactions() {
        let due = unwrittenEnds + transactions.takeEnds()
        unwrittenEnds = []
        for var end in due {
            // No marker before the decision is written down, so that a start ends all of it alike.
            guard isNoted(transactionEntries([end.transactionalId])) else {
                unwrittenEnds.append(end)
                continue
            }
            let unwritten = end.partitions.filter { !write(end, to: $0) }
            let written = end.partitions.filter { !unwritten.contains($0) }
            for group in end.groups { self.end(end, in: group) }
            transactions.noteWritten(end.transactionalId, partitions: written, groups: end.groups)
            // Where this is not written down, the markers are written once more.
            _ = isNoted(transactionEntries([end.transactionalId]))
            (end.partitions, end.groups) = (unwritten, [])
            if !unwritten.isEmpty { unwrittenEnds.append(end) }
            wake(written)
        }
        guard let next = transactions.nextDeadline else { return }
        if let transactionTimer, transactionTimer.deadline <= next { return }
        transactionTimer?.task.cancel()
        let task = schedule(at: next) { [unowned self] in
            transactionTimer = nil
            transactions.tick(at: now)
            settleTransactions()
        }
        transactionTimer = (next, task)
    }

    /// Writes a transaction's marker; a partition that is gone needs none.
    private func write(_ end: TransactionEnd, to place: TopicPartition) -> Bool {
        guard let log = log(place.topic, place.partition) else { return true }
        return log.appendMarker(
            end.marker, producerId: end.producer.id, producerEpoch: end.producer.epoch, timestamp: WallClock.now())
            != nil
    }

    private func end(_ end: TransactionEnd, in group: String) {
        let stored = groups.endTransaction(of: end.producer.id, in: group, commits: end.marker.kind == .commit)
        // The transaction has ended, whether it can be written down or not: Kafka would be down by now.
        if !stored.isEmpty { _ = isNoted(stored.map { .offset(OffsetEntry(group, $0.place, $0.offset)) }) }
    }
}

extension ErrorCode {
    /// What a version is told that does not know PRODUCER_FENCED (KIP-588).
    fileprivate var beforeFencing: ErrorCode { self == .producerFenced ? .invalidProducerEpoch : self }
}
