// The read journal: evidence of what tasks read, so that work without a trace in the sink can still be counted.
internal import Checksum
public import World

/// One stretch of offsets that a task read.
public struct ReadEntry: Equatable, Sendable {
    /// The batch that read it.
    public var batch: Int64
    /// What brought it into the engine; see ``SinkEntry/ingest``.
    public var ingest: Int64
    /// The offsets, without gaps.
    public var range: OffsetRange

    /// Makes an entry.
    public init(batch: Int64, ingest: Int64, range: OffsetRange) {
        self.batch = batch
        self.ingest = ingest
        self.range = range
    }
}

/// Appends entries to `reads.journal`, 40 bytes each; survives a process kill, which is all that evidence needs. Tasks
/// that run at once have a file each, and plans are journaled in the same form.
package final class ReadJournal {
    /// The journal of what tasks read.
    package static let reads = "reads"
    /// The journal of the offsets that were skipped because the broker had dropped them; same format, no batch.
    package static let skips = "skips"
    /// What tasks were to read.
    package static let plans = "plans"
    private static let suffix = ".journal"
    private static let entryLength = 40
    private let file: any DiskFile
    private var end: Int64
    private var buffer: [UInt8] = []

    package init(directory: String, disk: any Disk, name: String = ReadJournal.reads, slot: Int = 0) throws {
        try disk.makeDirectory(directory)
        file = try disk.open(
            "\(directory)/\(name)\(slot == 0 ? "" : "-\(slot)")\(ReadJournal.suffix)", .update)
        let length = try file.length()
        end = length - length % Int64(ReadJournal.entryLength)
    }

    /// Notes what a task is about to hand to the sink.
    package func append(batch: Int64, ingest: Int64, ranges: [OffsetRange]) throws {
        buffer.removeAll(keepingCapacity: true)
        for range in ranges {
            let start = buffer.count
            for word in [batch, ingest, range.from, range.until] {
                withUnsafeBytes(of: word.littleEndian) { buffer.append(contentsOf: $0) }
            }
            withUnsafeBytes(of: range.partition.littleEndian) { buffer.append(contentsOf: $0) }
            let checksum = buffer.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            withUnsafeBytes(of: checksum.littleEndian) { buffer.append(contentsOf: $0) }
        }
        try buffer.withUnsafeBytes { try file.write([$0], at: end) }
        end += Int64(buffer.count)
    }

    package func close() { file.close() }

    /// Calls `body` with each entry in `directory`, in memory that does not grow with them; entries that a crash cut short
    /// are left out.
    package static func forEachEntry(
        in directory: String, disk: any Disk, name: String = ReadJournal.reads, _ body: (ReadEntry) -> Void
    ) throws {
        guard disk.exists(directory) else { return }
        for file in try disk.list(directory) where file.hasPrefix(name) && file.hasSuffix(suffix) {
            try forEachEntry(ofFile: "\(directory)/\(file)", disk: disk, body)
        }
    }

    private static func forEachEntry(ofFile path: String, disk: any Disk, _ body: (ReadEntry) -> Void) throws {
        let file = try disk.open(path, .read)
        defer { file.close() }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192 * entryLength, alignment: 16)
        defer { piece.deallocate() }
        var at: Int64 = 0
        while true {
            let entries = try file.read(into: piece, at: at) / entryLength
            if entries == 0 { return }
            for index in 0..<entries {
                let start = index * entryLength
                if let entry = read(UnsafeRawBufferPointer(rebasing: piece[start..<start + entryLength])) {
                    body(entry)
                }
            }
            at += Int64(entries * entryLength)
        }
    }

    /// Reads one entry; nil when it is damaged.
    private static func read(_ entry: UnsafeRawBufferPointer) -> ReadEntry? {
        let checksum = UInt32(littleEndian: entry.loadUnaligned(fromByteOffset: 36, as: UInt32.self))
        guard checksum == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: entry[..<36])) else { return nil }
        func word(_ place: Int) -> Int64 {
            Int64(littleEndian: entry.loadUnaligned(fromByteOffset: place, as: Int64.self))
        }
        return ReadEntry(
            batch: word(0), ingest: word(8),
            range: OffsetRange(
                partition: Int32(littleEndian: entry.loadUnaligned(fromByteOffset: 32, as: Int32.self)),
                from: word(16), until: word(24)))
    }
}
