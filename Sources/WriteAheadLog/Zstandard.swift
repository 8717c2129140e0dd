// Compression of payloads, with contexts and memory that are used again.
internal import CZstd

/// Compresses payloads one after the other.
final class Compressor {
    private let context: OpaquePointer
    private let level: Int32
    private let output = ScratchBuffer()

    init(level: Int32) {
        // As every failed allocation in Swift: there is nothing to go on with.
        guard let context = ZSTD_createCCtx() else { fatalError("no memory for a zstd context") }
        self.context = context
        self.level = level
    }

    deinit { ZSTD_freeCCtx(context) }

    /// The compressed bytes, valid until the next call; nil when compression does not make `payload` shorter.
    func compress(_ payload: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard !payload.isEmpty else { return nil }
        let room = output.bytes(ZSTD_compressBound(payload.count))
        let count = ZSTD_compressCCtx(context, room.baseAddress, room.count, payload.baseAddress, payload.count, level)
        guard ZSTD_isError(count) == 0, count < payload.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }
}

/// Decompresses payloads one after the other.
final class Decompressor {
    /// Made for the first compressed payload: most logs have none.
    private lazy var context: OpaquePointer = {
        // As every failed allocation in Swift: there is nothing to go on with.
        guard let context = ZSTD_createDCtx() else { fatalError("no memory for a zstd context") }
        hasContext = true
        return context
    }()
    private var hasContext = false
    private let output = ScratchBuffer()

    deinit { if hasContext { ZSTD_freeDCtx(context) } }

    /// The payload of `count` bytes, valid until the next call; nil when `stored` does not decompress to that.
    func decompress(_ stored: UnsafeRawBufferPointer, to count: Int) -> UnsafeRawBufferPointer? {
        // A block of zstd has 4 bytes at least and gives 128 KiB at most: no memory for what cannot be in there.
        guard count / (1 << 17) <= stored.count / 4 else { return nil }
        let room = output.bytes(count)
        let result = ZSTD_decompressDCtx(context, room.baseAddress, count, stored.baseAddress, stored.count)
        guard ZSTD_isError(result) == 0, result == count else { return nil }
        return UnsafeRawBufferPointer(room)
    }

    /// The payload of a complete frame; nil when it does not decompress to what the header says.
    func payload(of frame: UnsafeRawBufferPointer, _ header: FrameHeader) -> UnsafeRawBufferPointer? {
        let end = FrameHeader.length + Int(header.storedLength)
        let stored = UnsafeRawBufferPointer(rebasing: frame[FrameHeader.length..<end])
        return header.isCompressed ? decompress(stored, to: Int(header.payloadLength)) : stored
    }
}

/// Compression of whole files.
public enum Zstandard {
    /// The bytes as one zstd frame.
    public static func compress(_ bytes: [UInt8], level: Int32 = 19) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { room in
                ZSTD_compress(room.baseAddress, room.count, input.baseAddress, input.count, level)
            }
        }
        // With room for the bound it cannot fail.
        precondition(ZSTD_isError(count) == 0, "zstd refused a bounded compression")
        output.removeLast(output.count - count)
        return output
    }

    /// What ``compress(_:level:)`` was given; nil for bytes that are no such frame, or say that more than `limit` bytes are
    /// in it.
    public static func decompress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        let length = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard length <= UInt64(limit) else { return nil }
        var output = [UInt8](repeating: 0, count: Int(length))
        let count = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { room in
                ZSTD_decompress(room.baseAddress, room.count, input.baseAddress, input.count)
            }
        }
        return ZSTD_isError(count) == 0 && count == output.count ? output : nil
    }
}
