// A transactional producer in memory: what it sends is read only after its commit, and a zombie is refused.
internal import BrokerCore
internal import KafkaWire
public import World

/// A producer registered under a transactional id; see <doc:BrokerFaults>.
public final class SimulatedProducer {
    private let broker: SimulatedBroker
    private let transactionalID: String
    private let identity: ProducerIdentity
    private var isInTransaction = false
    /// The partitions that take part in the transaction.
    private var partitions: Set<Partition> = []

    init(broker: SimulatedBroker, transactionalID: String, identity: ProducerIdentity) {
        self.broker = broker
        self.transactionalID = transactionalID
        self.identity = identity
    }

    /// Of two producers of one transactional id the one with the higher epoch registered later.
    public var epoch: Int { Int(identity.epoch) }

    /// Begins a transaction.
    ///
    /// - Throws: ``BrokerError``: `fenced` for a zombie, `failed` when a transaction is open.
    public func begin() throws {
        try check(isInTransaction: false)
        isInTransaction = true
    }

    /// Sends a record in the open transaction. Returns its offset.
    ///
    /// - Throws: ``BrokerError``: `fenced` for a zombie, `failed` outside of a transaction.
    @discardableResult
    public func send(to partition: Partition, key: [UInt8]? = nil, value: [UInt8]?) throws -> Offset {
        try check(isInTransaction: true)
        return append(to: partition, key: key, value: value)
    }

    /// Sends a record in the transaction of the newest producer of its id.
    func append(to partition: Partition, key: [UInt8]?, value: [UInt8]?) -> Offset {
        if partitions.insert(partition).inserted {
            let place = TopicPartition(topic: broker.topic, partition: partition)
            let error = broker.transactions.add([place], to: transactionalID, identity, at: 0)
            // Our own bug: nobody has come after it, and no transaction of its id waits for its markers.
            precondition(error == .none, "transactional id \(transactionalID): \(error.name)")
        }
        return broker.append(to: partition, key: key, value: value, producer: identity.id)
    }

    /// Makes the transaction's records visible, all of them.
    ///
    /// - Throws: ``BrokerError``: `fenced` for a zombie, `failed` outside of a transaction.
    public func commit() throws { try end(aborts: false) }

    /// Undoes the transaction: nobody will ever see its records.
    ///
    /// - Throws: ``BrokerError``: `fenced` for a zombie, `failed` outside of a transaction.
    public func abort() throws { try end(aborts: true) }

    private func end(aborts: Bool) throws {
        try check(isInTransaction: true)
        isInTransaction = false
        finish(aborts: aborts)
    }

    /// Ends the transaction of the newest producer of its id. Of one without a record the coordinator knows nothing.
    func finish(aborts: Bool) {
        guard !partitions.isEmpty else { return }
        partitions = []
        let error = broker.transactions.end(transactionalID, identity, aborts ? .abort : .commit)
        // Our own bug, as above.
        precondition(error == .none, "transactional id \(transactionalID): \(error.name)")
        broker.endTransactions()
    }

    private func check(isInTransaction expected: Bool) throws {
        let newest = broker.transactions.summary(of: transactionalID)?.producer ?? .none
        guard newest == identity else {
            throw BrokerError(
                .fenced, "epoch \(epoch) of the producer is over, the newest is \(newest.epoch)",
                location: "transactional id \(transactionalID)")
        }
        guard isInTransaction == expected else {
            throw BrokerError(
                .failed, expected ? "no transaction is open" : "a transaction is open already",
                location: "transactional id \(transactionalID)")
        }
    }
}

extension SimulatedBroker {
    /// Registers a producer. An earlier one of the same id is a zombie from then on, and its open transaction aborted.
    public func openProducer(_ transactionalID: String) -> SimulatedProducer {
        while true {
            // Told to ask again, it does so once the transaction of the one before is over.
            let (identity, error) = transactions.initProducer(transactionalID, timeout: 60_000, at: 0)
            if error == .none {
                return SimulatedProducer(broker: self, transactionalID: transactionalID, identity: identity)
            }
            precondition(error == .concurrentTransactions, "no producer: \(error.name)")
            endTransactions()
        }
    }

    /// Writes the markers of what has ended.
    func endTransactions() {
        for end in transactions.takeEnds() {
            for place in end.partitions {
                endTransaction(of: end.producer.id, in: place.partition, aborts: end.marker.kind == .abort)
            }
            transactions.noteWritten(end.transactionalId, partitions: end.partitions)
        }
    }
}
