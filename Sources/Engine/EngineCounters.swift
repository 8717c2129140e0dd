// What an engine counts while it runs, in memory that can outlive it.
internal import Synchronization

/// Counters of one run, summed over all lives of its worker.
///
/// The storage is handed in: a worker process passes a file mapped into memory, so that the counts survive SIGKILL and
/// the harness can watch them grow. Every access is atomic, which is why the counters may be shared between threads and
/// processes.
public struct EngineCounters: @unchecked Sendable {
    /// One counter; the raw value is its place in the storage.
    public enum Counter: Int, CaseIterable, Sendable {
        /// Records fetched from the broker.
        case recordsFetched
        /// Their key and value bytes.
        case bytesFetched
        /// Records that tasks read.
        case recordsRead
        /// Records handed to the sink.
        case recordsWritten
        /// Records whose checksum did not match.
        case recordsCorrupted
        /// Batches completed.
        case batchesCompleted
        /// Bytes appended to write-ahead logs, data and events.
        case walBytesWritten
        /// Syncs of write-ahead logs.
        case walSyncs
        /// Bytes written to checkpoints, offset logs and commit logs.
        case checkpointBytesWritten
        /// The most bytes that logs and checkpoints held at once, sampled after every batch.
        case stateBytesPeak
        /// Nanoseconds from when records were first asked for to the latest batch completed.
        case workingNanoseconds
        /// When this life's process began, on the monotonic clock.
        case startedAt
        /// When this life's engine began to open, on the monotonic clock.
        case openedAt
        /// When this life had run all batches of earlier lives again, on the monotonic clock; 0: not yet.
        case replayedAt
        /// When the first records that are not those of such a batch had been fetched, on the monotonic clock; 0: not yet.
        case refetchedAt
        /// When the first output that is not that of such a batch was written, on the monotonic clock; 0: not yet.
        case firstFreshOutputAt
        /// When an armed crash fired last, on the monotonic clock.
        case diedAt
        /// When this life's first output was written, on the monotonic clock; 0: not yet.
        case firstOutputAt
        /// When this life had recovered its state, on the monotonic clock; 0: not yet.
        case recoveredAt
        /// When this life became idle, on the monotonic clock; 0: not yet.
        case idleAt
        /// Armed crashes that fired: the mark a worker leaves before it kills itself.
        case crashesFired
        /// Bytes of torn writes that recovery cut off.
        case tornBytes
        /// Bytes that the write-ahead logs hold, sampled after every batch.
        case walLiveBytes
        /// Bytes of the block log that no event names, sampled after every batch.
        case orphanBytes
        /// The same as this life found them when it opened.
        case orphanBytesAtRecovery
        /// Offsets skipped because the broker had dropped them, each time they were skipped.
        case recordsSkipped
        /// Times a position beyond the end of its log was given up.
        case offsetResets
        /// Commits that the group refused, because it had gone on without this member.
        case commitsRefused
        /// Times a group took partitions away, lost ones included.
        case revocations
        /// Records polled and dropped again because their partitions went before they were logged.
        case recordsDropped
        /// The most records that waited between a receiver and its engine.
        case bufferedRecordsPeak
        /// Bytes written to shuffle files, which are the bytes read back from them.
        case shuffleBytesWritten
        /// Damaged checkpoints that a restart stepped over.
        case damagedCheckpoints
        /// Blocks that the log could not give back and the run went on without.
        case blocksSkipped
        /// The most bytes that the write-ahead logs held at once.
        case walBytesPeak
        /// When the schedule of an offered load begins, on the monotonic clock; set from outside, 0: there is none yet.
        case offeredFrom
        /// When this life first asked for records, on the monotonic clock; 0: not yet.
        case askedAt
    }

    /// The bytes of storage that the counters need.
    public static let byteCount = 4096

    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Uses `storage`, at least ``byteCount`` bytes aligned to words, which must outlive the counters.
    public init(storage: UnsafeMutableRawPointer) {
        words = storage.bindMemory(to: Atomic<UInt64>.self, capacity: Counter.allCases.count)
    }

    /// The value of a counter.
    public subscript(counter: Counter) -> UInt64 {
        get { words[counter.rawValue].load(ordering: .relaxed) }
        nonmutating set { words[counter.rawValue].store(newValue, ordering: .relaxed) }
    }

    /// Sets a moment of this life that comes once, unless it has come.
    func note(_ counter: Counter, at now: @autoclosure () -> UInt64) {
        if self[counter] == 0 { self[counter] = now() }
    }

    /// Adds to a counter.
    public func add(_ counter: Counter, _ amount: Int) {
        words[counter.rawValue].wrappingAdd(UInt64(amount), ordering: .relaxed)
    }
    /// Adds to a counter.
    public func add(_ counter: Counter, _ amount: Int64) { add(counter, Int(amount)) }
    /// Raises a counter to `value` where it is below.
    public func raise(_ counter: Counter, to value: Int64) {
        words[counter.rawValue].max(UInt64(value), ordering: .relaxed)
    }
}
