// Requests about records: append, find by time, delete.
internal import BrokerCore
internal import KafkaWire

extension Broker {
    func produce(_ request: Produce.Request, _ frame: UnsafeRawBufferPointer, _ reply: Reply) {
        var response = Produce.Response()
        var grown: [TopicPartition] = []
        for topicData in request.topicData {
            var topic = Produce.Response.Topic()
            topic.name = topicData.name
            let known = topics[topicData.name]
            for data in topicData.partitionData {
                var led = led(known, data.index, by: reply.connection.node)
                if request.acks == -1, case .log = led, let known,
                    known.replicas[Int(data.index)].inSync.count < known.rules.leastInSync
                {
                    led = .refused(.notEnoughReplicas)
                }
                let place = TopicPartition(topic: topicData.name, partition: data.index)
                let answer = append(data, to: led, place, acks: request.acks, frame)
                if answer.errorCode == .none { grown.append(place) }
                topic.partitionResponses.append(answer)
            }
            response.responses.append(topic)
        }
        if request.acks != 0 {
            reply.send(Produce.self, response)
        } else if response.responses.allSatisfy({ $0.partitionResponses.allSatisfy { $0.errorCode == .none } }) {
            reply.finish()
        } else {
            // Who wants no answer learns only by this that something went wrong.
            reply.connection.close()
        }
        wake(grown)
    }

    private func append(
        _ data: Produce.Request.Partition, to led: Led, _ place: TopicPartition, acks: Int16,
        _ frame: UnsafeRawBufferPointer
    ) -> Produce.Response.Partition {
        var answer = Produce.Response.Partition()
        answer.index = data.index
        answer.baseOffset = -1
        guard (-1...1).contains(acks) else {
            answer.errorCode = .invalidRequiredAcks
            return answer
        }
        let log: PartitionLog<BufferSegment>
        switch led {
        case .log(let found): log = found
        case .refused(let code):
            answer.errorCode = code
            return answer
        }
        let records = data.records ?? Records()
        let outcome = log.append(UnsafeRawBufferPointer(rebasing: frame[records.range])) { id, epoch in
            transactions.mayWrite(ProducerIdentity(id: id, epoch: epoch), to: place)
        }
        switch outcome {
        case .appended(let baseOffset), .duplicate(let baseOffset): answer.baseOffset = baseOffset
        case .refused(let code): answer.errorCode = code
        }
        answer.logStartOffset = log.startOffset
        return answer
    }

    func listOffsets(_ request: ListOffsets.Request, _ node: Node) -> ListOffsets.Response {
        var response = ListOffsets.Response()
        response.topics = request.topics.map { asked in
            var topic = ListOffsets.Response.Topic()
            topic.name = asked.name
            let known = topics[asked.name]
            topic.partitions = asked.partitions.map {
                place(
                    of: $0, in: led(known, $0.partitionIndex, by: node), isCommitted: request.isolationLevel == 1)
            }
            return topic
        }
        return response
    }

    private func place(
        of asked: ListOffsets.Request.Partition, in led: Led, isCommitted: Bool
    ) -> ListOffsets.Response.Partition {
        var answer = ListOffsets.Response.Partition()
        answer.partitionIndex = asked.partitionIndex
        let log: PartitionLog<BufferSegment>
        switch led {
        case .log(let found): log = found
        case .refused(let code):
            answer.errorCode = code
            return answer
        }
        answer.errorCode = log.refusal(leaderEpoch: asked.currentLeaderEpoch)
        guard answer.errorCode == .none else { return answer }
        do throws(WireError) {
            // What an open transaction holds back is not there for who reads committed records.
            let end = isCommitted ? log.state.lastStableOffset : log.highWatermark
            var found: RecordPlace?
            switch asked.timestamp {
            case -1: found = RecordPlace(offset: end, timestamp: -1)
            case -2: found = RecordPlace(offset: log.startOffset, timestamp: -1)
            case -3: found = try log.latestRecord(unpacker)
            case 0...: found = try log.record(from: asked.timestamp, unpacker)
            default:
                answer.errorCode = .unsupportedVersion
                return answer
            }
            if asked.timestamp != -1, let place = found, place.timestamp >= 0, place.offset >= end { found = nil }
            guard let found else { return answer }
            (answer.offset, answer.timestamp) = (found.offset, found.timestamp)
            answer.leaderEpoch = log.state.epoch(at: found.offset)
            answer.oldStyleOffsets = [found.offset]
        } catch {
            // The records of a batch, which nobody looked into when it came, are not what its header says.
            answer.errorCode = .corruptMessage
        }
        return answer
    }

    func offsetForLeaderEpoch(
        _ request: OffsetForLeaderEpoch.Request, _ node: Node
    ) -> OffsetForLeaderEpoch.Response {
        var response = OffsetForLeaderEpoch.Response()
        response.topics = request.topics.map { asked in
            var topic = OffsetForLeaderEpoch.Response.Topic()
            topic.topic = asked.topic
            topic.partitions = asked.partitions.map { partition in
                var answer = OffsetForLeaderEpoch.Response.EpochEndOffset()
                answer.partition = partition.partition
                switch led(topics[asked.topic], partition.partition, by: node) {
                case .refused(let code): answer.errorCode = code
                case .log(let log):
                    answer.errorCode = log.refusal(leaderEpoch: partition.currentLeaderEpoch)
                    if answer.errorCode == .none, let end = log.state.end(ofEpoch: partition.leaderEpoch) {
                        (answer.leaderEpoch, answer.endOffset) = end
                    }
                }
                return answer
            }
            return topic
        }
        return response
    }

    func deleteRecords(_ request: DeleteRecords.Request, _ node: Node) -> DeleteRecords.Response {
        var response = DeleteRecords.Response()
        response.topics = request.topics.map { asked in
            var topic = DeleteRecords.Response.Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { partition in
                var answer = DeleteRecords.Response.Partition()
                answer.partitionIndex = partition.partitionIndex
                answer.lowWatermark = -1
                let topic = topics[asked.name]
                switch led(topic, partition.partitionIndex, by: node) {
                case .log(let log):
                    let low = log.deleteRecords(before: partition.offset)
                    (answer.lowWatermark, answer.errorCode) = low.map { ($0, .none) } ?? (-1, .offsetOutOfRange)
                    if low != nil, let topic, !isNoted([.log(LogEntry(topic.id, Int(partition.partitionIndex), log))]) {
                        answer.errorCode = .kafkaStorageError
                    }
                case .refused(let code): answer.errorCode = code
                }
                return answer
            }
            return topic
        }
        return response
    }
}

extension PartitionLog {
    /// Why a client that knows this epoch of the leader, -1 for none, is not answered.
    func refusal(leaderEpoch known: Int32) -> ErrorCode {
        known < 0 || known == leaderEpoch ? .none : known < leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
    }
}
