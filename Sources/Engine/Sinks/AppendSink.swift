// The append sink: one file of rows in the order written, where every write shows.
internal import Evidence
internal import World

/// Appends rows to `append.rows`; tasks that run at once have a file each. A row that a crash cut short is dropped when
/// the sink is opened again, and one that a power loss damaged is made a row of zeros, which is none.
final class AppendSink: RowSink {
    private let file: any DiskFile
    private var end: Int64

    init(directory: String, disk: any Disk, slot: Int = 0) throws {
        try disk.makeDurableDirectory(directory)
        file = try disk.open("\(directory)/\(SinkFiles.append(slot: slot))", .update)
        let length = try file.length()
        end = length - length % Int64(SinkEntry.byteCount)
        if end != length { try file.truncate(to: end) }
        try voidDamagedRows()
        try disk.syncDirectory(directory)
    }

    /// Rows are synced before the next batch begins, so damage by a power loss lies behind the last change of the batch
    /// but one: nothing before that is read.
    private func voidDamagedRows() throws {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024 * SinkEntry.byteCount, alignment: 16)
        defer { piece.deallocate() }
        let nothing = [UInt8](repeating: 0, count: SinkEntry.byteCount)
        var batches: [Int64] = []
        var at = end
        while at > 0, batches.count < 3 {
            let start = max(0, at - Int64(piece.count))
            let count = try file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: piece[..<Int(at - start)]), at: start)
            for row in (0..<count / SinkEntry.byteCount).reversed() where batches.count < 3 {
                let place = row * SinkEntry.byteCount
                let bytes = UnsafeRawBufferPointer(rebasing: piece[place..<place + SinkEntry.byteCount])
                if let entry = SinkEntry.read(bytes) {
                    if batches.last != entry.batch { batches.append(entry.batch) }
                } else if bytes.contains(where: { $0 != 0 }) {
                    try nothing.withUnsafeBytes { try file.write([$0], at: start + Int64(place)) }
                }
            }
            at = start
        }
    }

    func begin(_ task: OutputTask) -> Bool { true }

    func write(_ rows: SinkRows) throws {
        let bytes = rows.bytes
        guard !bytes.isEmpty else { return }
        try file.write([bytes], at: end)
        end += Int64(bytes.count)
    }

    func finish(_ task: OutputTask) {}

    func sync() throws { try file.syncOrWriteAgain() }

    func close() { file.close() }
}
