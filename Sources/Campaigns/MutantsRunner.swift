// Hunts every planted bug, and hunts in a sound engine, side by side.
package import Exploration
package import Harness
internal import Posix
public import Results
internal import Synchronization
internal import World

/// Runs the hunts.
public struct MutantsRunner: Sendable {
    private let bugs: [PlantedBug]
    private let seed: UInt64
    private let swarmSeeds: Int
    private let capsules: String
    private let version: String
    private let journal: StepJournal?
    private let progress: @Sendable (Double, String) -> Void

    /// What a hunt came to.
    private struct Step: Codable {
        var hunt: Hunt
        var seconds: Double
    }

    /// Makes a runner that reports progress as it goes; `journal` notes hunts that are over, and has those of a command that
    /// was interrupted.
    package init(
        bugs: [PlantedBug] = PlantedBug.allCases, seed: UInt64, swarmSeeds: Int, capsules: String, version: String,
        journal: StepJournal? = nil, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) {
        self.bugs = bugs
        self.seed = seed
        self.swarmSeeds = swarmSeeds
        self.capsules = capsules
        self.version = version
        self.journal = journal
        self.progress = progress
    }

    /// Runs the hunts.
    ///
    /// - Throws: ``Diagnosis``, or ``DiskError`` when a capsule cannot be written.
    public func run() throws -> MutantsResult {
        struct Shared: Sendable {
            var next = 0
            var hunts: [Int: Step] = [:]
            var failure: Diagnosis?
        }
        let hunter = Hunter(seed: seed, swarmSeeds: swarmSeeds)
        // The longest hunt, which finds nothing, begins first.
        let all: [PlantedBug?] = [nil] + bugs
        let shared = Mutex(Shared())
        let (progress, journal) = (progress, journal)
        let clock = MonotonicClock()
        try PlainThreads().run(min(Processes.processorCount(), all.count)) { _ in
            while true {
                let place: Int? = shared.withLock { shared in
                    guard shared.next < all.count, shared.failure == nil else { return nil }
                    shared.next += 1
                    return shared.next - 1
                }
                guard let place else { return }
                let began = clock.now()
                do {
                    let name = "hunt \(all[place]?.rawValue ?? "none")"
                    let known = try journal?.value(of: name, as: Step.self)
                    let step =
                        try known
                        ?? {
                            let hunt = try hunter.hunt(all[place])
                            return Step(hunt: hunt, seconds: Double(clock.now() - began) / 1e9)
                        }()
                    if known == nil { try journal?.record(name, step) }
                    let done = shared.withLock { shared in
                        shared.hunts[place] = step
                        return shared.hunts.count
                    }
                    progress(Double(done) / Double(all.count), step.hunt.name)
                } catch {
                    shared.withLock { $0.failure = $0.failure ?? Diagnosis(of: error) }
                }
            }
        }
        let (hunts, failure) = shared.withLock { ($0.hunts, $0.failure) }
        if let failure { throw failure }
        var found: [MutantsResult.Bug] = []
        for place in all.indices.dropFirst() {
            guard let step = hunts[place] else { continue }
            let (hunt, seconds) = (step.hunt, step.seconds)
            let capsule = try hunt.schedule.map {
                try CapsuleFile.write(Capsule(of: $0, version: version), in: capsules)
            }
            found.append(MutantsResult.Bug(hunt, seconds: seconds, capsule: capsule))
        }
        let sound = hunts[0]?.hunt
        return MutantsResult(
            bugs: found, falseAlarms: sound?.found == true ? 1 : 0, soundSchedules: sound?.schedules ?? 0, seed: seed)
    }
}
