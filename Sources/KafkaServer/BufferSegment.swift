// A log's memory as a buffer of the event loop's library, which sends slices of it without copying them.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore

/// A segment whose slices share its memory. The library copies a slice that begins beyond 16 MiB; segments end before.
struct BufferSegment: LogSegment {
    private var buffer: ByteBuffer

    init(byteCapacity: Int) { buffer = ByteBufferAllocator().buffer(capacity: byteCapacity) }

    var byteCount: Int { buffer.readableBytes }

    /// Also false while a slice is on its way to a client: to write behind it would copy the whole segment.
    mutating func append(_ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) -> Bool {
        buffer.modifyIfUniquelyOwned { buffer in
            guard buffer.writableBytes >= batch.count else { return false }
            let start = buffer.readableBytes
            buffer.writeBytes(batch)
            buffer.withUnsafeMutableReadableBytes { bytes in
                BatchHeader.place(
                    UnsafeMutableRawBufferPointer(rebasing: bytes[start...]), baseOffset: baseOffset,
                    leaderEpoch: leaderEpoch)
            }
            return true
        } ?? false
    }

    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try buffer.withUnsafeReadableBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The bytes of `range`, in the same memory.
    func slice(_ range: Range<Int>) -> ByteBuffer {
        guard let slice = buffer.getSlice(at: range.lowerBound, length: range.count) else {
            // Our own bug: ranges come from the log that the segment belongs to.
            preconditionFailure("segment: no bytes \(range) in \(byteCount)")
        }
        return slice
    }
}
