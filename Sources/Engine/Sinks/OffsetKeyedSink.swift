// The offset-keyed sink: one slot per partition and offset, so that a repeated write replaces its row.
internal import Evidence
internal import World

/// Keeps `partition-NNNNN.slots` per partition; the row of offset o lies at byte o times the row's length.
final class OffsetKeyedSink: RowSink {
    private let directory: String
    private let disk: any Disk
    /// By partition number; a file is opened when its partition is first written.
    private var files: [(any DiskFile)?] = []
    private var unsynced: [Bool] = []

    init(directory: String, disk: any Disk) throws {
        self.directory = directory
        self.disk = disk
        try disk.makeDurableDirectory(directory)
    }

    func begin(_ task: OutputTask) -> Bool { true }

    func write(_ rows: SinkRows) throws {
        var start = 0
        while start < rows.count {
            let first = rows.key(at: start)
            var end = start + 1
            // Neighbouring offsets of one partition are neighbouring slots: one write for the whole stretch.
            while end < rows.count {
                let key = rows.key(at: end)
                guard key.partition == first.partition, key.offset == first.offset + Int64(end - start) else { break }
                end += 1
            }
            let file = try file(of: first.partition)
            try file.write([rows.bytes(of: start..<end)], at: first.offset * Int64(SinkEntry.byteCount))
            unsynced[Int(first.partition)] = true
            start = end
        }
    }

    func finish(_ task: OutputTask) {}

    func sync() throws {
        for partition in files.indices where unsynced[partition] {
            try files[partition]?.sync()
            unsynced[partition] = false
        }
    }

    func close() {
        for file in files { file?.close() }
    }

    private func file(of partition: Partition) throws -> any DiskFile {
        let index = Int(partition)
        while files.count <= index {
            files.append(nil)
            unsynced.append(false)
        }
        if let open = files[index] { return open }
        let file = try disk.open("\(directory)/\(SinkFiles.partition(Int(partition)))", .update)
        try disk.syncDirectory(directory)
        files[index] = file
        return file
    }
}
