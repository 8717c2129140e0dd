// zstd: payloads one after the other with contexts and memory that are used again, and whole files.
internal import CZstd
internal import World

/// Compresses payloads one after the other.
package final class Compressor {
    private let context: OpaquePointer
    private let level: Int32
    private let output = ScratchBuffer()

    package init(level: Int32) {
        // As every failed allocation in Swift: there is nothing to go on with.
        guard let context = ZSTD_createCCtx() else { fatalError("no memory for a zstd context") }
        self.context = context
        self.level = level
    }

    deinit { ZSTD_freeCCtx(context) }

    /// The compressed bytes, valid until the next call; nil when compression does not make `payload` shorter.
    package func compress(_ payload: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard !payload.isEmpty else { return nil }
        let room = output.bytes(ZSTD_compressBound(payload.count))
        let count = ZSTD_compressCCtx(context, room.baseAddress, room.count, payload.baseAddress, payload.count, level)
        guard ZSTD_isError(count) == 0, count < payload.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }
}

/// Decompresses payloads one after the other.
package final class Decompressor {
    /// Made for the first compressed payload: most logs have none.
    private lazy var context: OpaquePointer = {
        // As every failed allocation in Swift: there is nothing to go on with.
        guard let context = ZSTD_createDCtx() else { fatalError("no memory for a zstd context") }
        hasContext = true
        return context
    }()
    private var hasContext = false
    private let output = ScratchBuffer()

    package init() {}

    deinit { if hasContext { ZSTD_freeDCtx(context) } }

    /// The payload of `count` bytes, valid until the next call; nil when `stored` does not decompress to that.
    package func decompress(_ stored: UnsafeRawBufferPointer, to count: Int) -> UnsafeRawBufferPointer? {
        // A block of zstd has 4 bytes at least and gives 128 KiB at most: no memory for what cannot be in there.
        guard count / (1 << 17) <= stored.count / 4 else { return nil }
        let room = output.bytes(count)
        let result = ZSTD_decompressDCtx(context, room.baseAddress, count, stored.baseAddress, stored.count)
        guard ZSTD_isError(result) == 0, result == count else { return nil }
        return UnsafeRawBufferPointer(room)
    }
}

/// Compression of whole files.
public enum Zstandard {
    /// The bytes as one zstd frame.
    public static func compress(_ bytes: [UInt8], level: Int32 = 19) -> [UInt8] {
        bytes.withUnsafeBytes { compress($0, level: level) }
    }

    static func compress(_ input: UnsafeRawBufferPointer, level: Int32) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(input.count))
        let count = output.withUnsafeMutableBytes { room in
            ZSTD_compress(room.baseAddress, room.count, input.baseAddress, input.count, level)
        }
        // With room for the bound it cannot fail.
        precondition(ZSTD_isError(count) == 0, "zstd refused a bounded compression")
        output.removeLast(output.count - count)
        return output
    }

    /// What ``compress(_:level:)`` was given; nil for bytes that are no such frame, or say that more than `limit` bytes
    /// are in it.
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

    /// All frames that `packed` consists of, whether they say how much is in them or not.
    static func decompress(_ packed: UnsafeRawBufferPointer, into output: Output) -> Bool {
        guard let context = ZSTD_createDCtx() else { return false }
        defer { ZSTD_freeDCtx(context) }
        var input = ZSTD_inBuffer(src: packed.baseAddress, size: packed.count, pos: 0)
        while true {
            let room = output.room()
            var written = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            let before = input.pos
            let due = ZSTD_decompressStream(context, &written, &input)
            guard ZSTD_isError(due) == 0 else { return false }
            output.advance(written.pos)
            if due == 0, input.pos == input.size { return true }
            // No progress: the bytes end too early, or there is no room for what is in them.
            if written.pos == 0, input.pos == before { return false }
        }
    }
}

/// The library behind ``Zstandard``'s frames.
package enum ZstandardLibrary {
    /// Its version, such as `1.5.4`.
    package static var version: String { String(cString: ZSTD_versionString()) }
}
