// The folder of a job's states: writes the next one, finds the newest readable one, removes those too old to matter.
internal import Ingestion
internal import World

/// States are named `state-NNNNNNNNNN` by a number that rises with every one written: a batch that runs again writes a
/// new file, and the one it had written before stays whole.
final class StateStore {
    /// How many states are kept, so that a damaged one can be stepped over.
    static let kept = 10
    private static let prefix = "state-"

    private let directory: String
    private let job: Job
    private let seams: Seams
    /// The numbers of the files there are, oldest first.
    private var numbers: [Int64]

    init(directory: String, job: Job, seams: Seams) throws {
        self.directory = directory
        self.job = job
        self.seams = seams
        try seams.disk.makeDurableDirectory(directory)
        try AtomicFile.recover(directory, disk: seams.disk, crash: seams.crash)
        numbers = try StateStore.numbers(in: directory, disk: seams.disk)
    }

    /// The newest readable state, and whether a newer one is there that cannot be read; nil when there is none at all.
    ///
    /// - Throws: ``EngineError``, `damagedState` when there are some and none can be read, or `incompatibleState`.
    func newest() throws -> (state: JobState, isFallback: Bool)? {
        guard let newest = try StateStore.newest(in: directory, disk: seams.disk) else { return nil }
        guard newest.state.job == job else {
            throw EngineError(
                .incompatibleState, "state is of the job \(newest.state.job.rawValue), this run's is \(job.rawValue)",
                location: directory)
        }
        return newest
    }

    static func newest(in directory: String, disk: any Disk) throws -> (state: JobState, isFallback: Bool)? {
        guard disk.exists(directory) else { return nil }
        let numbers = try numbers(in: directory, disk: disk)
        for number in numbers.reversed() {
            let path = "\(directory)/\(name(number))"
            guard let lines = try AtomicFile.read(path, disk: disk) else { continue }
            return (try JobState(lines: lines, path: path), number != numbers.last)
        }
        guard let newest = numbers.last else { return nil }
        throw EngineError(
            .damagedState, "none of \(numbers.count) states matches its checksum",
            location: "\(directory)/\(name(newest))")
    }

    func write(_ state: JobState) throws {
        let number = (numbers.last ?? 0) + 1
        _ = try AtomicFile.write(
            state.lines, to: StateStore.name(number), in: directory, effects: .jobState, seams: seams)
        numbers.append(number)
    }

    /// Removes all but the newest ``kept`` states.
    func removeOld() throws {
        while numbers.count > StateStore.kept {
            try seams.crash.before(.cleanupRemove)
            try seams.disk.remove("\(directory)/\(StateStore.name(numbers[0]))")
            numbers.removeFirst()
            try seams.crash.after(.cleanupRemove)
        }
    }

    private static func numbers(in directory: String, disk: any Disk) throws -> [Int64] {
        try disk.list(directory).compactMap { name in
            name.hasPrefix(prefix) ? Int64(name.dropFirst(prefix.count)) : nil
        }.sorted()
    }

    private static func name(_ number: Int64) -> String {
        let digits = String(number)
        return prefix + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }
}
