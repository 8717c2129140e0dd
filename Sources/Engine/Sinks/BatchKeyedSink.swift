// The batch-keyed sink: a task's output counts once per batch and partition, whatever it holds the second time.
internal import Evidence
internal import World

/// Keeps one file per batch and partition (for a receiver's batch: per batch and block), which appears whole or not at
/// all. A task whose file is there already writes nothing: the sink trusts that the same batch means the same records.
final class BatchKeyedSink: RowSink {
    private let directory: String
    private let disk: any Disk
    private let crash: CrashSwitch
    private var file: (any DiskFile)?
    private var end: Int64 = 0
    private var hasUnsyncedNames = false

    init(directory: String, disk: any Disk, crash: CrashSwitch) throws {
        self.directory = directory
        self.disk = disk
        self.crash = crash
        try disk.makeDurableDirectory(directory)
        try AtomicFile.recover(directory, disk: disk, crash: crash)
    }

    func begin(_ task: OutputTask) throws -> Bool {
        guard !disk.exists(path(of: task)) else {
            // Whoever wrote it may have died before its name was durable.
            hasUnsyncedNames = true
            return false
        }
        file = try disk.open(path(of: task) + AtomicFile.temporarySuffix, .replace)
        end = 0
        return true
    }

    func write(_ rows: SinkRows) throws {
        let bytes = rows.bytes
        guard let file, !bytes.isEmpty else { return }
        try file.write([bytes], at: end)
        end += Int64(bytes.count)
    }

    func finish(_ task: OutputTask) throws {
        guard let file else { return }
        try file.sync()
        file.close()
        self.file = nil
        try crash.before(.sinkCommit)
        try disk.rename(path(of: task) + AtomicFile.temporarySuffix, to: path(of: task))
        hasUnsyncedNames = true
        try crash.after(.sinkCommit)
    }

    func abandon() {
        file?.close()
        file = nil
    }

    func sync() throws {
        if hasUnsyncedNames { try disk.syncDirectory(directory) }
        hasUnsyncedNames = false
    }

    func close() { file?.close() }

    private func path(of task: OutputTask) -> String {
        "\(directory)/\(SinkFiles.batch(task.batch, task: task.key))"
    }
}
