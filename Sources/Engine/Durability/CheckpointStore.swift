// The folder of checkpoints: writes the next one, finds the newest readable one, removes those too old to matter.
internal import World

/// Checkpoints are named `checkpoint-NNNNNNNNNN` by a number that rises with every one written.
final class CheckpointStore {
    /// How many checkpoints are kept, so that a damaged one can be stepped over.
    static let kept = 10

    private let directory: String
    private let program: Int
    private let seams: Seams
    private let counters: EngineCounters
    /// The numbers and sizes of the files there are, oldest first.
    private var files: [(number: Int64, bytes: Int64)] = []
    /// Whether ``restore()`` had no newer checkpoint to step over.
    private(set) var restoredNewest = true

    /// Opens the folder for version `program` of the program.
    init(directory: String, program: Int, seams: Seams, counters: EngineCounters) throws {
        self.directory = directory
        self.program = program
        self.seams = seams
        self.counters = counters
        try seams.disk.makeDurableDirectory(directory)
        try AtomicFile.recover(directory, disk: seams.disk, crash: seams.crash)
        for name in try seams.disk.list(directory) {
            guard let number = CheckpointStore.number(of: name) else { continue }
            files.append((number, Int64(try seams.disk.contents(of: "\(directory)/\(name)").count)))
        }
        files.sort { $0.number < $1.number }
        // What is found is acted upon, and whoever wrote it may have died before its name was durable.
        try seams.disk.syncDirectory(directory)
    }

    /// The bytes all checkpoints hold.
    var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

    /// Get or create: the newest readable checkpoint, or nil when there is none at all and the engine begins anew. It
    /// never begins anew because checkpoints cannot be used.
    ///
    /// - Throws: ``EngineError``, `damagedCheckpoint` when there are some and none can be read,
    ///   `incompatibleCheckpoint` when the newest one is not this program's.
    func restore() throws -> Checkpoint? {
        guard let found = try CheckpointStore.newest(in: directory, disk: seams.disk) else { return nil }
        counters.add(.damagedCheckpoints, found.damaged)
        restoredNewest = found.damaged == 0
        let checkpoint = found.checkpoint
        guard checkpoint.format == Checkpoint.version, checkpoint.program == program else {
            throw EngineError(
                .incompatibleCheckpoint,
                "checkpoint of format \(checkpoint.format) was written by program version \(checkpoint.program); this "
                    + "is program version \(program), which writes format \(Checkpoint.version)", location: found.path)
        }
        return checkpoint
    }

    /// The newest readable checkpoint of a folder, which is not changed; nil when there is none at all.
    ///
    /// - Returns: the checkpoint, its file, and how many newer ones are damaged.
    /// - Throws: ``EngineError``, `damagedCheckpoint` when there are some and none can be read.
    static func newest(
        in directory: String, disk: any Disk
    ) throws -> (checkpoint: Checkpoint, path: String, damaged: Int)? {
        guard disk.exists(directory) else { return nil }
        let numbers = try disk.list(directory).compactMap { number(of: $0) }.sorted()
        for (damaged, number) in numbers.reversed().enumerated() {
            let path = "\(directory)/\(name(number))"
            if let lines = try AtomicFile.read(path, disk: disk) {
                return (try Checkpoint(lines: lines, path: path), path, damaged)
            }
        }
        guard let newest = numbers.last else { return nil }
        throw EngineError(
            .damagedCheckpoint, "none of \(numbers.count) checkpoints matches its checksum",
            location: "\(directory)/\(name(newest))")
    }

    func write(_ checkpoint: Checkpoint, effects: AtomicFileEffects) throws {
        var checkpoint = checkpoint
        checkpoint.program = program
        let number = (files.last?.number ?? 0) + 1
        let count = try AtomicFile.write(
            checkpoint.lines, to: CheckpointStore.name(number), in: directory, effects: effects, seams: seams)
        files.append((number, Int64(count)))
        counters.add(.checkpointBytesWritten, count)
    }

    /// Removes all but the newest ``kept`` checkpoints.
    func removeOld() throws {
        while files.count > CheckpointStore.kept {
            try seams.crash.before(.cleanupRemove)
            try seams.disk.remove("\(directory)/\(CheckpointStore.name(files[0].number))")
            files.removeFirst()
            try seams.crash.after(.cleanupRemove)
        }
    }

    /// Adds a checkpoint to a folder that no engine works on.
    static func add(_ checkpoint: Checkpoint, to directory: String, disk: any Disk) throws {
        let names = disk.exists(directory) ? try disk.list(directory) : []
        let latest = names.compactMap { number(of: $0) }.max() ?? 0
        try AtomicFile.write(checkpoint.lines, to: "\(directory)/\(name(latest + 1))", disk: disk)
    }

    private static func name(_ number: Int64) -> String {
        let digits = String(number)
        return "checkpoint-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }

    private static func number(of name: String) -> Int64? {
        guard name.hasPrefix("checkpoint-"), let number = Int64(name.dropFirst("checkpoint-".count)),
            StoredNumbers.isPossible(number), CheckpointStore.name(number) == name
        else { return nil }
        return number
    }
}
