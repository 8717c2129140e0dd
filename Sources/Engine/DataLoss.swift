// What to do when a position is not in the broker's log any more: fail and say what is gone, or skip and say so.
internal import Evidence
internal import Ingestion
internal import Synchronization
internal import World

/// Settles where reading goes on from a position that the log does not have. Tasks that run at once share one.
final class DataLoss {
    /// A log that seems to end before a position is looked at again: after a change of leaders it may lag for a moment.
    private static let looks = 3
    private static let pause: Nanoseconds = 100_000_000

    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    /// One thread at a time asks the broker and writes the journal.
    private let turn = Mutex(())

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
    }

    /// Where to go on, when a reader that stands at `position` wants the records up to `until`.
    ///
    /// `isPlanned` says that exactly these records were promised to a task. It cannot go back to other ones, so where the
    /// log was replaced it has nothing left to read.
    ///
    /// - Throws: ``EngineError``, `dataLost` where the configuration says so.
    func settle(
        _ partition: Partition, at position: Offset, until: Offset, isPlanned: Bool = false
    ) throws -> Offset {
        try turn.withLock { _ in
            try settleInTurn(partition, at: position, until: until, isPlanned: isPlanned)
        }
    }

    /// Where to begin, when an earlier life, or somebody else, has left a stored position. Behind the end of the run's
    /// input there is nothing to read, so no reader would notice that the log does not go as far.
    ///
    /// - Throws: as ``settle(_:at:until:isPlanned:)``.
    func settleBehindInput(_ partition: Partition, _ position: Offset) throws -> Offset {
        let end = configuration.ends[Int(partition)]
        return position > end ? try settle(partition, at: position, until: end) : position
    }

    /// Refuses a range that an earlier life planned and that the log does not hold to its end any more, before anybody waits
    /// for it. Where what is lost is skipped, the reader finds out what there is.
    ///
    /// - Throws: as ``settle(_:at:until:isPlanned:)``.
    func checkThatItReaches(_ range: OffsetRange) throws {
        guard configuration.onDataLoss == .fail, try seams.broker.watermarks(of: range.partition).high < range.until
        else { return }
        _ = try settle(range.partition, at: range.until, until: range.until)
    }

    private func settleInTurn(
        _ partition: Partition, at position: Offset, until: Offset, isPlanned: Bool
    ) throws -> Offset {
        var ends = try seams.broker.watermarks(of: partition)
        var looks = 1
        while position > ends.high, looks < DataLoss.looks {
            seams.clock.sleep(DataLoss.pause)
            ends = try seams.broker.watermarks(of: partition)
            looks += 1
        }
        let place = "\(seams.broker.topic)/\(partition)"
        if position < ends.low {
            let next = min(ends.low, until)
            guard configuration.onDataLoss == .skip else {
                throw EngineError(
                    .dataLost,
                    "offset \(position) of \(place) is wanted and the earliest there is \(ends.low): "
                        + "\(next - position) records are gone", location: "\(place)@\(position)")
            }
            try skip(OffsetRange(partition: partition, from: position, until: next))
            return next
        }
        guard position > ends.high else { return position }
        guard configuration.onDataLoss == .skip, !configuration.sink.isKeyedByOffset else {
            throw EngineError(
                .topicReplaced,
                "offset \(position) of \(place) is wanted and the log has \(ends.low) up to \(ends.high): "
                    + "the topic was made anew or cut short", location: "\(place)@\(position)")
        }
        counters.add(.offsetResets, 1)
        if !isPlanned { return ends.low }
        try skip(OffsetRange(partition: partition, from: position, until: until))
        return until
    }

    /// Notes what is skipped before it is: evidence that the verdict can tell silent losses from these by.
    private func skip(_ range: OffsetRange) throws {
        let journal = try ReadJournal(
            directory: RunFolder.evidence(of: configuration.outputFolder), disk: seams.disk, name: ReadJournal.skips)
        defer { journal.close() }
        try journal.append(batch: 0, ingest: 0, ranges: [range])
        counters.add(.recordsSkipped, range.count)
    }
}
