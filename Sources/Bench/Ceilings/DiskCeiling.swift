// What the disk under a log gives: one block after the other, each synced.
internal import Engine
internal import Evidence
internal import Posix
internal import World

/// The disk's own speed, without a log on it.
public enum DiskCeiling {
    /// Writes blocks of `blockBytes` one after the other to a file in `directory`, each followed by a sync, for about
    /// `seconds`, past the system's cache where there is such a way, as a log does; the file is removed.
    ///
    /// - Returns: bytes a second.
    /// - Throws: `DiskError`.
    public static func measure(in directory: String, blockBytes: Int, seconds: Double = 0.5) throws -> Double {
        let disk = PosixDisk()
        let path = "\(directory)/disk-ceiling"
        try disk.makeDirectory(directory)
        let file = try disk.open(path, .replace)
        defer {
            file.close()
            try? disk.remove(path)
        }
        file.bypassCache()
        // As a worker's thread has it.
        TimeSlice.shorten()
        let block = CeilingPayload.bytes(blockBytes)
        let clock = MonotonicClock()
        let begin = clock.now()
        var written: Int64 = 0
        repeat {
            try block.withUnsafeBytes { try file.write([$0], at: written) }
            try file.sync()
            written += Int64(block.count)
        } while clock.now() - begin < UInt64(seconds * 1e9)
        return Double(written) / (Double(clock.now() - begin) / 1e9)
    }
}

/// Bytes such as a block holds: records of kbench's own, 200 bytes each.
enum CeilingPayload {
    static func bytes(_ count: Int) -> [UInt8] {
        let record = 200
        var bytes = [UInt8](repeating: 0x61, count: max(count, record))
        bytes.withUnsafeMutableBytes { bytes in
            for (sequence, start) in stride(from: 0, through: bytes.count - record, by: record).enumerated() {
                RecordFormat.write(
                    .init(producer: 0, sequence: UInt64(sequence)), seed: 1,
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + record]))
            }
        }
        return bytes
    }
}
