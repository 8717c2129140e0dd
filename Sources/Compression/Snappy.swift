// Snappy, bare or in the blocks that Java's library frames it in.
internal import CSnappy

enum Snappy {
    /// What Java's stream begins with: eight bytes that no bare snappy begins with, a version, the oldest that reads it.
    private static let header: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    private static let magicLength = 8
    private static let blockLength = 32 << 10

    /// Framed, because Java's consumers take that alone.
    static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output = header
        var block = [UInt8](repeating: 0, count: snappy_max_compressed_length(blockLength))
        for start in stride(from: 0, to: bytes.count, by: blockLength) {
            let input = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + blockLength)])
            var count = block.count
            let status = block.withUnsafeMutableBytes {
                snappy_compress(
                    input.bindMemory(to: CChar.self).baseAddress, input.count,
                    $0.bindMemory(to: CChar.self).baseAddress, &count)
            }
            // With room for the bound it cannot fail.
            precondition(status == SNAPPY_OK, "snappy refused a bounded compression")
            withUnsafeBytes(of: UInt32(count).bigEndian) { output.append(contentsOf: $0) }
            output.append(contentsOf: block[..<count])
        }
        return output
    }

    static func decompress(_ packed: UnsafeRawBufferPointer, into output: Output) -> Bool {
        guard packed.starts(with: header[..<magicLength]) else { return decompressBlock(packed, into: output) }
        guard packed.count >= header.count else { return false }
        var at = header.count
        while at < packed.count {
            guard at + 4 <= packed.count else { return false }
            let count = Int(packed.loadUnaligned(fromByteOffset: at, as: UInt32.self).bigEndian)
            at += 4
            guard count <= packed.count - at else { return false }
            guard decompressBlock(UnsafeRawBufferPointer(rebasing: packed[at..<at + count]), into: output) else {
                return false
            }
            at += count
        }
        return true
    }

    private static func decompressBlock(_ packed: UnsafeRawBufferPointer, into output: Output) -> Bool {
        var count = 0
        guard let source = packed.bindMemory(to: CChar.self).baseAddress,
            snappy_uncompressed_length(source, packed.count, &count) == SNAPPY_OK,
            // A copy takes two bytes at least and gives 64 at most: no memory for what cannot be in there.
            count / 64 <= packed.count, let room = output.room(count)
        else { return false }
        guard let target = room.bindMemory(to: CChar.self).baseAddress, count > 0 else { return count == 0 }
        guard snappy_uncompress(source, packed.count, target, &count) == SNAPPY_OK else { return false }
        output.advance(count)
        return true
    }
}
