// gzip by zlib.
internal import CZlib

enum Gzip {
    /// The largest window, and 16 more, which asks for gzip's header.
    private static let windowBits: Int32 = 15 + 16

    static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        // It fails for want of memory alone, as every failed allocation in Swift: there is nothing to go on with.
        precondition(begun == Z_OK, "no memory for zlib")
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        output.withUnsafeMutableBufferPointer { room in
            stream.take(bytes)
            stream.next_out = room.baseAddress
            stream.avail_out = UInt32(clamping: room.count)
            // With room for the bound it ends at once.
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib refused a bounded compression")
        }
        output.removeLast(output.count - Int(stream.total_out))
        return output
    }

    /// All members that `packed` consists of.
    static func decompress(_ packed: UnsafeRawBufferPointer, into output: Output) -> Bool {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return false
        }
        defer { inflateEnd(&stream) }
        stream.take(packed)
        while true {
            let room = output.room()
            stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(clamping: room.count)
            let before = stream.avail_out
            let status = inflate(&stream, Z_NO_FLUSH)
            let written = Int(before - stream.avail_out)
            output.advance(written)
            switch status {
            case Z_STREAM_END where stream.avail_in == 0: return true
            case Z_STREAM_END: guard inflateReset(&stream) == Z_OK else { return false }
            // Nothing written although there was room: the bytes end too early. No room: too much is in them.
            case Z_OK where written > 0: continue
            default: return false
            }
        }
    }
}

extension z_stream {
    /// Sets what is read. zlib's older interfaces want it mutable, and leave it as it is.
    fileprivate mutating func take(_ bytes: UnsafeRawBufferPointer) {
        next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        avail_in = UInt32(clamping: bytes.count)
    }
}
