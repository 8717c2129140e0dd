// The journal of a data folder: what changes beside the records, as a file of record batches.
internal import BrokerCore
internal import Compression
internal import KafkaWire
internal import World

/// A file of entries that grows, and is written anew from time to time.
final class StateJournal {
    /// It is written anew when it is larger than this, and than four times what was left of it the last time.
    private static let smallestToRewrite = 16 << 20

    let path: String
    private let files: LogFiles
    private var file: any DiskFile
    private var end: Int
    private var endWhenWritten: Int
    private var count: Int64 = 0
    private(set) var isDirty = false

    private init(_ files: LogFiles, _ path: String, _ file: any DiskFile, end: Int) {
        self.files = files
        self.path = path
        self.file = file
        self.end = end
        endWhenWritten = end
    }

    /// Whether it has grown so much that it is worth to write it anew.
    var isLong: Bool { end > max(Self.smallestToRewrite, 4 * endWhenWritten) }

    /// Reads what the journal says, each entry once, in the order in which they were written.
    ///
    /// - Throws: ``DataError``, `DiskError`, and what `body` throws.
    static func read(_ disk: any Disk, _ path: String, _ body: (StateEntry) throws -> Void) throws {
        guard disk.exists(path) else { return }
        let file = try disk.open(path, .update)
        defer { file.close() }
        let found = try BatchFile.last(file, path)
        var batch: [UInt8] = []
        var position = 0
        let unpacker = Unpacker()
        for header in found.headers {
            batch = [UInt8](repeating: 0, count: header.byteCount)
            try batch.withUnsafeMutableBytes { room in
                _ = try file.read(into: room, at: Int64(position))
                do {
                    var records = try header.records(in: UnsafeRawBufferPointer(room), unpacker)
                    while let record = try records.next() { try body(try StateEntry(record)) }
                } catch let error as WireError {
                    throw DataError(damaged: path, at: position, "\(error)")
                }
            }
            position += header.byteCount
        }
    }

    /// Makes a journal that begins with these entries, in place of the one that is there.
    ///
    /// - Throws: `DiskError`; the one that is there stays.
    static func make(_ files: LogFiles, _ path: String, _ entries: [StateEntry]) throws -> StateJournal {
        let written = "\(path).new"
        let file = try files.disk.open(written, .replace)
        let journal = StateJournal(files, path, file, end: 0)
        try journal.append(entries)
        journal.endWhenWritten = journal.end
        try file.sync()
        try files.disk.rename(written, to: path)
        try files.disk.syncDirectory(directory(of: path))
        return journal
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// Adds entries: all or, where they cannot be written, none of them.
    func write(_ entries: [StateEntry]) throws(StorageFailure) {
        if let failure = files.failure { throw failure }
        guard !entries.isEmpty else { return }
        do {
            try append(entries)
            if files.syncsEach { try files.sync(file) }
        } catch {
            try? file.truncate(to: Int64(end))
            throw StorageFailure(reason: "\(error)")
        }
        guard !isDirty, !files.syncsEach else { return }
        isDirty = true
        files.onDirty()
    }

    /// In batches, so that none becomes too large.
    private func append(_ entries: [StateEntry]) throws {
        var bytes: [UInt8] = []
        var offset = count
        var rest = entries[...]
        while !rest.isEmpty {
            var batch = BatchBuilder(baseOffset: offset)
            for entry in rest.prefix(1000) {
                let (key, value) = try entry.encoded()
                try batch.append(offset: offset, timestamp: 0, key: key, value: value)
                offset += 1
            }
            rest = rest.dropFirst(1000)
            bytes += try batch.finished()
        }
        try bytes.withUnsafeBytes { try file.write([$0], at: Int64(end)) }
        end += bytes.count
        count = offset
    }

    func noteSynced() { isDirty = false }

    func close() { file.close() }
}
