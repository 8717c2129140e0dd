// A load step by step, in the order in which it is produced: records, and the transactions around them.
public import World

/// One step of producing a load.
public enum LoadStep: Equatable, Sendable {
    /// A transaction begins.
    case begin
    /// The load's record of this number, from 0.
    case record(Int, partition: Partition)
    /// A record of a transaction that will be aborted, by its number among such records, from 0. Nobody is to deliver it.
    case abortedRecord(Int, partition: Partition)
    /// The transaction's records become visible; a marker lies behind them in each partition that has some.
    case commit
    /// The transaction's records never become visible; a marker lies behind them in each partition that has some.
    case abort
}

/// The production of a load, in one or several parts: the first before the engine runs, others while it is down.
///
/// Of transactions, those whose turn it is are aborted and come in addition: committed ones alone hold the load's records. A
/// part ends with the aborted transaction that is due then, if one is, so that a topic may end in records that nobody sees.
///
/// Aborted transactions are another producer's, with a transactional id of its own: a broker may name an aborted producer also
/// to fetches that begin behind its transaction, whereupon a client drops what the same producer committed later. Whoever
/// produces a load waits after each transaction until its markers are in the log, so that offsets are those of the layout.
public struct LoadProduction: Hashable, Sendable {
    /// The producer's number that records of aborted transactions carry; the load's own carry 0.
    public static let abortedProducer: UInt32 = 1

    /// How records are dealt out.
    public let pattern: LoadPattern
    /// The partitions of the topic, to which further records go.
    public var partitions: Int
    /// The records produced so far: the number of the next.
    public private(set) var records = 0
    /// The records of aborted transactions so far.
    public private(set) var abortedRecords = 0
    private var transaction = 0

    /// A load of which nothing is produced.
    public init(_ pattern: LoadPattern, partitions: Int) {
        self.pattern = pattern
        self.partitions = partitions
    }

    /// Produces `count` further records; `body` is handed every step.
    ///
    /// - Throws: what `body` throws.
    public mutating func produce(_ count: Int, _ body: (LoadStep) throws -> Void) rethrows {
        guard count > 0 else { return }
        guard let transactions = pattern.transactions else {
            for _ in 0..<count { try produceRecord(body) }
            return
        }
        var left = count
        while left > 0 || isAborted(transaction, transactions) {
            let aborts = isAborted(transaction, transactions)
            let size = aborts ? transactions.records : min(transactions.records, left)
            transaction += 1
            try body(.begin)
            for _ in 0..<size {
                if aborts { try produceAbortedRecord(body) } else { try produceRecord(body) }
            }
            try body(aborts ? .abort : .commit)
            if !aborts { left -= size }
        }
    }

    /// By partition, the records that the pattern deals to it of as many as were produced; where partitions were added, of
    /// their number now.
    package var counts: [Int64] { pattern.spread(records, partitions: partitions) }

    /// Leaves out `count` records, as if they had been produced.
    public mutating func skip(_ count: Int) {
        if pattern.transactions == nil { records += count } else { produce(count) { _ in } }
    }

    private mutating func produceRecord(_ body: (LoadStep) throws -> Void) rethrows {
        let place = pattern.place(of: records, partitions: partitions)
        try body(.record(records, partition: Partition(place.partition)))
        records += 1
    }

    private mutating func produceAbortedRecord(_ body: (LoadStep) throws -> Void) rethrows {
        let place = pattern.place(of: abortedRecords, partitions: partitions)
        try body(.abortedRecord(abortedRecords, partition: Partition(place.partition)))
        abortedRecords += 1
    }

    /// Aborted ones are spread as evenly as whole transactions can be.
    private func isAborted(_ transaction: Int, _ transactions: LoadPattern.Transactions) -> Bool {
        let percent = transactions.abortedPercent
        return (transaction + 1) * percent / 100 > transaction * percent / 100
    }
}
