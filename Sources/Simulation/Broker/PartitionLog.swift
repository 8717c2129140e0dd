// One partition's log as a value: its records, and what retention and compaction leave of them.
internal import BrokerCore
internal import World

/// A log whose records lie in memory one by one. ``LogState`` says where it begins and ends, as in the served broker.
struct PartitionLog {
    struct Record {
        var offset: Offset
        var key: [UInt8]?
        var value: [UInt8]?
        /// The number of the producer in whose transaction it came; nil outside of transactions.
        var producer: Int64?
        /// Whether its transaction was aborted: no reader sees it.
        var isAborted = false
    }

    private(set) var records: [Record] = []
    private var state = LogState()
    /// Whether an unclean election took records away.
    private(set) var isCut = false

    var low: Offset { state.startOffset }
    var high: Offset { state.endOffset }
    /// The end for those who read committed records.
    var lastStable: Offset { state.lastStableOffset }
    /// The leader's epoch.
    var epoch: Int { Int(state.leaderEpoch) }

    /// Appends a record; returns its offset.
    mutating func append(key: [UInt8]?, value: [UInt8]?, producer: Int64? = nil) -> Offset {
        let offset = producer.map { state.append(1, inTransactionOf: $0) } ?? state.append(1)
        records.append(Record(offset: offset, key: key, value: value, producer: producer))
        return offset
    }

    mutating func skip(_ count: Int64) { state.append(count) }

    /// Ends the open transaction of `producer` here with a control marker.
    mutating func endTransaction(of producer: Int64, aborts: Bool) {
        let first = state.open.first { $0.producerId == producer }?.firstOffset
        state.endTransaction(of: producer, aborts: aborts)
        if aborts, let first { mark(from: first, of: producer, isAborted: true) }
    }

    private mutating func mark(from first: Offset, of producer: Int64, isAborted: Bool) {
        for index in records.indices where records[index].offset >= first && records[index].producer == producer {
            records[index].isAborted = isAborted
        }
    }

    mutating func evict(below offset: Offset) {
        guard offset > low else { return }
        records.removeAll { $0.offset < offset }
        state.forget(before: offset)
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
        state.elect(losing: count)
        guard count > 0 else { return }
        isCut = true
        let end = high
        records.removeAll { $0.offset >= end }
        // Whose marker is lost has not ended.
        for open in state.open { mark(from: open.firstOffset, of: open.producerId, isAborted: false) }
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
