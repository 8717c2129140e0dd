// An orderly stop asked for at every crash point's place: what it costs is what the closed form says, and nothing if sound.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("An orderly stop anywhere does exactly what the closed form says")
struct OrderlyStopTests {
    /// A load and the deviations under which it is stopped.
    struct World: CustomTestStringConvertible {
        var shape: LoadShape
        var fidelity: Fidelity
        /// Of the places one in so many is tried.
        var oneIn = 1

        var testDescription: String { "\(fidelity.name), groups of \(shape.groupCommitBlocks)" }
    }

    static let shape = LoadShape.small(records: 22, partitions: 3, block: 2, batch: 6, lag: 1, autoCommit: 2)
    static let grouped = LoadShape.small(records: 20, partitions: 2, block: 2, batch: 7, group: 3, autoCommit: 4)
    static let worlds: [World] = [
        World(shape: shape, fidelity: .sound),
        World(shape: grouped, fidelity: .sound, oneIn: 2),
        World(shape: shape, fidelity: .spark, oneIn: 2),
        World(shape: shape, fidelity: Fidelity([.closesLogFirst])),
        World(shape: grouped, fidelity: Fidelity([.closesLogFirst, .commitsLastOffset]), oneIn: 2),
    ]
    static let strategies = Strategy.withOutput

    private static func sinks(of strategy: Strategy) -> [SinkKind] {
        strategy == .directTransactional ? [.transactional] : [.append, .batchKeyed]
    }

    private static func places(in schedule: CrashSchedule, oneIn: Int) -> [ArmedCrash] {
        CrashPoint.all.filter { $0.isDeath && $0.moment != .torn }.flatMap { point in
            (0..<(schedule.occurrences(of: point) ?? 0)).map { ArmedCrash(point, at: $0 + 1) }
        }.enumerated().filter { $0.offset.isMultiple(of: Thoroughness.oneIn(oneIn)) }.map(\.element)
    }

    @Test("each place, each occurrence", arguments: worlds, strategies)
    func everywhere(world: World, strategy: Strategy) throws {
        for (turn, sink) in Self.sinks(of: strategy).enumerated() {
            let schedule = CrashSchedule(
                strategy: strategy, sink: sink, fidelity: world.fidelity, shape: world.shape)
            for place in Self.places(in: schedule, oneIn: world.oneIn + 2 * turn) {
                for stop in Stop.allCases {
                    let name = Comment(rawValue: "\(strategy)/\(sink) \(world.fidelity.name) \(stop) at \(place)")
                    let run = SimulatedRun(
                        strategy: strategy, sink: sink, shape: world.shape, fidelity: world.fidelity)
                    #expect(try run.live(askedTo: stop, at: place), name)
                    try run.live()
                    let expected = try #require(
                        ExpectedOutcome(
                            strategy: strategy, sink: sink, fidelity: world.fidelity, ends: [.stop(stop, at: place)],
                            shape: world.shape), name)
                    #expect(Counts(try run.verdict()) == Counts(expected, produced: world.shape.records), name)
                    if world.fidelity == .sound {
                        #expect(expected.duplicates == 0 && expected.lost == 0, "it costs nothing: \(name)")
                    }
                }
            }
        }
    }

    @Test("then a crash of the next life", arguments: [Fidelity.sound, .spark], strategies)
    func thenACrash(fidelity: Fidelity, strategy: Strategy) throws {
        let sink = Self.sinks(of: strategy)[0]
        let first = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: Self.shape)
        var turn = 0
        for place in Self.places(in: first, oneIn: 1) {
            for stop in Stop.allCases {
                let end = LifeEnd.stop(stop, at: place)
                let next = try #require(first.after(end))
                for crash in Self.places(in: next, oneIn: 1) {
                    turn += 1
                    guard turn.isMultiple(of: Thoroughness.oneIn(151, always: 7)) else { continue }
                    let name = Comment(rawValue: "\(strategy) \(fidelity.name) \(stop) at \(place), then \(crash)")
                    let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape, fidelity: fidelity)
                    #expect(try run.live(askedTo: stop, at: place), name)
                    #expect(try run.live(crash: crash), name)
                    try run.live()
                    let expected = try #require(
                        ExpectedOutcome(
                            strategy: strategy, sink: sink, fidelity: fidelity, ends: [end, .crash(crash)],
                            shape: Self.shape), name)
                    #expect(Counts(try run.verdict()) == Counts(expected, produced: Self.shape.records), name)
                }
            }
        }
    }

    /// What is taken in when the first block is polled, is all that comes out before the next life.
    @Test("it leaves before the input is processed", arguments: strategies, Stop.allCases)
    func early(strategy: Strategy, stop: Stop) throws {
        let sink = Self.sinks(of: strategy)[0]
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        let point = CrashPoint(strategy.isReceiver ? .receiverPoll : .batchPlan, .before)
        #expect(try run.live(askedTo: stop, at: ArmedCrash(point, at: 1)))
        let delivered = strategy.isReceiver ? (stop == .term && strategy == .receiverWal ? 0 : 2) : 6
        #expect(try run.verdict().delivered == delivered)
    }

    /// p = 4, n = 100, N = 500, four blocks received since the last batch was planned: measured on Spark 3.5.7. Its last
    /// batches were empty there, so nothing of them came out again; this engine plans none that is empty.
    @Test(
        "as Spark's own graceful stop did",
        arguments: [
            (Strategy.receiverWal, "commit-last-offset+stop-closes-log-first", 4, 0),
            (.receiverReliable, "commit-last-offset+stop-closes-log-first", 0, 396),
            (.direct, "spark", 500, 0), (.receiverWal, "sound", 0, 0), (.receiverReliable, "sound", 0, 0),
            (.direct, "sound", 0, 0), (.receiverWal, "spark", 504, 0), (.receiverReliable, "spark", 0, 396),
        ])
    func asKnown(strategy: Strategy, fidelity: String, duplicates: Int, lost: Int) throws {
        let shape = LoadShape.small(records: 4000, partitions: 4, block: 100, batch: 500)
        let fidelity = try #require(Fidelity(named: fidelity))
        let place = ArmedCrash(
            CrashPoint(strategy.isReceiver ? .receiverOffsetsCommit : .sinkWrite, .after),
            at: strategy.isReceiver ? 29 : 21)
        for stop in Stop.allCases {
            let expected = try #require(
                ExpectedOutcome(
                    strategy: strategy, sink: .append, fidelity: fidelity, ends: [.stop(stop, at: place)], shape: shape)
            )
            #expect(expected.duplicates == duplicates && expected.lost == lost && expected.row == "GS", "\(stop)")
            let run = SimulatedRun(strategy: strategy, sink: .append, shape: shape, fidelity: fidelity)
            #expect(try run.live(askedTo: stop, at: place))
            try run.live()
            #expect(Counts(try run.verdict()) == Counts(expected, produced: shape.records), "\(stop)")
        }
    }
}
