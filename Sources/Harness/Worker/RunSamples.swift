// How far a run was at the ends of its batches: a few words that a worker leaves in a file mapped into memory.
package import Engine
internal import Posix
package import Results
package import World

/// Samples of a run, which all of its lives go on writing one after the other. A kill loses none.
///
/// There is room for some hundred: when it is full every second sample goes, and from then on every second batch is left
/// out. So nothing grows with the run, and a batch costs a few words.
package final class RunSamples: StageObserver, @unchecked Sendable {
    // Safe: in a worker the thread that steps the engine is the only one that is told of the stage `sink`, and the harness
    // reads when no worker lives.

    /// The words before the samples.
    private enum Head: Int, CaseIterable {
        /// Samples that are there.
        case count
        /// Batches seen by all lives.
        case batches
        /// One of so many batches is noted; 0 is 1.
        case stride
    }
    /// The words of a sample: when, lag, rows, log bytes.
    private static let width = 4
    static let most = RunTimeline.mostSamples

    private let file: MappedFile
    private let words: UnsafeMutablePointer<UInt64>
    private let counters: EngineCounters
    private let starts: [Offset]
    private let ends: [Offset]
    private let now: @Sendable () -> Nanoseconds

    /// The samples in the file at `path`, of a life that reads each partition from its start to its end.
    ///
    /// - Throws: `DiskError`.
    package init(
        _ path: String, counters: EngineCounters, starts: [Offset], ends: [Offset],
        now: @escaping @Sendable () -> Nanoseconds = { MonotonicClock().now() }
    ) throws {
        self.counters = counters
        self.starts = starts
        self.ends = ends
        self.now = now
        let length = Head.allCases.count + RunSamples.most * RunSamples.width + ends.count
        file = try MappedFile(path: path, length: length * MemoryLayout<UInt64>.size)
        words = file.memory.bindMemory(to: UInt64.self, capacity: length)
        // A topic that was made anew begins again.
        for (partition, end) in ends.enumerated() where position(partition) > end { setPosition(partition, 0) }
    }

    private subscript(head: Head) -> Int {
        get { Int(clamping: words[head.rawValue]) }
        set { words[head.rawValue] = UInt64(newValue) }
    }

    private func sample(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        words + Head.allCases.count + index * RunSamples.width
    }

    private func position(_ partition: Int) -> Offset { Offset(clamping: sample(RunSamples.most)[partition]) }

    private func setPosition(_ partition: Int, _ offset: Offset) {
        sample(RunSamples.most)[partition] = UInt64(clamping: offset)
    }

    /// Offsets from where the newest batch of each partition ended to the partition's end.
    private var lag: Int {
        ends.indices.reduce(0) { $0 + Int(clamping: max(0, ends[$1] - max(position($1), starts[$1]))) }
    }

    package func reached(_ stage: ObservedStage, _ ranges: [OffsetRange]) {
        guard stage == .sink else { return }
        // A batch may have several ranges of a partition, in any order, and may be one that was run before.
        let ranges = ranges.filter { ends.indices.contains(Int($0.partition)) }
        for range in ranges { setPosition(Int(range.partition), range.from) }
        for range in ranges {
            setPosition(Int(range.partition), max(position(Int(range.partition)), range.until))
        }
        self[.batches] += 1
        guard self[.batches] % max(1, self[.stride]) == 0 else { return }
        note()
    }

    /// Notes where the run is now.
    package func note() {
        if self[.count] >= RunSamples.most {
            for index in 0..<RunSamples.most / 2 {
                sample(index).update(from: sample(2 * index + 1), count: RunSamples.width)
            }
            self[.count] = RunSamples.most / 2
            self[.stride] = 2 * max(1, self[.stride])
        }
        let next = sample(self[.count])
        next[0] = now()
        next[1] = UInt64(lag)
        next[2] = counters[.recordsWritten]
        next[3] = counters[.walLiveBytes]
        self[.count] += 1
    }

    /// The samples, in seconds after `start`. What a kill left in the middle of making room is left out.
    package func samples(after start: Nanoseconds) -> [RunTimeline.Sample] {
        var last: Nanoseconds = 0
        return (0..<min(self[.count], RunSamples.most)).compactMap { index in
            let sample = sample(index)
            guard sample[0] > last, sample[0] >= start else { return nil }
            last = sample[0]
            return RunTimeline.Sample(
                seconds: Double(sample[0] - start) / 1e9, lag: Int(clamping: sample[1]), rows: Int(clamping: sample[2]),
                logBytes: Int64(clamping: sample[3]))
        }
    }
}
