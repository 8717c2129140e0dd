// Every crash point at every occurrence, for every strategy and sink: the outcome is the closed form's, exactly.
import Simulation
import Testing
import World

@testable import Engine

@Suite("A crash anywhere does exactly what the closed form says")
struct CrashEverywhereTests {
    static let shapes: [LoadShape] = [
        .small(records: 16, partitions: 3, block: 2, batch: 6),
        .small(records: 23, partitions: 4, block: 5, batch: 10),
        .small(records: 7, partitions: 1, block: 3, batch: 6),
        .small(records: 3, partitions: 5, block: 10, batch: 10),
        .small(records: 24, partitions: 3, block: 2, batch: 12, group: 3),
        .small(records: 16, partitions: 3, block: 2, batch: 6, lag: 2),
        .small(records: 16, partitions: 3, block: 2, batch: 6, lag: 99),
        .small(records: 24, partitions: 3, block: 3, batch: 12, chunk: 2),
    ]
    static let strategies = Strategy.allCases.filter { $0 != .raw }

    /// Everything for the first shape: each deviation alone, each sink. The others differ in what the append sink, where
    /// every write shows, can tell, and the last, whose tasks write in pieces, in what a transaction hides.
    static func worlds(for shape: LoadShape, _ strategy: Strategy) -> [(Fidelity, SinkKind)] {
        let isFirst = shape == shapes[0]
        let fidelities = [.sound, .spark] + (isFirst ? Fidelity.Deviation.allCases.map { Fidelity([$0]) } : [])
        let isLast = shape == shapes.last
        let sinks: [SinkKind] =
            isFirst
            ? SinkKind.allCases : isLast || strategy == .directTransactional ? [.append, .transactional] : [.append]
        return fidelities.flatMap { fidelity in sinks.filter(strategy.canWrite).map { (fidelity, $0) } }
    }

    @Test("each point, each occurrence", arguments: shapes, strategies)
    func everyPoint(shape: LoadShape, strategy: Strategy) throws {
        for (fidelity, sink) in Self.worlds(for: shape, strategy) {
            try everyPoint(shape: shape, strategy: strategy, sink: sink, fidelity: fidelity)
        }
    }

    private func everyPoint(shape: LoadShape, strategy: Strategy, sink: SinkKind, fidelity: Fidelity) throws {
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        for point in CrashPoint.all {
            guard let occurrences = schedule.occurrences(of: point), occurrences > 0 else { continue }
            for occurrence in 1...occurrences {
                let crash = ArmedCrash(point, at: occurrence)
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
                let fired = try run.live(crash: crash)
                if point.isDeath { try run.live() }
                let verdict = try run.verdict()
                let expected = try #require(
                    ExpectedOutcome(strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, shape: shape))
                let place = Comment(
                    rawValue: "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(shape)")
                #expect(fired, place)
                #expect(verdict.duplicates == expected.duplicates, place)
                #expect(verdict.ingestDuplicates == expected.ingestDuplicates, place)
                #expect(verdict.lost == expected.lost, place)
                #expect(verdict.corrupted == 0, place)
                #expect(verdict.delivered == shape.records - expected.lost + expected.duplicates, place)
                if fidelity == .sound, ![.receiver, .receiverReliable].contains(strategy) {
                    #expect(expected.lost == 0, "no strategy that promises no loss may expect one: \(place)")
                }
            }
        }
    }

    @Test("the schedule counts what a life really passes", arguments: shapes, strategies)
    func occurrences(shape: LoadShape, strategy: Strategy) throws {
        for (fidelity, sink) in Self.worlds(for: shape, strategy) {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
            let trace = try run.trace()
            let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
            for point in CrashPoint.all where ![.torn, .fails].contains(point.moment) && point.effect != .cleanupRemove
            {
                let passed = trace.count { $0 == point }
                let counted = schedule.occurrences(of: point) ?? 0
                #expect(
                    counted == passed,
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(point) \(shape)")
            }
        }
    }
}
