// Runs an atlas: its units side by side on plain threads, each result written down as it comes.
internal import Engine
public import Exploration
internal import Harness
internal import Ingestion
internal import Posix
public import Results
internal import Synchronization
internal import World

/// What is to be explored, and how.
public struct AtlasOptions: Sendable {
    /// The units, in the plan's order.
    public var units: [AtlasUnit]
    /// This shard's number, from 1, and how many there are.
    public var shard: (number: Int, count: Int)
    /// The journal; nil: nothing is written down.
    public var journal: String?
    /// Seconds after which no further unit is begun; nil: no limit.
    public var budgetSeconds: Double?
    /// The folder for capsules.
    public var capsules: String
    /// The version of kbench.
    public var version: String
    /// Threads; nil: as many as there are processors.
    public var threads: Int?

    /// Makes options.
    public init(
        units: [AtlasUnit], shard: (number: Int, count: Int) = (1, 1), journal: String? = nil,
        budgetSeconds: Double? = nil, capsules: String, version: String, threads: Int? = nil
    ) {
        self.units = units
        self.shard = shard
        self.journal = journal
        self.budgetSeconds = budgetSeconds
        self.capsules = capsules
        self.version = version
        self.threads = threads
    }
}

/// Runs an atlas.
public struct AtlasRunner: Sendable {
    /// What the threads share.
    private struct Shared: Sendable {
        var next = 0
        var done: [Int: UnitResult] = [:]
        var failure: Diagnosis?
        var fresh: [(Int, UnitResult)] = []
    }

    private let options: AtlasOptions
    private let progress: @Sendable (Double, String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(_ options: AtlasOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Runs the units that are not done yet.
    ///
    /// - Throws: ``Diagnosis``, ``DiskError``, or ``ExplorationError``.
    public func run() throws -> AtlasResult {
        let (options, progress) = (options, progress)
        let clock = MonotonicClock()
        let began = clock.now()
        let disk = PosixDisk()
        let journal = try options.journal.map {
            try AtlasJournal(path: $0, disk: disk, version: options.version, units: options.units)
        }
        defer { journal?.close() }
        let mine = options.units.indices.filter { $0 % options.shard.count == options.shard.number - 1 }
        let left = mine.filter { journal?.results[$0] == nil }
        let shared = Mutex(Shared(done: journal?.results ?? [:]))
        // The journal is one file with one end: whoever has a result writes it under the lock.
        let writer = Mutex(Writer(journal: journal))
        try PlainThreads().run(max(1, min(options.threads ?? Processes.processorCount(), left.count))) { _ in
            while true {
                let seconds = Double(clock.now() - began) / 1e9
                let place: Int? = shared.withLock { shared in
                    guard shared.next < left.count, shared.failure == nil else { return nil }
                    if let budget = options.budgetSeconds, seconds > budget { return nil }
                    shared.next += 1
                    return shared.next - 1
                }
                guard let place else { return }
                let number = left[place]
                do {
                    let result = try options.units[number].explore()
                    try writer.withLock { try $0.journal?.append(unit: number, result) }
                    let done = shared.withLock { shared in
                        shared.done[number] = result
                        return shared.done.count
                    }
                    progress(Double(done) / Double(mine.count), options.units[number].name)
                } catch {
                    shared.withLock { $0.failure = $0.failure ?? Diagnosis(of: error) }
                }
            }
        }
        let (done, failure) = shared.withLock { ($0.done, $0.failure) }
        if let failure { throw failure }
        return try Self.result(
            options: options, results: options.units.indices.compactMap { done[$0] },
            seconds: Double(clock.now() - began) / 1e9)
    }

    /// Puts the journals of shards together.
    ///
    /// - Throws: ``Diagnosis``, or ``DiskError``.
    public static func merge(_ journals: [String], options: AtlasOptions) throws -> AtlasResult {
        var done: [Int: UnitResult] = [:]
        for path in journals {
            let results = try AtlasJournal.read(path: path, version: options.version, units: options.units)
            done.merge(results) { first, _ in first }
        }
        guard !done.isEmpty else {
            throw Diagnosis(
                cause: "\(journals.joined(separator: ", ")): no unit of the atlas is done there",
                fix: "run the shards first: kbench atlas --shard 1/2 --resume FILE", exitCode: .invalidRun)
        }
        return try result(options: options, results: options.units.indices.compactMap { done[$0] }, seconds: 0)
    }

    private static func result(options: AtlasOptions, results: [UnitResult], seconds: Double) throws -> AtlasResult {
        var capsules: [String: String] = [:]
        for finding in results.flatMap(\.findings) {
            let path = try CapsuleFile.write(
                Capsule(of: finding.first, version: options.version), in: options.capsules)
            capsules[finding.outcome.traceHash] = path
        }
        let first = options.units[0]
        return AtlasResult(
            results, units: options.units.count, seconds: seconds, seed: first.seed, fidelity: first.fidelity.name,
            depth: first.depth, capsules: { capsules[$0.outcome.traceHash] })
    }

    /// Carries the journal into the lock. Safe: only who holds the lock uses it.
    private struct Writer: @unchecked Sendable {
        let journal: AtlasJournal?
    }
}
