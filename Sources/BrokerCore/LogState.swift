// Where a partition's log begins and ends, and which transactions and epochs are in it; records it does not know.

/// The bookkeeping of one partition's log, whoever keeps its records.
///
/// There is one replica, so the high watermark is the end.
package struct LogState: Equatable, Sendable {
    /// A transaction that has no end yet.
    package struct OpenTransaction: Equatable, Sendable {
        package var producerId: Int64
        package var firstOffset: Int64

        package init(producerId: Int64, firstOffset: Int64) {
            self.producerId = producerId
            self.firstOffset = firstOffset
        }
    }

    /// A transaction that a marker has ended.
    package struct EndedTransaction: Equatable, Sendable {
        package var producerId: Int64
        package var firstOffset: Int64
        /// The offset of the marker.
        package var lastOffset: Int64
        /// The last stable offset when it had ended.
        package var stableOffset: Int64
        package var isAborted: Bool

        package init(producerId: Int64, firstOffset: Int64, lastOffset: Int64, stableOffset: Int64, isAborted: Bool) {
            self.producerId = producerId
            self.firstOffset = firstOffset
            self.lastOffset = lastOffset
            self.stableOffset = stableOffset
            self.isAborted = isAborted
        }
    }

    private struct EpochStart: Equatable, Sendable {
        var epoch: Int32
        var offset: Int64
    }

    /// The first offset that can be read.
    package private(set) var startOffset: Int64
    /// The offset of the next record.
    package private(set) var endOffset: Int64
    package private(set) var leaderEpoch: Int32
    /// Where the leader's epoch begins.
    private var epochStart: Int64
    /// Those before in which something was written, the oldest first.
    private var earlierEpochs: [EpochStart] = []
    /// The oldest first.
    package private(set) var open: [OpenTransaction] = []
    /// In the order of their markers, as far as these are there.
    package private(set) var ended: [EndedTransaction] = []

    package init(startOffset: Int64 = 0, leaderEpoch: Int32 = 0) {
        self.startOffset = startOffset
        endOffset = startOffset
        epochStart = startOffset
        self.leaderEpoch = leaderEpoch
    }

    /// The end of what readers see.
    package var highWatermark: Int64 { endOffset }

    /// The end of what those see who read committed records: where the oldest open transaction begins.
    package var lastStableOffset: Int64 { open.isEmpty ? endOffset : max(startOffset, open[0].firstOffset) }

    package func isOpen(_ producerId: Int64) -> Bool { open.contains { $0.producerId == producerId } }

    // MARK: Growing

    /// Takes the next `count` offsets, with records or without; returns the first of them.
    @discardableResult
    package mutating func append(_ count: Int64) -> Int64 {
        defer { endOffset += count }
        return endOffset
    }

    /// Leaves a gap up to `offset`, as compaction does.
    package mutating func skip(to offset: Int64) { endOffset = max(endOffset, offset) }

    /// Takes offsets for records of a transaction, which is open from then on.
    @discardableResult
    package mutating func append(_ count: Int64, inTransactionOf producerId: Int64) -> Int64 {
        if !isOpen(producerId) { open.append(OpenTransaction(producerId: producerId, firstOffset: endOffset)) }
        return append(count)
    }

    /// Takes the offset of a marker, which ends the open transaction of its producer, if there is one.
    @discardableResult
    package mutating func endTransaction(of producerId: Int64, aborts: Bool) -> Int64 {
        let marker = append(1)
        if let index = open.firstIndex(where: { $0.producerId == producerId }) {
            let first = open.remove(at: index).firstOffset
            ended.append(
                EndedTransaction(
                    producerId: producerId, firstOffset: first, lastOffset: marker, stableOffset: lastStableOffset,
                    isAborted: aborts))
        }
        return marker
    }

    // MARK: Asking

    /// The aborted transactions that a reader of `range` has to know, as Kafka's index of them finds them.
    package func aborted(in range: Range<Int64>) -> [EndedTransaction] {
        var found: [EndedTransaction] = []
        for transaction in ended[ended.firstIndexOrdered { $0.lastOffset >= range.lowerBound }...] {
            if transaction.isAborted && transaction.firstOffset < range.upperBound { found.append(transaction) }
            // Whatever ended later begins beyond.
            if transaction.stableOffset >= range.upperBound { break }
        }
        return found
    }

    /// The newest epoch up to `epoch` and where it ends; nil for one that has not been. (KIP-101, KIP-320)
    package func end(ofEpoch epoch: Int32) -> (epoch: Int32, endOffset: Int64)? {
        if epoch == leaderEpoch { return (epoch, endOffset) }
        guard epoch >= 0, epoch < leaderEpoch else { return nil }
        let next = earlierEpochs.firstIndexOrdered { $0.epoch > epoch }
        let end = next < earlierEpochs.count ? earlierEpochs[next].offset : epochStart
        return (next > 0 ? earlierEpochs[next - 1].epoch : epoch, end)
    }

    /// The epoch in which the record at `offset` was written.
    package func epoch(at offset: Int64) -> Int32 {
        if offset >= epochStart { return leaderEpoch }
        let next = earlierEpochs.firstIndexOrdered { $0.offset > offset }
        return next > 0 ? earlierEpochs[next - 1].epoch : leaderEpoch
    }

    // MARK: Shrinking

    /// Forgets what is before `offset`, at most all.
    package mutating func forget(before offset: Int64) {
        guard offset > startOffset else { return }
        startOffset = min(offset, endOffset)
        ended.removeFirst(ended.firstIndexOrdered { $0.lastOffset >= startOffset })
        let next = earlierEpochs.firstIndexOrdered { $0.offset > startOffset }
        if next > 0 {
            earlierEpochs.removeFirst(next - 1)
            if epochStart <= startOffset { earlierEpochs = [] } else { earlierEpochs[0].offset = startOffset }
        }
        epochStart = max(epochStart, startOffset)
    }

    /// Loses what is at `offset` and behind. A transaction that had ended there is open again.
    package mutating func truncate(to offset: Int64) {
        guard offset < endOffset else { return }
        endOffset = max(startOffset, offset)
        let lost = ended.firstIndexOrdered { $0.lastOffset >= endOffset }
        let reopened = ended[lost...].map { OpenTransaction(producerId: $0.producerId, firstOffset: $0.firstOffset) }
        ended.removeSubrange(lost...)
        open = (open + reopened).filter { $0.firstOffset < endOffset }.sorted { $0.firstOffset < $1.firstOffset }
        earlierEpochs.removeAll { $0.offset >= endOffset }
        epochStart = min(epochStart, endOffset)
    }

    /// A new leader takes over, which lacks the newest `count` offsets: none, if the election is clean.
    package mutating func elect(losing count: Int64 = 0) {
        if count > 0 { truncate(to: max(startOffset, endOffset - min(count, endOffset))) }
        if epochStart < endOffset { earlierEpochs.append(EpochStart(epoch: leaderEpoch, offset: epochStart)) }
        if leaderEpoch < .max { leaderEpoch += 1 }
        epochStart = endOffset
    }

    /// The leader's epoch as it was when the log was left, or later; it begins at the end.
    package mutating func resume(leaderEpoch epoch: Int32) {
        guard epoch > leaderEpoch else { return }
        elect()
        leaderEpoch = epoch
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index from which on `isBehind` holds, by bisection.
    func firstIndexOrdered(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
