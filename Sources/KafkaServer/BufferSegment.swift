// A log's memory as a buffer of the event loop's library, which sends slices of it without copying them, or its file.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore
internal import Posix

/// A segment in memory, in a file, or in both.
///
/// Slices of its memory share it. The library copies a slice that begins beyond 16 MiB; segments end before.
final class BufferSegment: LogSegment {
    /// nil: what is written is in the file alone.
    private var buffer: ByteBuffer?
    private let file: SegmentFile?
    private let memory: SegmentMemory
    private(set) var byteCount = 0
    /// So much of the memory is known to be there.
    private var populatedCount = 0
    private static let populatedAtOnce = 256 << 10

    init(byteCapacity: Int, baseOffset: Int64, in home: SegmentHome) {
        memory = home.memory
        file = home.log?.file(baseOffset: baseOffset)
        let memory = memory.take(byteCapacity)
        (buffer, populatedCount) = (memory.buffer, memory.populatedCount)
        file?.files.keep(self)
    }

    private init(byteCapacity: Int, successorOf first: BufferSegment, isInMemory: Bool) {
        memory = first.memory
        file = first.file?.successor()
        guard isInMemory else { return }
        let memory = memory.take(byteCapacity)
        (buffer, populatedCount) = (memory.buffer, memory.populatedCount)
        file?.files.keep(self)
    }

    func successor(byteCapacity: Int, through last: BufferSegment) -> BufferSegment {
        // The newest stay in memory.
        BufferSegment(
            byteCapacity: byteCapacity, successorOf: self, isInMemory: file == nil || last.buffer != nil)
    }

    /// A segment that lies in a file, and never in memory.
    init(_ file: SegmentFile, byteCount: Int) {
        self.file = file
        memory = SegmentMemory(byteLimit: 0)
        self.byteCount = byteCount
    }

    /// How much memory it takes.
    var memoryCount: Int { buffer?.capacity ?? 0 }

    /// Gives its memory back; the file has everything.
    func leaveMemory() {
        guard var left = buffer.take() else { return }
        memory.give(&left, populatedCount: populatedCount)
    }

    // MARK: Writing

    func append(
        _ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32
    ) throws(StorageFailure) -> Bool {
        guard hasRoom(for: batch.count) else { return false }
        try file?.append(batch, baseOffset: baseOffset, leaderEpoch: leaderEpoch, at: byteCount)
        remember(batch, baseOffset: baseOffset, leaderEpoch: leaderEpoch)
        byteCount += batch.count
        return true
    }

    private func hasRoom(for count: Int) -> Bool {
        guard let buffer, buffer.capacity < byteCount + count else { return true }
        // In memory a larger segment takes over; of a file there is to be one, not many small ones.
        guard let file else { return false }
        var larger = memory.take(max(2 * buffer.capacity, byteCount + count))
        larger.buffer.writeImmutableBuffer(buffer)
        file.files.grow(by: larger.buffer.capacity - buffer.capacity)
        (self.buffer, populatedCount) = (larger.buffer, larger.populatedCount)
        return true
    }

    /// Writes behind what slices show, which the library would not do without a copy of the whole segment.
    private func remember(_ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) {
        let place = byteCount..<byteCount + batch.count
        populate(until: place.upperBound)
        buffer?.withVeryUnsafeBytes { whole in
            let bytes = UnsafeMutableRawBufferPointer(mutating: UnsafeRawBufferPointer(rebasing: whole[place]))
            bytes.copyMemory(from: batch)
            BatchHeader.place(bytes, baseOffset: baseOffset, leaderEpoch: leaderEpoch)
        }
        buffer?.moveWriterIndex(to: place.upperBound)
    }

    func cut(to byteCount: Int) {
        file?.cut(to: byteCount)
        self.byteCount = byteCount
    }

    func discard(logEnd: Int64?) {
        file?.files.forget(self)
        leaveMemory()
        file?.remove(logEnd: logEnd)
    }

    /// Sees to it that there is memory up to `end`, and some more in a segment that is large enough to be filled fast.
    private func populate(until end: Int) {
        guard let buffer, end > populatedCount, buffer.capacity >= 4 * Self.populatedAtOnce else { return }
        let start = max(populatedCount, byteCount)
        populatedCount = min(buffer.capacity, end + Self.populatedAtOnce)
        let range = start..<populatedCount
        buffer.withVeryUnsafeBytes { MemoryAdvice.populate(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    // MARK: Reading

    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if let buffer {
            return try buffer.withUnsafeReadableBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        return try (slice(range) ?? ByteBuffer()).withUnsafeReadableBytes { try body($0) }
    }

    /// The bytes of `range`: in the same memory, or read from the file; nil where that fails.
    func slice(_ range: Range<Int>) -> ByteBuffer? {
        if let buffer { return buffer.getSlice(at: range.lowerBound, length: range.count) }
        guard let file else { return nil }
        var bytes = ByteBufferAllocator().buffer(capacity: range.count)
        let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { room in
            file.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<range.count]), at: range.lowerBound)
        }
        return count == range.count ? bytes : nil
    }
}
