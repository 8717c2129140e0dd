// How a load's records are dealt to partitions and transactions: a pure function of a record's number.

/// The pattern by which records are dealt out. Without weights and transactions, record i goes to partition i modulo p.
public struct LoadPattern: Codable, Hashable, Sendable {
    /// Transactions of a load.
    public struct Transactions: Codable, Hashable, Sendable {
        /// Records of each transaction, at least 1; the last committed one of a production may have fewer.
        public var records: Int
        /// Of a hundred transactions, how many are aborted, 0 to 99. Their records are not counted among the load's.
        public var abortedPercent: Int

        /// Makes transactions.
        public init(records: Int, abortedPercent: Int = 0) {
            self.records = records
            self.abortedPercent = abortedPercent
        }
    }

    /// The most that weights may add up to, so that a whole round of them can be looked up.
    public static let largestSumOfWeights = 100_000

    /// One for each partition: of each round of as many records as all weights together, how many go to it. Empty: one each.
    public let weights: [Int]
    /// The transactions in which records are produced; nil: none.
    public let transactions: Transactions?
    /// For weights: the partition of each record of a round, and which of its partition's records of that round it is.
    private let turns: [Turn]

    private struct Turn: Codable, Hashable, Sendable {
        var partition: Int32
        var rank: Int32
    }

    /// Makes a pattern. `weights` has one of at least 0 for each partition, not all 0, or is empty; together at most
    /// ``largestSumOfWeights`` after what they have in common is divided out.
    public init(weights: [Int] = [], transactions: Transactions? = nil) {
        let common = weights.reduce(0, LoadPattern.greatestCommonDivisor)
        let reduced = common > 0 ? weights.map { $0 / common } : []
        // Equal weights are what there is without any.
        self.weights = reduced.allSatisfy { $0 == 1 } ? [] : reduced
        self.transactions = transactions
        turns = LoadPattern.round(of: self.weights)
    }

    /// Reads a pattern; see ``encode(to:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let weights = try container.decodeIfPresent([Int].self, forKey: .weights) ?? []
        let transactions = try container.decodeIfPresent(Transactions.self, forKey: .transactions)
        guard weights.allSatisfy({ (0...LoadPattern.largestSumOfWeights).contains($0) }),
            weights.isEmpty || (1...LoadPattern.largestSumOfWeights).contains(weights.reduce(0, +)),
            transactions.map({ $0.records >= 1 && (0...99).contains($0.abortedPercent) }) ?? true
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "weights or transactions out of their ranges"))
        }
        self.init(weights: weights, transactions: transactions)
    }

    private enum CodingKeys: String, CodingKey { case weights, transactions }

    /// Writes what the pattern was made from.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weights, forKey: .weights)
        try container.encodeIfPresent(transactions, forKey: .transactions)
    }

    /// Where a record goes, of a load over `partitions` partitions: the partition, and how many of the load's records that
    /// are not aborted lie before it there.
    @inline(__always)
    public func place(of record: Int, partitions: Int) -> (partition: Int, ordinal: Int) {
        if turns.isEmpty { return (record % partitions, record / partitions) }
        let turn = turns[record % turns.count]
        let partition = Int(turn.partition)
        return (partition, record / turns.count * weights[partition] + Int(turn.rank))
    }

    /// The number of the `ordinal`-th record of a partition, both from 0: ``place(of:partitions:)`` the other way round.
    public func record(_ ordinal: Int, of partition: Int, partitions: Int) -> Int {
        if turns.isEmpty { return ordinal * partitions + partition }
        let weight = weights[partition]
        let rank = ordinal % weight
        // Of a partition's turns in a round, the one of this rank.
        let place = turns.firstIndex { Int($0.partition) == partition && Int($0.rank) == rank } ?? 0
        return ordinal / weight * turns.count + place
    }

    /// By partition, how many of the first `records` records go to it.
    public func spread(_ records: Int, partitions: Int) -> [Int64] {
        if turns.isEmpty {
            return (0..<partitions).map { Int64(records / partitions + ($0 < records % partitions ? 1 : 0)) }
        }
        var counts = weights.map { Int64(records / turns.count * $0) }
        for turn in turns.prefix(records % turns.count) { counts[Int(turn.partition)] += 1 }
        return counts
    }

    /// A round of turns: each goes to the partition that is furthest behind its weight, the lowest of several, which spreads
    /// a partition's turns over the round (smooth weighted round-robin).
    private static func round(of weights: [Int]) -> [Turn] {
        let sum = weights.reduce(0, +)
        var credit = weights.map { _ in 0 }
        var counts = weights.map { _ in Int32(0) }
        return (0..<sum).map { _ in
            for partition in weights.indices { credit[partition] += weights[partition] }
            let chosen = credit.indices.reduce(0) { credit[$1] > credit[$0] ? $1 : $0 }
            credit[chosen] -= sum
            counts[chosen] += 1
            return Turn(partition: Int32(chosen), rank: counts[chosen] - 1)
        }
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (larger, smaller) = (max(first, second), min(first, second))
        while smaller > 0 { (larger, smaller) = (smaller, larger % smaller) }
        return larger
    }
}
