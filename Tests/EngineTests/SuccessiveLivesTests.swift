// Crashes in the recovery, and in the recovery of that: every point of one life times every point of the next.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("A crash in every life does exactly what the closed form says")
struct SuccessiveLivesTests {
    /// Tiny loads: what counts is that each has a batch before and after another, and blocks that share a batch.
    static let plain = LoadShape.small(records: 5, partitions: 2, block: 2, batch: 4, autoCommit: 2)
    static let odd = LoadShape.small(
        records: 11, partitions: 3, block: 2, batch: 4, group: 2, lag: 1, autoCommit: 2, chunk: 1)
    static let gapped = LoadShape.small(
        records: 6, partitions: 3, block: 2, batch: 6, autoCommit: 1, chunk: 2,
        pattern: LoadPattern(weights: [3, 0, 1], transactions: .init(records: 2, abortedPercent: 50)))
    static let seed: UInt64 = 20_261_122
    static let strategies = Strategy.withOutput

    /// One world to crash in.
    struct World: CustomTestStringConvertible {
        var strategy: Strategy
        var sink: SinkKind
        var fidelity: Fidelity
        var shape: LoadShape
        var job = Job.identity

        var testDescription: String {
            "\(strategy.rawValue)/\(job.keepsState ? job.rawValue : sink.rawValue) \(fidelity.name)"
        }
        var schedule: CrashSchedule {
            CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        }

        func run() -> SimulatedRun {
            SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity, job: job)
        }
    }

    /// Every strategy, sink and fidelity.
    static let receivers: [Strategy] = [.receiver, .receiverReliable, .receiverWal]

    /// The sink in which every write shows, where the strategy can write to it.
    private static func plainest(_ strategy: Strategy) -> SinkKind {
        strategy.canWrite(to: .append) ? .append : .transactional
    }

    /// Every strategy, soundly and as Spark does.
    static let worlds: [World] = strategies.flatMap { strategy in
        [Fidelity.sound, .spark].map {
            World(strategy: strategy, sink: plainest(strategy), fidelity: $0, shape: plain)
        }
    }

    /// The same with the sinks that hide what comes again.
    static let otherSinks: [World] = worlds.flatMap { world in
        SinkKind.allCases.filter { $0 != world.sink && world.strategy.canWrite(to: $0) }.map {
            World(strategy: world.strategy, sink: $0, fidelity: world.fidelity, shape: plain)
        }
    }

    /// What else can differ: a deviation alone, where it changes anything; a job's state in place of the sink; and a load
    /// whose groups, tasks and checkpoints are not in step.
    static let variations: [World] =
        [
            (Fidelity.Deviation.commitsLastOffset, [Strategy.receiverReliable, .receiverWal]),
            (.skipsLogSync, receivers), (.rerunsLastBatch, receivers + [.direct]),
            (.replaysOnlyWithCheckpoint, receivers), (.numbersByClock, [.direct]),
        ].flatMap { deviation, strategies in
            strategies.map { World(strategy: $0, sink: .append, fidelity: Fidelity([deviation]), shape: plain) }
        }
        + worlds.flatMap { world in
            let (strategy, fidelity) = (world.strategy, world.fidelity)
            return SinkKind.allCases.filter { strategy.canWrite(to: $0) && $0 != .offsetKeyed }.map {
                World(strategy: strategy, sink: $0, fidelity: fidelity, shape: odd)
            }
                + [
                    World(strategy: strategy, sink: world.sink, fidelity: fidelity, shape: odd, job: .checksumSum),
                    World(strategy: strategy, sink: world.sink, fidelity: fidelity, shape: gapped),
                ]
        }

    /// A way to die that differs from others in what it leaves. Lives that leave the very same files and offsets go on
    /// alike, and so do schedules that begin with the same, so one way stands for all that lead to both.
    private struct Ending {
        var run: SimulatedRun
        var deaths: [CrashSchedule.Death]
        var outcome: ExpectedOutcome

        var crashes: [ArmedCrash] { deaths.map(\.crash) }

        /// The life that follows.
        func next(in world: World) -> CrashSchedule { deaths.last?.next ?? world.schedule }

        func counts(in world: World) -> Counts { Counts(outcome, produced: world.shape.records) }
    }

    private struct Left: Hashable {
        var remains: SimulatedRun.Remains
        var found: AnyHashable
    }

    @Test("every point of the first life times every point of the second, or by turns one in four", arguments: worlds)
    func everyPair(world: World) throws {
        try Self.everyPair(of: world, oneIn: Thoroughness.oneIn(4))
    }

    @Test(
        "every point of the first life times one in four of the second, or one in three times one in twelve",
        arguments: otherSinks)
    func everyPairByTurns(world: World) throws {
        try Self.everyPair(of: world, oneIn: Thoroughness.oneIn(12, always: 4), afterOneIn: Thoroughness.oneIn(3))
    }

    @Test("some points of the first life times some of the second", arguments: variations)
    func somePairs(world: World) throws {
        try Self.everyPair(of: world, oneIn: 25, afterOneIn: Thoroughness.oneIn(12, always: 3))
    }

    /// p = 4, n = 100, N = 500. What live runs of Spark 3.5.7 showed for a crash in a recovery: direct, an idle crash and
    /// one in the next batch: L, then L + k; with the log L + p, then N + p, and 2 p where the sink is keyed by batch.
    static let live: [(strategy: Strategy, crashes: [String], lag: Int, append: Int, batchKeyed: Int)] = [
        (
            .direct, ["checkpoint.completion.rename.after@5", "checkpoint.generation.write.before@1"], 4,
            500 + 500 + 500, 0
        ),
        (.direct, ["checkpoint.completion.rename.after@5", "batch.submit.before@2"], 0, 500 + 500, 0),
        (
            .receiverWal, ["checkpoint.completion.rename.after@5", "checkpoint.completion.rename.after@2"], 0,
            500 + 4 + 500 + 4, 8
        ),
    ]

    @Test("what Spark repeats accumulates over the lives", arguments: live)
    func asSparkDid(
        strategy: Strategy, crashes: [String], lag: Int, append: Int, batchKeyed: Int
    ) throws {
        let shape = LoadShape.small(records: 3000, partitions: 4, block: 100, batch: 500, lag: lag)
        let armed = crashes.compactMap { ArmedCrash(parsing: $0) }
        for (sink, duplicates) in [(SinkKind.append, append), (.batchKeyed, batchKeyed), (.offsetKeyed, 0)] {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: .spark)
            #expect(try run.live(crashes: armed))
            let verdict = try run.verdict()
            #expect(verdict.duplicates == duplicates && verdict.lost == 0, "\(sink.rawValue): \(verdict)")
            let expected = ExpectedOutcome(
                strategy: strategy, sink: sink, fidelity: .spark, crashes: armed, shape: shape)
            #expect(expected?.duplicates == duplicates && expected?.lost == 0, "closed form, \(sink.rawValue)")
        }
    }

    @Test("the derivation lists what each life adds")
    func derivation() {
        let shape = LoadShape.small(records: 60, partitions: 3, block: 5, batch: 20)
        let outcome = ExpectedOutcome(
            strategy: .receiverWal, sink: .append,
            crashes: [
                ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 6),
                ArmedCrash(CrashPoint(.sinkWrite, .after), at: 3), ArmedCrash(CrashPoint(.recoveryOpen, .after), at: 1),
            ], shape: shape)
        #expect(
            outcome?.derivation
                == "duplicates = n + E = 5 + 0, then 0 + 15, then 0 + 0, lost = 0, then 0, then 0, row R6, then D4, then -"
        )
        #expect(outcome?.duplicates == 20)
    }

    /// Kills the second life at one of so many occurrences, by turns, after one in so many ways to end the first; and a
    /// third life at points drawn by a constant seed.
    private static func everyPair(of world: World, oneIn share: Int, afterOneIn firstShare: Int = 1) throws {
        var verdicts: [SimulatedRun.Remains: Counts] = [:]
        let first = try endings(of: world, after: Ending(run: world.run(), deaths: [], outcome: ExpectedOutcome()))
        var random = SeededRandom(seed: seed)
        for (turn, ending) in first.enumerated() where turn % firstShare == 0 {
            let second = try endings(of: world, after: ending, share: share, turn: turn)
            for ending in second { try expectVerdict(world, ending, &verdicts) }
            guard turn % (4 * firstShare) == 0, let sampled = second.randomElement(using: &random) else { continue }
            let next = sampled.next(in: world)
            let points = CrashPoint.all.filter { $0.isDeath && next.occurrences(of: $0) ?? 0 > 0 }
            let third = try endings(of: world, after: sampled, points: points.shuffled(using: &random).prefix(3))
            for ending in third { try expectVerdict(world, ending, &verdicts) }
        }
    }

    /// All ways to die in the life that follows `ending`, or one in `share` of them. That life passes every point as often
    /// as the schedule says.
    private static func endings(
        of world: World, after ending: Ending, points: some Sequence<CrashPoint> = CrashPoint.all, share: Int = 1,
        turn: Int = 0
    ) throws -> [Ending] {
        let schedule = ending.next(in: world)
        let kills = try Kills(of: ending.run.fork())
        expectOccurrences(world, ending, schedule, kills)
        var endings: [Ending] = []
        var places: [Left: Int] = [:]
        var remains: [Int: SimulatedRun.Remains] = [:]
        var number = turn
        // At the other points a task fails and the life goes on.
        for point in points where point.isDeath {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                number += 1
                guard number % share == 0 else { continue }
                let death = try #require(schedule.death(at: ArmedCrash(point, at: occurrence + 1)))
                guard let kill = kills.places[death.crash] else {
                    Issue.record(
                        "\(world.testDescription) seed \(seed): \(ending.crashes), \(death.crash) does not fire")
                    continue
                }
                let deaths = ending.deaths + [death]
                let life = Ending(
                    run: kills.worlds[kill], deaths: deaths,
                    outcome: ExpectedOutcome(
                        strategy: world.strategy, sink: world.job.keepsState ? .offsetKeyed : world.sink,
                        fidelity: world.fidelity, deaths: deaths))
                let found = remains[kill] ?? life.run.remains
                remains[kill] = found
                let left = Left(remains: found, found: death.next.found)
                guard let place = places[left] else {
                    places[left] = endings.count
                    endings.append(life)
                    continue
                }
                if life.counts(in: world) != endings[place].counts(in: world) {
                    Issue.record("\(world.testDescription) \(life.crashes) and \(endings[place].crashes)")
                }
            }
        }
        return endings
    }

    private static func expectOccurrences(_ world: World, _ ending: Ending, _ schedule: CrashSchedule, _ kills: Kills) {
        var passed: [CrashPoint: Int] = [:]
        for crash in kills.places.keys { passed[crash.point, default: 0] += 1 }
        for point in CrashPoint.all where point.isDeath && point.effect != .cleanupRemove {
            let counted = schedule.occurrences(of: point) ?? 0
            if counted != passed[point] ?? 0 {
                Issue.record(
                    "\(world.testDescription) seed \(seed), after \(ending.crashes): \(point) \(passed[point] ?? 0), not \(counted)"
                )
            }
        }
    }

    private static func expectVerdict(
        _ world: World, _ ending: Ending, _ verdicts: inout [SimulatedRun.Remains: Counts]
    ) throws {
        let remains = ending.run.remains
        if verdicts[remains] == nil {
            let last = ending.run.fork()
            try last.live()
            verdicts[remains] = Counts(try last.verdict())
        }
        let counts = try #require(verdicts[remains])
        let mayLose = world.fidelity != .sound || !world.strategy.promisesNoLoss
        #expect(
            counts == ending.counts(in: world) && (mayLose || counts.lost == 0),
            "\(world.testDescription) seed \(seed), \(ending.crashes): \(counts), expected \(ending.outcome)")
    }
}
