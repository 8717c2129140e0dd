// Frames of lz4.
internal import CLz4

enum Lz4 {
    static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var preferences = LZ4F_preferences_t()
        // Java's consumers take no other blocks.
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        var output = [UInt8](repeating: 0, count: LZ4F_compressFrameBound(bytes.count, &preferences))
        let count = output.withUnsafeMutableBytes { room in
            LZ4F_compressFrame(room.baseAddress, room.count, bytes.baseAddress, bytes.count, &preferences)
        }
        // With room for the bound it cannot fail.
        precondition(LZ4F_isError(count) == 0, "lz4 refused a bounded compression")
        output.removeLast(output.count - count)
        return output
    }

    /// All frames that `packed` consists of.
    static func decompress(_ packed: UnsafeRawBufferPointer, into output: Output) -> Bool {
        var context: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else { return false }
        defer { LZ4F_freeDecompressionContext(context) }
        var at = 0
        while true {
            let room = output.room()
            let input = UnsafeRawBufferPointer(rebasing: packed[at...])
            var (written, read) = (room.count, input.count)
            let due = LZ4F_decompress(context, room.baseAddress, &written, input.baseAddress, &read, nil)
            guard LZ4F_isError(due) == 0 else { return false }
            output.advance(written)
            at += read
            if due == 0, at == packed.count { return true }
            // No progress: the bytes end too early, or there is no room for what is in them.
            if written == 0, read == 0 { return false }
        }
    }
}
