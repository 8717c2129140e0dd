// What happens while the engine is down: arrivals, larger plans, resets and damage, at every point and occurrence.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("An outage after a crash anywhere does exactly what the closed form says")
struct OutageTests {
    /// A crash world: a shape, a set of deviations, and the sinks worth telling apart there.
    struct World: CustomTestStringConvertible {
        var shape: LoadShape
        var fidelity: Fidelity
        var sinks: [SinkKind] = [.append, .batchKeyed]

        var testDescription: String { "\(fidelity.name), lag \(shape.checkpointLagTasks), \(shape.records) records" }
    }

    static let everything = Fidelity(Fidelity.Deviation.allCases)

    static let worlds: [World] = [
        World(shape: .small(records: 9, partitions: 3, block: 2, batch: 4, lag: 1), fidelity: .sound),
        World(shape: .small(records: 9, partitions: 3, block: 2, batch: 4, lag: 99), fidelity: .spark),
        World(
            shape: .small(records: 9, partitions: 3, block: 2, batch: 4, group: 2, lag: 1), fidelity: everything,
            sinks: [.append, .batchKeyed, .transactional]),
        World(shape: .small(records: 2, partitions: 3, block: 4, batch: 4, lag: 2), fidelity: .sound),
        World(
            shape: .small(
                records: 7, partitions: 3, block: 2, batch: 6, lag: 1,
                pattern: LoadPattern(weights: [3, 0, 1], transactions: .init(records: 2, abortedPercent: 40))),
            fidelity: .spark),
    ]

    static func outages(for strategy: Strategy) -> [Outage] {
        [Outage(arrivals: 7), Outage(arrivals: 7, reset: .latest)]
            + (strategy.isReceiver ? [] : [Outage(arrivals: 7, restartBatch: .unlimited)])
            + Damage.allCases.filter { $0.strategies.contains(strategy) }.map {
                Outage(arrivals: 5, restartBatch: .unlimited, damage: $0)
            }
    }

    @Test(
        "each point, each occurrence, or by turns what every other kill leaves", arguments: worlds,
        CrashEverywhereTests.strategies)
    func everyPoint(world: World, strategy: Strategy) throws {
        // The transactional strategy has one sink.
        let sinks = strategy == .directTransactional ? [.transactional] : world.sinks
        for sink in sinks {
            let kills = try Kills(
                of: SimulatedRun(strategy: strategy, sink: sink, shape: world.shape, fidelity: world.fidelity))
            for (turn, outage) in Self.outages(for: strategy).enumerated() {
                try everyPoint(world, strategy, sink, outage, kills, oneIn: Thoroughness.oneIn(2), turn: turn)
            }
        }
    }

    /// What a run that was killed comes to when an outage follows.
    private enum End {
        /// The next life drained the input, after damage or without.
        case drained(Counts, isDamaged: Bool)
        /// It refused what was there.
        case refused(any Error)
    }

    private static func end(of killed: SimulatedRun, _ outage: Outage) throws -> End {
        let run = killed.fork()
        let isDamaged = try run.endure(outage)
        do { try run.live() } catch { return .refused(error) }
        return .drained(Counts(try run.verdict()), isDamaged: isDamaged)
    }

    private func everyPoint(
        _ world: World, _ strategy: Strategy, _ sink: SinkKind, _ outage: Outage, _ kills: Kills, oneIn share: Int,
        turn: Int
    ) throws {
        let (shape, fidelity) = (world.shape, world.fidelity)
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        var ends: [Int: End] = [:]
        for point in CrashPoint.all where point.isDeath {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                let crash = ArmedCrash(point, at: occurrence + 1)
                func place() -> Comment {
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(outage) \(shape)"
                }
                let kill = try #require(kills.places[crash], place())
                guard (kill + turn) % share == 0 else { continue }
                let end = try ends[kill] ?? Self.end(of: kills.worlds[kill], outage)
                ends[kill] = end
                let outcome = ExpectedOutcome(
                    strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, outage: outage, shape: shape)
                guard let expected = outcome else {
                    // Nothing to damage, or damage that a restart must not pass over in silence.
                    if case .drained(_, isDamaged: true) = end, outage.damage != .lastEvent {
                        Issue.record("not refused: \(place())")
                    }
                    continue
                }
                guard case .drained(let counts, _) = end else {
                    Issue.record("\(end): \(place())")
                    continue
                }
                #expect(counts == Counts(expected, produced: shape.records + outage.arrivals), place())
                if fidelity == .sound, strategy.promisesNoLoss, outage.reset == .earliest, outage.damage == nil,
                    !(strategy == .direct && sink == .batchKeyed)
                {
                    #expect(expected.lost == 0, "no strategy that promises no loss may expect one: \(place())")
                }
            }
        }
    }
}
