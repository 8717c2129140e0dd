// Where decompressed bytes go: memory that grows with what comes, up to a limit.
internal import World

/// Bytes that a library writes piece by piece.
final class Output {
    private let memory = ScratchBuffer()
    private var capacity = 0
    private var limit = 0
    private var count = 0

    /// Begins anew; room is made for several times what is compressed.
    func begin(expecting packed: Int, limit: Int) {
        // One byte more: a stream whose bytes fill the limit still has to say that it is at its end.
        self.limit = min(limit, .max - 1) + 1
        capacity = min(self.limit, max(4096, packed.multipliedReportingOverflow(by: 4).partialValue))
        count = 0
    }

    /// What was written; nil when it is more than the limit.
    var filled: UnsafeRawBufferPointer? { count < limit ? UnsafeRawBufferPointer(memory.bytes(count)) : nil }

    /// The room behind what is there. When it is empty, no more is allowed.
    func room() -> UnsafeMutableRawBufferPointer {
        if count == capacity { capacity = min(limit, capacity.multipliedReportingOverflow(by: 2).partialValue) }
        return UnsafeMutableRawBufferPointer(rebasing: memory.bytes(capacity, keeping: count)[count...])
    }

    /// Room for exactly `wanted` bytes; nil when that is beyond the limit.
    func room(_ wanted: Int) -> UnsafeMutableRawBufferPointer? {
        guard wanted < limit - count else { return nil }
        capacity = max(capacity, count + wanted)
        return UnsafeMutableRawBufferPointer(
            rebasing: memory.bytes(capacity, keeping: count)[count..<count + wanted])
    }

    /// Says that the first `more` bytes of the room are written.
    func advance(_ more: Int) { count += more }
}
