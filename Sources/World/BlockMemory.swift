// Memory that blocks take turns in, so that a long run of them asks the system for no more than the few that live at once.
internal import Synchronization

/// The memory of blocks that are gone, for the next ones.
///
/// Pieces of megabytes that come and go between millions of small ones leave holes in a heap into which the small ones
/// settle; the next large piece no longer fits, and the heap grows. Any threads may use it.
public final class BlockMemory: Sendable {
    private struct Piece: @unchecked Sendable {
        // Whoever has taken a piece is its only user: that is what makes handing it on safe.
        let bytes: UnsafeMutableRawBufferPointer
    }

    private let spare = Mutex<[Piece]>([])

    /// Makes one without any memory.
    public init() {}

    deinit {
        spare.withLock { for piece in $0 { piece.bytes.deallocate() } }
    }

    /// The bytes that are kept for the next blocks.
    public var spareByteCount: Int { spare.withLock { $0.reduce(0) { $0 + $1.bytes.count } } }

    /// A piece of at least `count` bytes: the one given back last, or a new one where that is too small.
    func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
        guard let piece = spare.withLock({ $0.popLast() }) else { return BlockMemory.allocate(count) }
        if piece.bytes.count >= count { return piece.bytes }
        // A block's size is that of the blocks before it, so this stays the exception.
        piece.bytes.deallocate()
        return BlockMemory.allocate(count)
    }

    /// Takes a piece back.
    func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
        let piece = Piece(bytes: bytes)
        spare.withLock { $0.append(piece) }
    }

    /// A piece that belongs to nobody else.
    static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: max(count, 256), alignment: 16)
    }
}
