// Checkpoint, event log and group vouch for each other: what one of them says, the others must be able to answer.
internal import Ingestion
internal import World
internal import WriteAheadLog

extension Checkpoint {
    /// Compares the checkpoint with what the event log says. No crash and no power loss can make them differ like this:
    /// an allocation is durable before a checkpoint can name its batch, and a cleanup comes after the checkpoint that
    /// calls its batches complete.
    ///
    /// - Parameters:
    ///   - tracker: What the event log says.
    ///   - isNewest: Whether no newer checkpoint was stepped over because it is damaged.
    ///   - events: The event log's folder.
    /// - Throws: ``EngineError``, `unansweredCheckpoint`.
    func compare(with tracker: BlockTracker, isNewest: Bool, events: String) throws {
        // One that was written from exported positions begins anew: no log goes with it.
        guard next.isEmpty else { return }
        func refuse(_ what: String) -> EngineError { EngineError(.unansweredCheckpoint, what, location: events) }
        let known = Set(tracker.allocated.map(\.batch))
        if let batch = pending.first(where: { $0 > tracker.cleanedThrough && !known.contains($0) }) {
            throw refuse(
                "the checkpoint says that batch \(batch) is pending, and the event log does not know its blocks, whose "
                    + "offsets may be committed")
        }
        guard latest <= tracker.latestBatch else {
            throw refuse(
                "the checkpoint knows batches up to \(latest), and the event log "
                    + (tracker.latestBatch == 0 ? "knows none" : "ends with batch \(tracker.latestBatch)")
                    + ": what was received since may be lost")
        }
        guard !isNewest || tracker.cleanedThrough <= latest else {
            throw refuse(
                "the event log says that batches up to \(tracker.cleanedThrough) are complete, and the checkpoint knows "
                    + "batches up to \(latest) only: newer checkpoints are gone")
        }
    }
}

/// The blocks at the end of the block log that no event names. A crash may leave some, but none of whose records the group
/// has committed: a block's event is durable before its offsets are.
struct UnannouncedBlocks: Equatable {
    private struct Part: Equatable {
        var sequence: UInt64
        var range: OffsetRange
    }

    private var ranges: [Part] = []

    /// Takes a block that the log in `directory` holds.
    ///
    /// - Throws: ``EngineError``, `damagedBlock`, for bytes that are none.
    mutating func note(_ payload: UnsafeRawBufferPointer, at position: LogPosition, of directory: String) throws {
        do {
            ranges += try Block(copying: payload).offsetRanges.map { Part(sequence: position.sequence, range: $0) }
        } catch let error as BlockFormatError {
            throw EngineError(noBlockAt: position, of: directory, error)
        }
    }

    /// Compares them with where the group goes on reading, by partition.
    ///
    /// - Throws: ``EngineError``, `unansweredCommit`, when it is behind the beginning of one.
    func compare(with committed: [Offset?], events: String) throws {
        for part in ranges where committed.indices.contains(Int(part.range.partition)) {
            guard let next = committed[Int(part.range.partition)], part.range.from < next else { continue }
            throw EngineError(
                .unansweredCommit,
                "the group has committed offset \(next) of partition \(part.range.partition), and the event log does not "
                    + "know block \(part.sequence), which holds the records from offset \(part.range.from) on",
                location: events)
        }
    }
}

extension EngineError {
    /// What a log gave back is no block.
    init(noBlockAt position: LogPosition, of directory: String, _ error: BlockFormatError) {
        self.init(
            .damagedBlock, "block \(position.sequence) is none: \(error)",
            location: "\(directory), segment \(position.segment), byte \(position.offset)")
    }
}
