// What the broker writes down beside the records, and how it comes back.
internal import BrokerCore
internal import KafkaWire
internal import Posix

extension Broker {
    /// Takes over what the data folder has.
    ///
    /// - Throws: ``DataError``; the folder is left to others then.
    func restore() throws {
        guard let data else { return }
        do {
            try restore(from: data)
        } catch {
            data.close()
            throw data.explained(error)
        }
    }

    private func restore(from data: DataStore) throws {
        var starts: [(topic: Uuid, entry: LogEntry)] = []
        try data.readJournal { entry in
            switch entry {
            case .topic(let entry): take(entry)
            case .offset(let entry): take(entry)
            case .log(let entry): starts.append((entry.topic, entry))
            case .counts(let entry):
                topics.resume(made: UInt64(clamping: entry.topics))
                transactions.resume(idsGiven: entry.producers)
            case .transaction(let entry): take(entry)
            }
        }
        for found in try data.findLogs() {
            topics.resume(made: found.topic)
            if let topic = topics[Uuid(high: 1, low: found.topic)], found.partition < topic.partitions.count {
                let hasGaps = topic.rules.given["cleanup.policy"] != nil
                try data.restore(found, into: topic.partitions[found.partition], hasGaps: hasGaps)
            } else {
                data.remove(found)
            }
        }
        for (id, entry) in starts {
            guard let topic = topics[id], topic.partitions.indices.contains(Int(entry.partition)) else { continue }
            topic.partitions[Int(entry.partition)].resume(
                startOffset: entry.startOffset, endOffset: entry.startOffset, leaderEpoch: entry.leaderEpoch)
        }
        data.snapshot = { [unowned self] in snapshot() }
        try data.beginJournal()
        let known = transactions.transactionalIds.compactMap { transactions.record(of: $0)?.openProducer }
        for topic in topics.all {
            for log in topic.partitions {
                log.abortOpenTransactions(timestamp: WallClock.now(), except: Set(known))
            }
        }
        transactions.resumeEnds()
        settleTransactions()
    }

    private func take(_ entry: TopicEntry) {
        if let known = topics[entry.name], entry.partitions == 0 || known.id != entry.id {
            _ = topics.delete(entry.name)
            groups.forgetOffsets(ofTopic: entry.name)
        }
        guard entry.partitions > 0 else { return }
        var rules = TopicRules()
        for setting in entry.settings { _ = rules.set(setting.name, setting.value) }
        if let known = topics[entry.name] {
            known.rules = rules
            topics.grow(known, to: Int(entry.partitions), place: place(copies: entry.copies))
        } else {
            _ = topics.restore(
                entry.name, id: entry.id, partitions: Int(entry.partitions), rules: rules,
                place: place(copies: entry.copies))
        }
    }

    private func take(_ entry: TransactionEntry) {
        guard let record = TransactionRecord(entry) else { return }
        transactions.restore(record, at: now)
        guard record.phase == .committing || record.phase == .aborting else { return }
        for group in record.groups {
            groups.endTransaction(of: record.producer.id, in: group, commits: record.phase == .committing)
        }
    }

    /// Partitions are spread anew, as there may be other brokers than before.
    private func place(copies: Int32) -> (Int) -> Replicas {
        let all = nodes.map(\.id)
        let factor = min(max(1, Int(copies)), all.count)
        return { Replicas(Replicas.spread($0, factor: factor, over: all), live: Set(all)) }
    }

    private func take(_ entry: OffsetEntry) {
        let place = TopicPartition(topic: entry.topic, partition: entry.partition)
        if entry.offset < 0 {
            groups.removeOffset(entry.group, for: place)
        } else {
            let offset = CommittedOffset(
                offset: entry.offset, leaderEpoch: entry.leaderEpoch, metadata: entry.metadata)
            let producerId = entry.producerId < 0 ? nil : entry.producerId
            groups.store(offset, entry.group, for: place, inTransactionOf: producerId, at: now)
        }
    }

    private func snapshot() -> [StateEntry] {
        var entries = [StateEntry.counts(counts)]
        for topic in topics.all {
            entries.append(.topic(TopicEntry(topic)))
            for (index, log) in topic.partitions.enumerated() where log.startOffset > 0 || log.leaderEpoch > 0 {
                entries.append(.log(LogEntry(topic.id, index, log)))
            }
        }
        for (group, place, offset) in groups.allOffsets {
            entries.append(.offset(OffsetEntry(group, place, offset)))
        }
        for (group, producerId, place, offset) in groups.pendingOffsets {
            entries.append(.offset(OffsetEntry(group, place, offset, producerId: producerId)))
        }
        entries += transactionEntries(transactions.transactionalIds)
        return entries
    }

    var counts: CountsEntry {
        var entry = CountsEntry()
        entry.topics = Int64(clamping: topics.made)
        entry.producers = transactions.idsGiven
        return entry
    }

    // MARK: Writing down

    func transactionEntries(_ names: [String]) -> [StateEntry] {
        names.compactMap { transactions.record(of: $0) }.map { .transaction(TransactionEntry($0)) }
    }

    /// Whether what has changed is written down, which without a data folder it need not be.
    func isNoted(_ entries: @autoclosure () -> [StateEntry]) -> Bool {
        guard let data else { return true }
        return (try? data.note(entries())) != nil
    }

    /// Makes a topic that may be made and writes it down; nil where it cannot be written.
    func makeTopic(
        _ name: String, partitions: Int, rules: TopicRules = TopicRules(), place: (Int) -> Replicas
    ) -> Topic<BufferSegment>? {
        guard let topic = topics.create(name, partitions: partitions, rules: rules, place: place) else { return nil }
        if isNoted([.topic(TopicEntry(topic))]) { return topic }
        _ = topics.delete(name)
        return nil
    }

    /// Removes a topic and writes that down; false where it cannot be.
    func removeTopic(_ topic: Topic<BufferSegment>) -> Bool {
        var entry = TopicEntry(topic)
        entry.partitions = 0
        guard isNoted([.topic(entry)]), topics.delete(topic.name) else { return false }
        groups.forgetOffsets(ofTopic: topic.name)
        return true
    }
}

extension TopicEntry {
    init(_ topic: Topic<BufferSegment>) {
        name = topic.name
        id = topic.id
        partitions = Int32(clamping: topic.partitions.count)
        copies = Int32(clamping: topic.replicas.first?.all.count ?? 1)
        settings = topic.rules.given.sorted { $0.key < $1.key }.map { name, value in
            var setting = Setting()
            (setting.name, setting.value) = (name, value)
            return setting
        }
    }
}

extension LogEntry {
    init(_ topic: Uuid, _ partition: Int, _ log: PartitionLog<BufferSegment>) {
        self.topic = topic
        self.partition = Int32(clamping: partition)
        startOffset = log.startOffset
        leaderEpoch = log.leaderEpoch
    }
}

extension OffsetEntry {
    /// `committed`: nil for nothing any more.
    init(_ group: String, _ place: TopicPartition, _ committed: CommittedOffset?, producerId: Int64 = -1) {
        self.group = group
        topic = place.topic
        partition = place.partition
        offset = committed?.offset ?? -1
        leaderEpoch = committed?.leaderEpoch ?? -1
        metadata = committed?.metadata
        self.producerId = producerId
    }
}

extension TransactionEntry {
    init(_ record: TransactionRecord) {
        name = record.name
        (producerId, producerEpoch) = (record.producer.id, record.producer.epoch)
        (earlierId, earlierEpoch) = (record.earlier.id, record.earlier.epoch)
        timeout = record.timeout
        phase = record.phase.rawValue
        partitions = record.partitions.map { known in
            var place = Place()
            (place.topic, place.partition) = (known.topic, known.partition)
            return place
        }
        groups = record.groups
    }
}

extension TransactionRecord {
    /// nil for an entry with a phase that there is not.
    init?(_ entry: TransactionEntry) {
        guard let phase = Phase(rawValue: entry.phase) else { return nil }
        self.init(
            name: entry.name, producer: ProducerIdentity(id: entry.producerId, epoch: entry.producerEpoch),
            earlier: ProducerIdentity(id: entry.earlierId, epoch: entry.earlierEpoch), timeout: entry.timeout,
            phase: phase, partitions: entry.partitions.map { TopicPartition(topic: $0.topic, partition: $0.partition) },
            groups: entry.groups)
    }
}
