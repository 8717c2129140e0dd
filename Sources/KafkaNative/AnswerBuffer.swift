// The memory that answers are read into, page by page, used again once nobody looks at it any more.

/// One answer as it came, beginning on a page of memory.
final class AnswerBuffer {
    static let pageSize = 4096

    private(set) var room: UnsafeMutableRawBufferPointer
    /// The bytes that have come; those of the frame's length are not among them.
    private(set) var count = 0

    init(capacity: Int) {
        room = .allocate(byteCount: AnswerBuffer.rounded(capacity), alignment: AnswerBuffer.pageSize)
    }

    deinit { room.deallocate() }

    private static func rounded(_ capacity: Int) -> Int { (max(capacity, 1) + pageSize - 1) / pageSize * pageSize }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

    func removeAll() { count = 0 }

    /// Makes room for `wanted` bytes in all, keeping those that have come.
    func reserve(_ wanted: Int) {
        guard wanted > room.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: AnswerBuffer.rounded(wanted), alignment: AnswerBuffer.pageSize)
        larger.copyMemory(from: bytes)
        room.deallocate()
        room = larger
    }

    /// Where the next bytes go, up to `end` in all.
    func rest(until end: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: room[count..<end])
    }

    func advance(by arrived: Int) { count += arrived }
}

/// Buffers that wait for their next answer. What is larger than usual is not kept.
final class BufferPool {
    private var idle: [AnswerBuffer] = []
    private let usual: Int
    private let most: Int

    init(usual: Int, most: Int) {
        self.usual = usual
        self.most = most
    }

    /// Those that somebody has.
    private(set) var outstanding = 0

    func take() -> AnswerBuffer {
        outstanding += 1
        return idle.popLast() ?? AnswerBuffer(capacity: usual)
    }

    func giveBack(_ buffer: AnswerBuffer) {
        outstanding -= 1
        guard idle.count < most, buffer.room.count <= usual * 2 else { return }
        buffer.removeAll()
        idle.append(buffer)
    }
}
