// The ceilings that are not librdkafka's: the disk under the log, and zstd.
internal import Engine
internal import Posix
internal import World
internal import WriteAheadLog

/// A part measured on its own.
enum BenchCeiling {
    /// Bytes a second that the disk takes in blocks of `blockBytes`, each synced.
    static func disk(in directory: String, blockBytes: Int) throws -> Double {
        let disk = PosixDisk()
        let path = "\(directory)/ceiling"
        let file = try disk.open(path, .replace)
        defer {
            file.close()
            try? disk.remove(path)
        }
        let block = payload(blockBytes)
        let clock = MonotonicClock()
        let begin = clock.now()
        var written: Int64 = 0
        while clock.now() - begin < 200_000_000 {
            try block.withUnsafeBytes { try file.write([$0], at: written) }
            try file.sync()
            written += Int64(blockBytes)
        }
        return Double(written) / (Double(clock.now() - begin) / 1e9)
    }

    /// Bytes a second that zstd takes at `level` in blocks of `blockBytes`.
    static func zstd(level: Int, blockBytes: Int) -> Double {
        let block = payload(blockBytes)
        let clock = MonotonicClock()
        let begin = clock.now()
        var taken = 0
        while clock.now() - begin < 100_000_000 {
            taken += Zstandard.compress(block, level: Int32(level)).isEmpty ? 0 : block.count
        }
        return Double(taken) / (Double(clock.now() - begin) / 1e9)
    }

    private static func payload(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, RecordFormat.minimumLength))
        bytes.withUnsafeMutableBytes { RecordFormat.write(.init(producer: 0, sequence: 0), seed: 1, into: $0) }
        return bytes
    }
}
