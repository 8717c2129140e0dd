// Fetch: stored batches go out as they lie; who finds too little waits until there is more.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore

/// A fetch that waits; a connection has one at most.
struct WaitingFetch {
    let request: Fetch.Request
    let reply: Reply
    let timeout: Scheduled<Void>
}

extension Broker {
    /// What an answer has at most where records may have to be read from files, so that memory has a bound.
    private static let mostFromFiles = 16 << 20

    /// An answer, and what fills it.
    private struct Answer {
        var response = Fetch.Response()
        /// What is to be sent of each partition that has anything.
        var found: [(topic: Int, partition: Int, slices: [(segment: BufferSegment, range: Range<Int>)])] = []
        var byteCount = 0
        /// Which topic and partition of the answer is looked at.
        var place = (topic: 0, partition: 0)
        /// Whether a partition is refused, which nobody waits with.
        var hasError = false
    }

    func fetch(_ request: Fetch.Request, _ reply: Reply) {
        guard request.sessionId == 0 else {
            // Every answer offers session 0: none. A client that has one was given it by another broker.
            var response = Fetch.Response()
            response.errorCode = .fetchSessionIdNotFound
            return reply.send(Fetch.self, response)
        }
        let answer = answer(request, reply)
        let isEnough = answer.hasError || answer.byteCount >= request.minBytes
        guard !isEnough, request.maxWaitMs > 0, !request.topics.isEmpty else { return send(answer, reply) }
        let id = ObjectIdentifier(reply.connection)
        let timeout = schedule(at: now + Milliseconds(request.maxWaitMs)) { [unowned self] in
            guard let waiting = stopWaiting(id) else { return }
            send(self.answer(waiting.request, waiting.reply), waiting.reply)
        }
        fetches[id] = WaitingFetch(request: request, reply: reply, timeout: timeout)
        for place in Self.places(of: request) { watchers[place, default: []].insert(id) }
    }

    /// Answers those who wait for these partitions and have enough now.
    func wake(_ places: [TopicPartition]) {
        for id in Set(places.flatMap { watchers[$0] ?? [] }) {
            guard let waiting = fetches[id] else { continue }
            let answer = answer(waiting.request, waiting.reply)
            guard answer.hasError || answer.byteCount >= waiting.request.minBytes else { continue }
            stopWaiting(id)
            send(answer, waiting.reply)
        }
    }

    @discardableResult
    func stopWaiting(_ id: ObjectIdentifier) -> WaitingFetch? {
        guard let waiting = fetches.removeValue(forKey: id) else { return nil }
        waiting.timeout.cancel()
        for place in Self.places(of: waiting.request) {
            watchers[place]?.remove(id)
            if watchers[place]?.isEmpty == true { watchers[place] = nil }
        }
        return waiting
    }

    private static func places(of request: Fetch.Request) -> some Sequence<TopicPartition> {
        request.topics.lazy.flatMap { topic in
            topic.partitions.lazy.map { TopicPartition(topic: topic.topic, partition: $0.partition) }
        }
    }

    private func send(_ answer: Answer, _ reply: Reply) {
        var response = answer.response
        var records: [[ByteBuffer]] = []
        for (topic, partition, slices) in answer.found {
            let buffers = slices.compactMap { $0.segment.slice($0.range) }
            if buffers.count == slices.count {
                records.append(buffers)
            } else {
                response.responses[topic].partitions[partition].errorCode = .kafkaStorageError
                response.responses[topic].partitions[partition].records = Records()
            }
        }
        reply.send(Fetch.self, response, records: records)
    }

    private func answer(_ request: Fetch.Request, _ reply: Reply) -> Answer {
        var answer = Answer()
        for (topicIndex, asked) in request.topics.enumerated() {
            var topic = Fetch.Response.Topic()
            topic.topic = asked.topic
            let known = topics[asked.topic]
            for (index, partition) in asked.partitions.enumerated() {
                answer.place = (topicIndex, index)
                let led = led(known, partition.partition, by: reply.connection.node)
                topic.partitions.append(read(partition, led, request, reply.version, into: &answer))
            }
            answer.response.responses.append(topic)
        }
        return answer
    }

    private func read(
        _ asked: Fetch.Request.Partition, _ led: Led, _ request: Fetch.Request, _ version: Int16,
        into answer: inout Answer
    ) -> Fetch.Response.Partition {
        var partition = Fetch.Response.Partition()
        partition.partitionIndex = asked.partition
        partition.highWatermark = -1
        partition.records = Records()
        func refused(_ error: ErrorCode) -> Fetch.Response.Partition {
            partition.errorCode = error
            answer.hasError = true
            return partition
        }
        let log: PartitionLog<BufferSegment>
        switch led {
        case .log(let found): log = found
        case .refused(let code): return refused(code)
        }
        // Older versions know only older formats of records.
        guard version >= 4 else { return refused(.unsupportedVersion) }
        let refusal = log.refusal(leaderEpoch: asked.currentLeaderEpoch)
        guard refusal == .none else { return refused(refusal) }
        partition.highWatermark = log.highWatermark
        partition.lastStableOffset = log.state.lastStableOffset
        let isCommitted = request.isolationLevel == 1
        if !isCommitted { partition.abortedTransactions = nil }
        partition.logStartOffset = log.startOffset
        let all = min(Int(request.maxBytes), data == nil ? .max : Self.mostFromFiles)
        let most = min(Int(asked.partitionMaxBytes), all - answer.byteCount)
        let read = log.read(
            from: asked.fetchOffset, maxBytes: most, atLeastOne: answer.byteCount == 0, isCommitted: isCommitted)
        guard let read else { return refused(.offsetOutOfRange) }
        guard read.byteCount > 0 else { return partition }
        if isCommitted {
            let aborted = log.state.aborted(in: asked.fetchOffset..<read.endOffset)
            partition.abortedTransactions = aborted.map { transaction in
                var entry = Fetch.Response.AbortedTransaction()
                (entry.producerId, entry.firstOffset) = (transaction.producerId, transaction.firstOffset)
                return entry
            }
        }
        partition.records = Records(answer.byteCount..<answer.byteCount + read.byteCount)
        answer.found.append((answer.place.topic, answer.place.partition, read.slices))
        answer.byteCount += read.byteCount
        return partition
    }
}
