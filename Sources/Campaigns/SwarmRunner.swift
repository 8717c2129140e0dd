// Runs a swarm: ranges of seeds side by side, put together in order.
package import BrokerScript
internal import Exploration
package import Harness
internal import Posix
public import Results
internal import Simulation
internal import Synchronization
internal import World

/// Runs the seeds of a swarm.
public struct SwarmRunner: Sendable {
    private static let seedsAtOnce: UInt64 = 100

    private let seeds: ClosedRange<UInt64>
    private let faults: [Fault]
    private let capsules: String
    private let version: String
    private let journal: StepJournal?
    /// Which part of the ranges is run here, from 1, and of how many.
    package var shard: (number: Int, count: Int) = (1, 1)
    private let progress: @Sendable (Double, String) -> Void

    /// Makes a runner that reports progress as it goes.
    ///
    /// - Parameters:
    ///   - seeds: One for each schedule.
    ///   - script: What is to go wrong in the first life of each schedule, besides what is drawn; nil for nothing.
    ///   - capsules: The folder for what breaks a promise.
    ///   - version: Who writes it.
    ///   - journal: Where parts that are over are noted, and found again after an interruption; nil: nowhere.
    ///   - progress: The share that is done, 0 to 1, and what is done.
    /// - Throws: ``Diagnosis`` for an event that nothing in the simulated world is like, and for a script without events.
    package init(
        seeds: ClosedRange<UInt64>, script: Script? = nil, capsules: String, version: String,
        journal: StepJournal? = nil, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) throws {
        if let script {
            let (faults, without) = Fault.faults(of: script, seed: 1)
            guard without.isEmpty else {
                throw Diagnosis(
                    cause: "--script: nothing in the simulated world is like event "
                        + without.map(String.init).joined(separator: ", "),
                    fix: "leave it out, or play the script to real workers: `script` in a scenario", exitCode: .usage)
            }
            guard !faults.isEmpty else {
                throw Diagnosis(
                    cause: "--script: it has no event", fix: "leave out --script, or write one", exitCode: .usage)
            }
            self.faults = faults
        } else {
            faults = []
        }
        self.seeds = seeds
        self.capsules = capsules
        self.version = version
        self.journal = journal
        self.progress = progress
    }

    /// What a range of seeds came to, and how long the swarm had gone on by then.
    private struct Step: Codable {
        var part: SwarmPart
        var seconds: Double
    }

    /// Runs the seeds, up to the first that breaks a promise.
    ///
    /// - Throws: ``Diagnosis``, or ``DiskError`` when the capsule cannot be written.
    public func run() throws -> SwarmResult {
        struct Shared: Sendable {
            var next = 0
            var results: [Int: SwarmPart] = [:]
            /// How long the swarm had gone on before it was interrupted.
            var before = 0.0
            var failure: Diagnosis?
        }
        let clock = MonotonicClock()
        let began = clock.now()
        let chunks = chunks
        let mine = chunks.indices.filter { $0 % shard.count == shard.number - 1 }
        let shared = Mutex(Shared())
        let (progress, faults, journal) = (progress, faults, journal)
        try PlainThreads().run(max(1, min(Processes.processorCount(), mine.count))) { _ in
            while true {
                let place: Int? = shared.withLock { shared in
                    let isBroken = shared.results.values.contains { $0.brokenSeed != nil }
                    guard shared.next < mine.count, !isBroken, shared.failure == nil else { return nil }
                    shared.next += 1
                    return mine[shared.next - 1]
                }
                guard let place else { return }
                do {
                    let name = Self.name(of: chunks[place])
                    let known = try journal?.value(of: name, as: Step.self)
                    let result = try known?.part ?? Swarm(seeds: chunks[place], faults: faults).run()
                    if known == nil {
                        let before = shared.withLock { $0.before }
                        let seconds = before + Double(clock.now() - began) / 1e9
                        try journal?.record(name, Step(part: result, seconds: seconds))
                    }
                    let done = shared.withLock { shared in
                        shared.before = max(shared.before, known?.seconds ?? 0)
                        shared.results[place] = result
                        return shared.results.count
                    }
                    progress(Double(done) / Double(mine.count), "seed \(chunks[place].upperBound - 1)")
                } catch {
                    shared.withLock { $0.failure = $0.failure ?? Diagnosis(of: error) }
                }
            }
        }
        let (results, before, failure) = shared.withLock { ($0.results, $0.before, $0.failure) }
        if let failure { throw failure }
        return try report(mine.map { results[$0] }, seconds: before + Double(clock.now() - began) / 1e9)
    }

    /// What a step is called that runs a range.
    private static func name(of chunk: Range<UInt64>) -> String { "seeds \(chunk.lowerBound)..\(chunk.upperBound - 1)" }

    private var chunks: [Range<UInt64>] {
        stride(from: seeds.lowerBound, through: seeds.upperBound, by: Int(SwarmRunner.seedsAtOnce)).map {
            $0..<min($0 + SwarmRunner.seedsAtOnce, seeds.upperBound + 1)
        }
    }

    /// How many parts there can be, of which each has something to run.
    package var mostParts: Int { chunks.count }

    /// Puts the steps of all parts together. Nothing is run.
    ///
    /// - Throws: ``Diagnosis`` where a range is missing that comes before a broken promise.
    package func merge(_ journal: StepJournal) throws -> SwarmResult {
        let names = chunks.map(Self.name)
        let steps = try names.map { try journal.value(of: $0, as: Step.self) }
        // Behind the first broken seed nothing counts, so a part need not have come so far.
        let needed = steps.firstIndex { $0?.part.brokenSeed != nil }.map { $0 + 1 } ?? names.count
        try journal.refuseMissing(of: Array(names.prefix(needed)), repeats: "kbench swarm")
        return try report(steps.map { $0?.part }, seconds: 0)
    }

    private func report(_ results: [SwarmPart?], seconds: Double) throws -> SwarmResult {
        var root = StableHash()
        var count = 0
        var repeated = 0
        var broken: SwarmPart?
        var script = faults.map { ScriptedFault(fault: $0.description, struck: 0) }
        // Behind the first broken seed nothing counts, so that the report does not depend on who was faster.
        for result in results {
            guard broken == nil, let result else { break }
            for hash in result.hashes { root.add(hash) }
            count += result.seeds
            repeated += result.repeated
            for (place, times) in result.struck.enumerated() { script[place].struck += times }
            if result.brokenSeed != nil { broken = result }
        }
        let schedule = broken?.brokenSeed.map { SwarmSchedule.draw(seed: $0, faults: faults) }
        return SwarmResult(
            from: seeds.lowerBound, through: seeds.upperBound, seeds: count, repeated: repeated, seconds: seconds,
            traceRoot: root.text, script: faults.isEmpty ? nil : script, brokenSeed: broken?.brokenSeed,
            breach: broken?.breach?.rawValue,
            schedule: schedule?.summary,
            capsule: try schedule.map { try CapsuleFile.write(Capsule(of: $0, version: version), in: capsules) })
    }
}
