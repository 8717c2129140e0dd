// Crashes in the recovery, and in the recovery of that: every point of one life times every point of the next.
import Foundation
import Simulation
import Testing
import World

@testable import Engine

@Suite("A crash in every life does exactly what the closed form says")
struct SuccessiveLivesTests {
    /// Tiny loads: what counts is that each has a batch before and after another, and blocks that share a batch.
    static let plain = LoadShape.small(records: 9, partitions: 2, block: 2, batch: 4, autoCommit: 2)
    static let odd = LoadShape.small(
        records: 11, partitions: 3, block: 2, batch: 4, group: 2, lag: 1, autoCommit: 2, chunk: 1)
    static let strategies = Strategy.allCases.filter { $0 != .raw }

    /// One world to crash in.
    struct World: CustomTestStringConvertible {
        var strategy: Strategy
        var sink: SinkKind
        var fidelity: Fidelity
        var shape: LoadShape

        var testDescription: String { "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name)" }
        var schedule: CrashSchedule {
            CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        }

        func run() -> SimulatedRun {
            SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
        }
        func expected(_ crashes: [ArmedCrash]) -> ExpectedOutcome? {
            ExpectedOutcome(strategy: strategy, sink: sink, fidelity: fidelity, crashes: crashes, shape: shape)
        }
    }

    static let worlds: [World] = all.filter { w in ProcessInfo.processInfo.environment["KB_WORLD"].map { w.testDescription.contains($0) && w.shape == plain } ?? true }
    static let all: [World] = strategies.flatMap { strategy in
        SinkKind.allCases.flatMap { sink in
            [Fidelity.sound, .spark].map { World(strategy: strategy, sink: sink, fidelity: $0, shape: plain) }
        }
            + Fidelity.Deviation.allCases.map {
                World(strategy: strategy, sink: .append, fidelity: Fidelity([$0]), shape: plain)
            }
            + [Fidelity.sound, .spark].flatMap { fidelity in
                [SinkKind.append, .batchKeyed].map {
                    World(strategy: strategy, sink: $0, fidelity: fidelity, shape: odd)
                }
            }
    }

    /// A way to die that differs from others in what it leaves. Lives that leave the very same files and offsets go on
    /// alike, and so do schedules that begin with the same, so one crash stands for all that lead to both.
    private struct Ending {
        var run: SimulatedRun
        var crashes: [ArmedCrash]
        var next: CrashSchedule
        var outcome: ExpectedOutcome
    }

    private struct Left: Hashable {
        var remains: SimulatedRun.Remains
        var found: AnyHashable
    }

    @Test("every point of the first life times every point of the second, and some of a third", arguments: worlds)
    func everyPair(world: World) throws {
        var verdicts: [SimulatedRun.Remains: Verdict] = [:]
        let first = try Self.endings(of: world, after: world.run(), [], world.schedule)
        // A third life, sampled: the seed is a constant, so every run of the test samples the same.
        var random = SeededRandom(seed: 1)
        for ending in first {
            try Self.expectOccurrences(world, ending)
            let second = try Self.endings(of: world, after: ending.run, ending.crashes, ending.next)
            for ending in second { try Self.expectVerdict(world, ending, &verdicts) }
            guard let sampled = second.randomElement(using: &random) else { continue }
            try Self.expectOccurrences(world, sampled)
            let point = CrashPoint.all.filter { sampled.next.occurrences(of: $0) ?? 0 > 0 }.randomElement(using: &random)
            for ending in try Self.endings(
                of: world, after: sampled.run, sampled.crashes, sampled.next, points: point.map { [$0] } ?? [])
            {
                try Self.expectVerdict(world, ending, &verdicts)
            }
        }
    }

    /// All ways to die in the life that follows `run`, which ended in `crashes`.
    private static func endings(
        of world: World, after run: SimulatedRun, _ crashes: [ArmedCrash], _ schedule: CrashSchedule,
        points: [CrashPoint] = CrashPoint.all
    ) throws -> [Ending] {
        var endings: [Ending] = []
        var places: [Left: Int] = [:]
        for point in points {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                let crashes = crashes + [ArmedCrash(point, at: occurrence + 1)]
                let life = run.fork()
                #expect(try life.live(crash: crashes.last), "\(world.testDescription) \(crashes) does not fire")
                let next = try #require(crashes.last.flatMap { schedule.after($0) })
                let outcome = try #require(world.expected(crashes))
                let left = Left(remains: life.remains, found: next.found)
                if let place = places[left] {
                    let same = endings[place]
                    #expect(
                        outcome.duplicates == same.outcome.duplicates && outcome.lost == same.outcome.lost
                            && outcome.ingestDuplicates == same.outcome.ingestDuplicates,
                        "\(world.testDescription) \(crashes) leaves the same as \(same.crashes)")
                } else {
                    places[left] = endings.count
                    endings.append(Ending(run: life, crashes: crashes, next: next, outcome: outcome))
                }
            }
        }
        return endings
    }

    /// The next life passes every point as often as the schedule says.
    private static func expectOccurrences(_ world: World, _ ending: Ending) throws {
        let trace = try ending.run.fork().trace()
        for point in CrashPoint.all where point.moment != .torn && point.effect != .cleanupRemove {
            let passed = trace.count { $0 == point }
            let counted = ending.next.occurrences(of: point) ?? 0
            #expect(counted == passed, "\(world.testDescription) after \(ending.crashes): \(point)")
        }
    }

    private static func expectVerdict(
        _ world: World, _ ending: Ending, _ verdicts: inout [SimulatedRun.Remains: Verdict]
    ) throws {
        let remains = ending.run.remains
        if verdicts[remains] == nil {
            let last = ending.run.fork()
            try last.live()
            verdicts[remains] = try last.verdict()
        }
        let verdict = try #require(verdicts[remains])
        let expected = ending.outcome
        let agrees =
            verdict.duplicates == expected.duplicates && verdict.lost == expected.lost
            && verdict.ingestDuplicates == expected.ingestDuplicates && verdict.corrupted == 0
            && verdict.delivered == world.shape.records - expected.lost + expected.duplicates
        #expect(agrees, "\(world.testDescription) \(ending.crashes): \(verdict), expected \(expected)")
        if world.fidelity == .sound, world.strategy.promisesNoLoss {
            #expect(expected.lost == 0, "\(world.testDescription) \(ending.crashes)")
        }
    }
}
