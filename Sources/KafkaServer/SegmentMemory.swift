// Memory that segments have left, for those that come next.
internal import NIOCore

/// Keeps what segments give back: memory that was written before is in place, and costs a fraction to write again. Used
/// by one thread.
final class SegmentMemory {
    /// A buffer without content, and how much of its memory is known to be there.
    typealias Piece = (buffer: ByteBuffer, populatedCount: Int)

    /// What a broker keeps that has its logs in memory, and one that has them in files.
    static let mostInMemory = 512 << 20
    static let mostBesideFiles = 32 << 20

    /// Pieces of one capacity.
    private struct Shelf {
        /// The newest last, which is taken first.
        var pieces: [Piece] = []
        /// So many of the oldest have lain there since the last look.
        var idleCount = 0
    }

    private let byteLimit: Int
    /// What is kept, by its capacity.
    private var shelves: [Int: Shelf] = [:]
    private(set) var byteCount = 0

    /// Keeps at most so many bytes.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Memory for so much, with nothing in it.
    func take(_ byteCapacity: Int) -> Piece {
        // Buffers are as large as a power of two.
        let capacity = 1 << (Int.bitWidth - max(0, byteCapacity - 1).leadingZeroBitCount)
        if var shelf = shelves.removeValue(forKey: capacity), let kept = shelf.pieces.popLast() {
            shelf.idleCount = min(shelf.idleCount, shelf.pieces.count)
            shelves[capacity] = shelf
            byteCount -= capacity
            return kept
        }
        return (ByteBufferAllocator().buffer(capacity: byteCapacity), 0)
    }

    /// Takes back what a segment needs no more, unless an answer that is being sent still shows it.
    func give(_ buffer: inout ByteBuffer, populatedCount: Int) {
        guard byteCount + buffer.capacity <= byteLimit else { return }
        let place = Self.address(buffer)
        // Whoever shares the memory keeps it, and this is another one then.
        buffer.clear()
        guard Self.address(buffer) == place else { return }
        shelves[buffer.capacity, default: Shelf()].pieces.append((buffer, populatedCount))
        byteCount += buffer.capacity
    }

    /// Gives back to the system what nobody has taken since the last time, or the one before.
    func removeIdle() {
        for (capacity, var shelf) in shelves {
            byteCount -= capacity * shelf.idleCount
            shelf.pieces.removeFirst(shelf.idleCount)
            shelf.idleCount = shelf.pieces.count
            shelves[capacity] = shelf.pieces.isEmpty ? nil : shelf
        }
    }

    private static func address(_ buffer: ByteBuffer) -> UnsafeRawPointer? { buffer.withVeryUnsafeBytes(\.baseAddress) }
}

/// Where the segments of one log are made.
struct SegmentHome {
    let memory: SegmentMemory
    /// Where their files are; nil for memory alone.
    var log: LogHome?
}
