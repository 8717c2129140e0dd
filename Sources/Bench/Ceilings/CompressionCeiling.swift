// What zstd gives on the bytes that a block holds.
internal import Compression
internal import Posix
internal import World

/// zstd's own speed, without a log behind it.
public enum CompressionCeiling {
    /// Compresses one block of `blockBytes` again and again at `level`, for about `seconds`.
    ///
    /// - Returns: bytes taken a second.
    public static func measure(level: Int, blockBytes: Int, seconds: Double = 0.2) -> Double {
        let block = CeilingPayload.bytes(blockBytes)
        let clock = MonotonicClock()
        let begin = clock.now()
        var taken = 0
        repeat {
            taken += Zstandard.compress(block, level: Int32(level)).isEmpty ? 0 : block.count
        } while clock.now() - begin < UInt64(seconds * 1e9)
        return Double(taken) / (Double(clock.now() - begin) / 1e9)
    }
}
