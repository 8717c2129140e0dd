// What is known of a transactional id, as a value: kept, and taken over by a coordinator that comes back.
internal import KafkaWire

/// What a coordinator knows of one transactional id.
package struct TransactionRecord: Equatable, Sendable {
    /// Where its transaction stands.
    package enum Phase: Int8, Sendable {
        case empty = 0
        case ongoing
        /// It is decided, and its markers may not all be written.
        case committing
        case aborting
        case committed
        case aborted
    }

    package var name: String
    package var producer: ProducerIdentity
    /// The producer before, which may ask for the newest again.
    package var earlier: ProducerIdentity
    package var timeout: Milliseconds
    package var phase: Phase
    /// Where it takes part, or where its markers may be missing, in the order of the names.
    package var partitions: [TopicPartition]
    package var groups: [String]

    /// The number of the producer whose transaction has no end yet.
    package var openProducer: Int64? {
        switch phase {
        case .ongoing, .committing, .aborting: producer.id
        case .empty, .committed, .aborted: nil
        }
    }

    package init(
        name: String, producer: ProducerIdentity, earlier: ProducerIdentity, timeout: Milliseconds, phase: Phase,
        partitions: [TopicPartition], groups: [String]
    ) {
        self.name = name
        self.producer = producer
        self.earlier = earlier
        self.timeout = timeout
        self.phase = phase
        self.partitions = partitions
        self.groups = groups
    }
}

extension TransactionCoordinator {
    /// What is known of a transactional id; nil for one that nobody has.
    package func record(of name: String) -> TransactionRecord? {
        transactions[name].map { known in
            let phase: TransactionRecord.Phase =
                switch known.phase {
                case .empty: .empty
                case .ongoing: .ongoing
                case .ending(let kind): kind == .commit ? .committing : .aborting
                case .ended(let kind): kind == .commit ? .committed : .aborted
                }
            return TransactionRecord(
                name: name, producer: known.producer, earlier: known.earlier, timeout: known.timeout, phase: phase,
                partitions: known.partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) },
                groups: known.groups.sorted())
        }
    }

    /// Takes over what was known of a transactional id, in place of what was taken over before.
    ///
    /// An open transaction has its whole time again.
    package mutating func restore(_ record: TransactionRecord, at now: Milliseconds) {
        var transaction = Transaction(producer: record.producer)
        transaction.earlier = record.earlier
        transaction.timeout = record.timeout
        transaction.partitions = Set(record.partitions)
        transaction.groups = Set(record.groups)
        transaction.phase =
            switch record.phase {
            case .empty: .empty
            case .ongoing: .ongoing(since: now)
            case .committing: .ending(.commit)
            case .aborting: .ending(.abort)
            case .committed: .ended(.commit)
            case .aborted: .ended(.abort)
            }
        transactions[record.name] = transaction
        names[record.producer.id] = record.name
        resume(idsGiven: record.producer.id)
    }

    /// Once all is taken over: markers that may be missing are due again.
    package mutating func resumeEnds() {
        for name in transactions.keys.sorted() {
            if case .ending(let kind) = transactions[name]?.phase { end(name, kind) }
        }
    }
}
