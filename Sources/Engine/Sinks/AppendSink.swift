// The append sink: one file of rows in the order written, where every write shows.
internal import World

/// Appends rows to `append.rows`. A row that a crash cut short is dropped when the sink is opened again.
final class AppendSink: Sink {
    static let fileName = "append.rows"

    private let file: any DiskFile
    private var end: Int64

    init(directory: String, disk: any Disk) throws {
        try disk.makeDurableDirectory(directory)
        file = try disk.open("\(directory)/\(AppendSink.fileName)", .update)
        let length = try file.length()
        end = length - length % Int64(SinkEntry.byteCount)
        if end != length { try file.truncate(to: end) }
        try disk.syncDirectory(directory)
    }

    func begin(_ task: OutputTask) -> Bool { true }

    func write(_ rows: SinkRows) throws {
        let bytes = rows.bytes
        guard !bytes.isEmpty else { return }
        try file.write([bytes], at: end)
        end += Int64(bytes.count)
    }

    func finish(_ task: OutputTask) {}

    func sync() throws { try file.sync() }

    func close() { file.close() }
}
