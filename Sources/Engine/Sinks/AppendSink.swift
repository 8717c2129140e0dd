// The append sink: one file of rows in the order written, where every write shows.
internal import World

/// Appends rows to `append.rows`; tasks that run at once have a file each. A row that a crash cut short is dropped when
/// the sink is opened again.
final class AppendSink: Sink {
    private static let prefix = "append"
    private static let suffix = ".rows"

    private let file: any DiskFile
    private var end: Int64

    /// Whether a file of this name holds rows of the sink.
    static func owns(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

    init(directory: String, disk: any Disk, slot: Int = 0) throws {
        try disk.makeDurableDirectory(directory)
        let name = AppendSink.prefix + (slot == 0 ? "" : "-\(slot)") + AppendSink.suffix
        file = try disk.open("\(directory)/\(name)", .update)
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
