// The folder of checkpoints: writes the next one, finds the newest readable one, removes those too old to matter.
internal import World

/// Checkpoints are named `checkpoint-NNNNNNNNNN` by a number that rises with every one written.
final class CheckpointStore {
    /// How many checkpoints are kept, so that a damaged one can be stepped over.
    static let kept = 10

    private let directory: String
    private let seams: Seams
    private let counters: EngineCounters
    /// The numbers and sizes of the files there are, oldest first.
    private var files: [(number: Int64, bytes: Int64)] = []

    init(directory: String, seams: Seams, counters: EngineCounters) throws {
        self.directory = directory
        self.seams = seams
        self.counters = counters
        try seams.disk.makeDurableDirectory(directory)
        try AtomicFile.removeTemporaryFiles(in: directory, disk: seams.disk, crash: seams.crash)
        for name in try seams.disk.list(directory) {
            guard let number = CheckpointStore.number(of: name) else { continue }
            files.append((number, Int64(try seams.disk.contents(of: "\(directory)/\(name)").count)))
        }
        files.sort { $0.number < $1.number }
    }

    /// The bytes all checkpoints hold.
    var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

    /// The newest readable checkpoint; nil when there is none at all.
    ///
    /// - Throws: ``EngineError``, `damagedCheckpoint` when there are some and none can be read.
    func newest() throws -> Checkpoint? {
        for file in files.reversed() {
            let path = "\(directory)/\(CheckpointStore.name(file.number))"
            if let lines = try AtomicFile.read(path, disk: seams.disk) {
                return try Checkpoint(lines: lines, path: path)
            }
        }
        guard let newest = files.last else { return nil }
        throw EngineError(
            .damagedCheckpoint, "none of \(files.count) checkpoints matches its checksum",
            location: "\(directory)/\(CheckpointStore.name(newest.number))")
    }

    func write(_ checkpoint: Checkpoint, effects: AtomicFileEffects) throws {
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

    private static func name(_ number: Int64) -> String {
        let digits = String(number)
        return "checkpoint-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }

    private static func number(of name: String) -> Int64? {
        name.hasPrefix("checkpoint-") ? Int64(name.dropFirst("checkpoint-".count)) : nil
    }
}
