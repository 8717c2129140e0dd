// One partition's log as a value: records, transactions, leader epochs, and what retention and compaction leave.
internal import World

struct PartitionLog {
    struct Record {
        var offset: Offset
        var key: [UInt8]?
        var value: [UInt8]?
        /// The producer in whose transaction it came; nil outside of transactions.
        var producer: Int?
        /// Whether its transaction was aborted: no reader sees it.
        var isAborted = false
    }

    private(set) var records: [Record] = []
    private(set) var low: Offset = 0
    private(set) var high: Offset = 0
    /// The open transactions by producer, with the first offset of each.
    private(set) var open: [(producer: Int, first: Offset)] = []
    /// The leader's epoch.
    private(set) var epoch = 0
    /// Whether an unclean election took records away.
    private(set) var isCut = false

    /// The end for those who read committed records.
    var lastStable: Offset { open.isEmpty ? high : open.reduce(high) { min($0, $1.first) } }

    /// Appends a record; returns its offset.
    mutating func append(key: [UInt8]?, value: [UInt8]?, producer: Int? = nil) -> Offset {
        if let producer, !open.contains(where: { $0.producer == producer }) { open.append((producer, high)) }
        records.append(Record(offset: high, key: key, value: value, producer: producer))
        high += 1
        return high - 1
    }

    mutating func skip(_ count: Int64) { high += count }

    /// Ends the open transaction of `producer` here, if there is one, with a control marker.
    mutating func endTransaction(of producer: Int, aborts: Bool) {
        guard let index = open.firstIndex(where: { $0.producer == producer }) else { return }
        let first = open.remove(at: index).first
        if aborts {
            for index in records.indices where records[index].offset >= first && records[index].producer == producer {
                records[index].isAborted = true
            }
        }
        high += 1
    }

    mutating func evict(below offset: Offset) {
        guard offset > low else { return }
        records.removeAll { $0.offset < offset }
        low = offset
    }

    /// Keeps the newest record of each key, and those without one.
    mutating func compact() {
        let end = lastStable
        var newest: [[UInt8]: Offset] = [:]
        for record in records where record.offset < end && !record.isAborted {
            if let key = record.key { newest[key] = record.offset }
        }
        records.removeAll { record in
            guard record.offset < end else { return false }
            return record.isAborted || record.key.map { newest[$0] != record.offset } ?? false
        }
    }

    /// A new leader takes over, that lacks the newest `losing` offsets.
    mutating func elect(losing count: Int64) {
        epoch += 1
        guard count > 0 else { return }
        high = max(low, high - count)
        isCut = true
        records.removeAll { $0.offset >= high }
        open.removeAll { $0.first >= high }
    }

    /// The first record at or after `offset`, by bisection: offsets rise.
    func firstIndex(from offset: Offset) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
