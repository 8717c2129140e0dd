// Memory for whole pages on their way to the device, used again by one file after the other.
internal import Synchronization

/// Buffers that lie as pages do. They are kept, as the next piece that is aligned does not fit where one has been: a log of
/// many segments would grow the heap by each of them.
enum PageBuffers {
    /// The bytes of each: the most that is written at once.
    static let capacity = 2 << 20
    /// Beyond so many that wait, they go back to the system.
    private static let most = 8

    /// A buffer that nobody has, which is what makes handing it on safe.
    private struct Spare: @unchecked Sendable { let buffer: UnsafeMutableRawBufferPointer }

    private static let spare = Mutex<[Spare]>([])

    /// A buffer with whatever was in it.
    static func take() -> UnsafeMutableRawBufferPointer {
        spare.withLock { $0.popLast() }?.buffer
            ?? .allocate(byteCount: capacity, alignment: CacheBypass.page)
    }

    /// Takes a buffer back that nobody uses any more.
    static func giveBack(_ buffer: UnsafeMutableRawBufferPointer) {
        let piece = Spare(buffer: buffer)
        let isKept = spare.withLock { spare in
            guard spare.count < most else { return false }
            spare.append(piece)
            return true
        }
        if !isKept { buffer.deallocate() }
    }
}
