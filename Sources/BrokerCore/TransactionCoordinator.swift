// The transactions of all producers that have a name, and who may take part in them, on a clock that is passed in.
package import KafkaWire

/// How transactions behave.
package struct TransactionRules: Equatable, Sendable {
    /// What a producer may ask for.
    package var longestTimeout: Milliseconds = 900_000

    package init() {}
}

/// A producer's number, and how often it was begun anew.
package struct ProducerIdentity: Hashable, Sendable {
    package var id: Int64
    package var epoch: Int16

    package init(id: Int64, epoch: Int16) {
        self.id = id
        self.epoch = epoch
    }

    /// No producer.
    package static let none = ProducerIdentity(id: -1, epoch: -1)
    /// The next producer of a name gets another number at this epoch.
    static let lastEpoch = Int16.max - 1
}

/// The end of a transaction, to be written where it took part.
package struct TransactionEnd: Equatable, Sendable {
    package var transactionalId: String
    package var producer: ProducerIdentity
    package var marker: ControlMarker
    /// In the order of their names.
    package var partitions: [TopicPartition]
    /// Groups whose offsets it stores or drops, in the order of their names.
    package var groups: [String]
}

/// The coordinator of all transactional ids of a cluster, stepped by one thread.
///
/// What has ended comes from ``takeEnds()``. Whoever steps it writes the markers, and says so by
/// ``noteWritten(_:partitions:groups:)``: only then the transaction is over, and until then requests are answered with
/// CONCURRENT_TRANSACTIONS. As Kafka 3 and 4 do it for clients that do not know KIP-890.
package struct TransactionCoordinator {
    private let rules: TransactionRules
    var transactions: [String: Transaction] = [:]
    /// The transactional ids of producers' numbers.
    var names: [Int64: String] = [:]
    /// How many numbers producers were given; the last one is as large.
    package private(set) var idsGiven: Int64 = 0
    private var ends: [TransactionEnd] = []
    /// The coordinator's epoch, as markers carry it.
    package private(set) var epoch: Int32 = 0

    package init(_ rules: TransactionRules = TransactionRules()) { self.rules = rules }

    /// Ends whose markers are to be written, each once.
    package mutating func takeEnds() -> [TransactionEnd] {
        defer { ends = [] }
        return ends
    }

    /// Numbers that producers were given before, by whoever had their transactions then, are not given again.
    package mutating func resume(idsGiven count: Int64) { idsGiven = max(idsGiven, count) }

    private mutating func newId() -> Int64 {
        idsGiven += 1
        return idsGiven
    }

    // MARK: Producers

    /// Gives a producer its number and epoch, or why there is none.
    ///
    /// An open transaction of the name is aborted first, and the producer told to ask again (CONCURRENT_TRANSACTIONS).
    ///
    /// - Parameters:
    ///   - name: The transactional id; nil for a producer that only counts.
    ///   - timeout: How long a transaction may last.
    ///   - known: What the producer was given before, for one that goes on after an error (KIP-360).
    package mutating func initProducer(
        _ name: String?, timeout: Milliseconds, known: ProducerIdentity = .none, at now: Milliseconds
    ) -> (producer: ProducerIdentity, error: ErrorCode) {
        guard let name else { return (ProducerIdentity(id: newId(), epoch: 0), .none) }
        guard !name.isEmpty else { return (.none, .invalidRequest) }
        guard timeout > 0, timeout <= rules.longestTimeout else { return (.none, .invalidTransactionTimeout) }
        guard (known.id < 0) == (known.epoch < 0) else { return (.none, .invalidRequest) }
        var transaction = transactions[name] ?? Transaction(producer: ProducerIdentity(id: newId(), epoch: -1))
        guard known.id < 0 || transaction.recognizes(known) else { return (.none, .producerFenced) }
        switch transaction.phase {
        case .ending: return (.none, .concurrentTransactions)
        case .ongoing:
            fence(name)
            return (.none, .concurrentTransactions)
        case .empty, .ended: break
        }
        if transaction.producer.epoch >= ProducerIdentity.lastEpoch,
            known.id < 0 || known.epoch == transaction.producer.epoch
        {
            transaction.earlier = known.id < 0 ? .none : transaction.producer
            transaction.producer = ProducerIdentity(id: newId(), epoch: 0)
        } else if let error = transaction.beginEpoch(known: known) {
            return (.none, error)
        }
        transaction.phase = .empty
        transaction.timeout = timeout
        transactions[name] = transaction
        names[transaction.producer.id] = name
        return (transaction.producer, .none)
    }

    /// Fences the producer of a name, whose open transaction is aborted; false for a name that nobody has.
    @discardableResult
    package mutating func fence(_ name: String) -> Bool {
        guard var transaction = transactions[name] else { return false }
        // Behind the last epoch a producer gets another number.
        if transaction.producer.epoch < .max { transaction.producer.epoch += 1 }
        transaction.earlier = .none
        transactions[name] = transaction
        if case .ongoing = transaction.phase { end(name, .abort) }
        return true
    }

    // MARK: Taking part

    /// Why a producer's request about its transaction is refused; `.none` when it may go on.
    private func refusal(_ name: String, _ producer: ProducerIdentity) -> ErrorCode {
        guard !name.isEmpty else { return .invalidRequest }
        guard let transaction = transactions[name], transaction.producer.id == producer.id else {
            return .invalidProducerIdMapping
        }
        guard transaction.producer.epoch == producer.epoch else { return .producerFenced }
        if case .ending = transaction.phase { return .concurrentTransactions }
        return .none
    }

    /// Lets partitions take part in a producer's transaction, which begins with that.
    package mutating func add(
        _ partitions: [TopicPartition], to name: String, _ producer: ProducerIdentity, at now: Milliseconds
    ) -> ErrorCode {
        let error = refusal(name, producer)
        if error == .none { transactions[name]?.take(partitions, [], at: now) }
        return error
    }

    /// Lets a group's offsets take part in a producer's transaction, which begins with that.
    package mutating func add(
        group: String, to name: String, _ producer: ProducerIdentity, at now: Milliseconds
    ) -> ErrorCode {
        let error = refusal(name, producer)
        if error == .none { transactions[name]?.take([], [group], at: now) }
        return error
    }

    /// Whether a producer may write to a partition in its transaction.
    package func mayWrite(_ producer: ProducerIdentity, to place: TopicPartition) -> ErrorCode {
        mayWrite(producer) { $0.partitions.contains(place) }
    }

    /// Whether a producer may store a group's offsets in its transaction.
    package func mayWrite(_ producer: ProducerIdentity, toGroup group: String) -> ErrorCode {
        mayWrite(producer) { $0.groups.contains(group) }
    }

    private func mayWrite(_ producer: ProducerIdentity, _ takesPart: (Transaction) -> Bool) -> ErrorCode {
        guard let name = names[producer.id], let transaction = transactions[name],
            transaction.producer.id == producer.id
        else { return .invalidProducerIdMapping }
        guard transaction.producer.epoch == producer.epoch else { return .invalidProducerEpoch }
        guard case .ongoing = transaction.phase, takesPart(transaction) else { return .invalidTxnState }
        return .none
    }

    // MARK: Ending

    /// Ends a producer's transaction, as it asks for.
    package mutating func end(_ name: String, _ producer: ProducerIdentity, _ kind: ControlMarker.Kind) -> ErrorCode {
        guard !name.isEmpty else { return .invalidRequest }
        guard let transaction = transactions[name], transaction.producer.id == producer.id else {
            return .invalidProducerIdMapping
        }
        guard transaction.producer.epoch == producer.epoch else { return .producerFenced }
        switch transaction.phase {
        case .ongoing:
            end(name, kind)
            return .none
        // Who asks again, because the answer was lost, is answered alike.
        case .ending(kind): return .concurrentTransactions
        case .ended(kind): return .none
        case .empty, .ending, .ended: return .invalidTxnState
        }
    }

    mutating func end(_ name: String, _ kind: ControlMarker.Kind) {
        guard var transaction = transactions[name] else { return }
        transaction.phase = .ending(kind)
        transactions[name] = transaction
        ends.append(
            TransactionEnd(
                transactionalId: name, producer: transaction.producer,
                marker: ControlMarker(kind, coordinatorEpoch: epoch),
                partitions: transaction.partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) },
                groups: transaction.groups.sorted()))
    }

    /// The markers of these places are written, or the places are gone. With the last one the transaction is over.
    package mutating func noteWritten(_ name: String, partitions: [TopicPartition], groups: [String] = []) {
        guard var transaction = transactions[name], case .ending(let kind) = transaction.phase else { return }
        transaction.partitions.subtract(partitions)
        transaction.groups.subtract(groups)
        if transaction.partitions.isEmpty && transaction.groups.isEmpty { transaction.phase = .ended(kind) }
        transactions[name] = transaction
    }

    /// A coordinator takes over: it has read all that the one before knew, and its markers carry another epoch.
    package mutating func move() { if epoch < .max { epoch += 1 } }

    // MARK: Time

    /// When ``tick(at:)`` has something to do; nil for nothing.
    package var nextDeadline: Milliseconds? { transactions.values.compactMap(\.deadline).min() }

    /// Aborts what has lasted too long, and fences its producer.
    package mutating func tick(at now: Milliseconds) {
        // In the order of names, so that two runs end alike.
        for name in transactions.filter({ $0.value.deadline.map { $0 <= now } ?? false }).keys.sorted() { fence(name) }
    }

    // MARK: Looking

    /// What is known of a transactional id, for whoever looks from outside.
    package func summary(of name: String) -> (producer: ProducerIdentity, state: String, partitions: Int)? {
        transactions[name].map { ($0.producer, $0.phase.name, $0.partitions.count) }
    }

    /// All transactional ids, in their order.
    package var transactionalIds: [String] { transactions.keys.sorted() }
}

/// What is known of one transactional id.
struct Transaction {
    enum Phase: Equatable {
        case empty
        case ongoing(since: Milliseconds)
        /// It is decided, and its markers are not all written.
        case ending(ControlMarker.Kind)
        case ended(ControlMarker.Kind)

        /// As Kafka calls it.
        var name: String {
            switch self {
            case .empty: "Empty"
            case .ongoing: "Ongoing"
            case .ending(.commit): "PrepareCommit"
            case .ending(.abort): "PrepareAbort"
            case .ended(.commit): "CompleteCommit"
            case .ended(.abort): "CompleteAbort"
            }
        }
    }

    /// The newest; of epoch -1 before the first was given.
    var producer: ProducerIdentity
    /// The one before, if it was the same producer, which may ask for the newest again.
    var earlier = ProducerIdentity.none
    var timeout: Milliseconds = 0
    var phase = Phase.empty
    var partitions: Set<TopicPartition> = []
    var groups: Set<String> = []

    init(producer: ProducerIdentity) { self.producer = producer }

    var deadline: Milliseconds? {
        if case .ongoing(let since) = phase { since + timeout } else { nil }
    }

    /// Whether a producer that says what it was given may be the newest, or the one before that had no answer.
    func recognizes(_ known: ProducerIdentity) -> Bool {
        producer.epoch < 0 || known.id == producer.id
            || (known.id == earlier.id && known.epoch >= ProducerIdentity.lastEpoch)
    }

    /// Takes the next epoch, for the producer that it may have known before; or why it gets none.
    mutating func beginEpoch(known: ProducerIdentity) -> ErrorCode? {
        // A new producer, or one that goes on by itself.
        if known.id < 0 || producer.epoch < 0 || known.epoch == producer.epoch {
            earlier = known.id < 0 ? .none : producer
            producer.epoch += 1
            return nil
        }
        // It asks again, because the answer was lost.
        return known.epoch == earlier.epoch ? nil : .producerFenced
    }

    mutating func take(_ partitions: [TopicPartition], _ groups: [String], at now: Milliseconds) {
        switch phase {
        case .ongoing: break
        case .empty, .ending, .ended: phase = .ongoing(since: now)
        }
        self.partitions.formUnion(partitions)
        self.groups.formUnion(groups)
    }
}
