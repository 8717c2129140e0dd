// A transactional producer in memory: what it sends is read only after its commit, and a zombie is refused.
public import World

/// A producer registered under a transactional id; see <doc:BrokerFaults>.
public final class SimulatedProducer {
    private let broker: SimulatedBroker
    private let transactionalID: String
    /// The id that all producers of one transactional id share.
    private let number: Int
    /// Of two producers of one transactional id the one with the higher epoch registered later.
    public let epoch: Int
    private var isInTransaction = false

    init(broker: SimulatedBroker, transactionalID: String, number: Int, epoch: Int) {
        self.broker = broker
        self.transactionalID = transactionalID
        self.number = number
        self.epoch = epoch
    }

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
        return broker.append(to: partition, key: key, value: value, producer: number)
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
        broker.endTransaction(of: number, aborts: aborts)
    }

    private func check(isInTransaction expected: Bool) throws {
        let newest = broker.producerEpoch(of: transactionalID)
        guard newest == epoch else {
            throw BrokerError(
                .fenced, "epoch \(epoch) of the producer is over, the newest is \(newest)",
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
        let (number, epoch) = registerProducer(transactionalID)
        return SimulatedProducer(broker: self, transactionalID: transactionalID, number: number, epoch: epoch)
    }
}
