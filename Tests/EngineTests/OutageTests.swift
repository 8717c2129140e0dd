// What happens while the engine is down: arrivals, larger plans, resets and damage, at every point and occurrence.
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
    ]

    static func outages(for strategy: Strategy) -> [Outage] {
        [Outage(arrivals: 7), Outage(arrivals: 7, reset: .latest)]
            + (strategy.isReceiver ? [] : [Outage(arrivals: 7, restartBatch: .unlimited)])
            + Damage.allCases.filter { $0.strategies.contains(strategy) }.map {
                Outage(arrivals: 5, restartBatch: .unlimited, damage: $0)
            }
    }

    @Test("each point, each occurrence", arguments: worlds, CrashEverywhereTests.strategies)
    func everyPoint(world: World, strategy: Strategy) throws {
        for outage in Self.outages(for: strategy) {
            // The transactional strategy has one sink.
            let sinks = strategy == .directTransactional ? [.transactional] : world.sinks
            for sink in sinks { try everyPoint(world, strategy, sink, outage) }
        }
    }

    private func everyPoint(_ world: World, _ strategy: Strategy, _ sink: SinkKind, _ outage: Outage) throws {
        let (shape, fidelity) = (world.shape, world.fidelity)
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        for point in CrashPoint.all where point.isDeath {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                let crash = ArmedCrash(point, at: occurrence + 1)
                let place = Comment(
                    rawValue: "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(outage) \(shape)")
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
                #expect(try run.live(crash: crash), place)
                let struck = try run.endure(outage)
                let outcome = ExpectedOutcome(
                    strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, outage: outage, shape: shape)
                guard let expected = outcome else {
                    // Nothing to damage, or damage that a restart must not pass over in silence.
                    if struck, outage.damage != .lastEvent {
                        #expect(throws: (any Error).self, place) { try run.live() }
                    }
                    continue
                }
                do { try run.live() } catch { Issue.record(error, place) }
                let verdict = try run.verdict()
                #expect(verdict.duplicates == expected.duplicates, place)
                #expect(verdict.ingestDuplicates == expected.ingestDuplicates, place)
                #expect(verdict.lost == expected.lost, place)
                #expect(verdict.corrupted == 0, place)
                if fidelity == .sound, strategy.promisesNoLoss, outage.reset == .earliest, outage.damage == nil,
                    !(strategy == .direct && sink == .batchKeyed)
                {
                    #expect(expected.lost == 0, "no strategy that promises no loss may expect one: \(place)")
                }
            }
        }
    }
}
