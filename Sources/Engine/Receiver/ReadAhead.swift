// Fills a receiver's next blocks while the one before is written, synced, announced and committed.
internal import Synchronization
internal import World

/// Reads ahead of a receiver whose blocks are cut by count and whose partitions nobody takes away: what the next blocks
/// hold is then decided already. Nothing that it does shows: the receiver's own poll takes a block over, with its position
/// and its crash points, as if it had read it then.
///
/// The reader belongs to the thread that fills while there is one, and to the receiver otherwise; the blocks change hands
/// under a lock. That is what makes it safe to share.
final class ReadAhead: @unchecked Sendable {
    /// A block that was filled ahead, and where its reading ended.
    struct Filled {
        var block: Block
        var positions: [Offset]
        /// When its first record was there; 0 for a block without one.
        var firstRecordAt: Nanoseconds
        /// What ended the reading before the block was full: for the receiver to deal with, in the partition named.
        var failure: (partition: Partition, error: any Error)?
    }

    private struct State {
        var ready: [Filled] = []
        var isFilling = false
        /// Nothing more can be filled.
        var hasEnded = false
        var isStopped = false
    }

    private let reader: any RecordReader
    private let thread: any SerialThread
    private let clock: any Clock
    private let ends: [Offset]
    private let size: Int
    private let encoding: Block.Encoding
    private let takesWholeBatches: Bool
    /// The blocks that are kept ready whatever their size.
    private let fewest: Int
    /// Signalled after each block, and when the filling ends.
    private let progress: any CountingSemaphore
    private let state = Mutex(State())
    /// Where the next block begins that nobody has filled; used by whoever has the reader.
    private var positions: [Offset]
    /// The partition that the next block begins with; see ``BlockFill``.
    private var turn = 0
    /// What the blocks' bytes lie in.
    private let memory = BlockMemory()
    /// The bytes of the largest block so far, and some more, by which the next one is sized.
    private var usualBytes = 64 * 1024

    /// The blocks that may be ready beyond the fewest, and the bytes beyond which none is: enough to go on filling while a
    /// commit or a batch takes its time.
    private static let furtherBlocks = 4
    private static let enoughBytes = 24 << 20

    /// Makes one that keeps blocks of `size` records ready, from `positions` on: at least `fewest`, more while they are small.
    ///
    /// - Throws: what keeps a thread from being started.
    init(
        reader: any RecordReader, threads: any TaskThreads, clock: any Clock, positions: [Offset], ends: [Offset],
        size: Int, fewest: Int, encoding: Block.Encoding = .runs, takesWholeBatches: Bool = false
    ) throws {
        self.encoding = encoding
        self.takesWholeBatches = takesWholeBatches
        self.reader = reader
        self.clock = clock
        self.positions = positions
        self.ends = ends
        self.size = size
        self.fewest = fewest
        progress = threads.makeSemaphore()
        thread = try threads.makeSerialThread()
    }

    /// Lets the thread fill, unless it does already or enough is ready.
    func fill() {
        let starts = state.withLock { state in
            guard !state.isFilling, !state.isStopped, !state.hasEnded, !hasEnough(state) else { return false }
            state.isFilling = true
            return true
        }
        guard starts else { return }
        thread.run { [self] in
            while fillOne() {}
        }
    }

    /// The next block; nil when none is ready and none is being filled. Then the reader is the caller's.
    func take() -> Filled? {
        while true {
            let (next, isFilling) = state.withLock { state in
                (state.ready.isEmpty ? nil : state.ready.removeFirst(), state.isFilling)
            }
            if let next { return next }
            if !isFilling { return nil }
            progress.wait()
        }
    }

    /// Waits until nothing is filled any more; the reader is the caller's then, and what was read ahead is dropped.
    func stop() {
        state.withLock { $0.isStopped = true }
        while state.withLock({ $0.isFilling }) { progress.wait() }
    }

    private func hasEnough(_ state: State) -> Bool {
        guard state.ready.count >= fewest else { return false }
        return state.ready.count >= fewest + ReadAhead.furtherBlocks
            || state.ready.reduce(0) { $0 + $1.block.byteCount } >= ReadAhead.enoughBytes
    }

    /// Fills one block. False: there is nothing more to do for now.
    private func fillOne() -> Bool {
        let block = Block(capacity: usualBytes, memory: memory, encoding: encoding)
        block.takesWholeBatches = takesWholeBatches
        var failure: (partition: Partition, error: any Error)?
        var isStuck = false
        var firstRecordAt: Nanoseconds = 0
        while block.recordCount < size, failure == nil, !isStuck {
            let remaining = zip(ends, positions).map { max(0, $0 - $1) }
            if remaining.allSatisfy({ $0 == 0 }) { break }
            let shares = BlockFill.split(
                size - block.recordCount, remaining: remaining, wholeBatches: takesWholeBatches)
            let first = turn
            for step in shares.indices where block.recordCount < size && failure == nil && !isStuck {
                let partition = (first + step) % shares.count
                guard shares[partition] > 0 else { continue }
                if takesWholeBatches { turn = partition + 1 }
                do {
                    isStuck = try !read(Partition(partition), shares[partition], into: block)
                    if firstRecordAt == 0, block.recordCount > 0 { firstRecordAt = clock.now() }
                } catch {
                    failure = (Partition(partition), error)
                }
            }
        }
        usualBytes = max(usualBytes, block.byteCount + block.byteCount / 16)
        let isOver = failure != nil || isStuck || block.recordCount < size
        let filled = Filled(block: block, positions: positions, firstRecordAt: firstRecordAt, failure: failure)
        // The one who takes looks again after each signal, so one that nobody waits for does no harm.
        defer { progress.signal() }
        return state.withLock { state in
            if block.recordCount > 0 || failure != nil {
                state.ready.append(filled)
            }
            state.hasEnded = isOver
            state.isFilling = !isOver && !state.isStopped && !hasEnough(state)
            return state.isFilling
        }
    }

    /// Reads a partition's share. False: nothing came for a while, which the receiver is to deal with.
    private func read(_ partition: Partition, _ share: Int, into block: Block) throws -> Bool {
        let index = Int(partition)
        var left = share
        while left > 0, positions[index] < ends[index] {
            let before = positions[index]
            let result = try reader.fetch(
                partition, until: ends[index], limit: left, into: block, timeout: .milliseconds(100))
            left -= result.count
            positions[index] = result.position
            if positions[index] == before || state.withLock({ $0.isStopped }) { return false }
        }
        return true
    }
}
