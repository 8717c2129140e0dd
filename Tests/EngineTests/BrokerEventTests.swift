// What happens at the broker while the engine is down, after a kill anywhere: the closed form says what is lost and repeated.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Events of the broker between two lives do exactly what the closed form says")
struct BrokerEventTests {
    static let shapes: [LoadShape] = [
        .small(records: 11, partitions: 3, block: 2, batch: 6, autoCommit: 1, chunk: 1),
        .small(
            records: 9, partitions: 2, block: 2, batch: 4,
            pattern: LoadPattern(weights: [3, 1], transactions: .init(records: 2, abortedPercent: 30))),
    ]

    /// Each with records that arrive afterwards, and what a restart does about lost ones.
    static func outages(_ shape: LoadShape) -> [Outage] {
        let events: [[BrokerEvent]] = [
            [.retention(keep: 2)], [.retention(keep: 0)], [.deleteRecords(partition: 1, before: 2)], [.forgetOffsets],
            [.moveOffsets(partition: nil, by: -2)], [.moveOffsets(partition: 0, by: 1)],
            [.moveOffsets(partition: nil, by: 50)],
            [.topicAnew], [.retention(keep: 3), .moveOffsets(partition: nil, by: -1)],
        ]
        let growth: [[BrokerEvent]] = shape.pattern == LoadPattern() ? [[.addPartitions(2)]] : []
        return (events + growth).flatMap { events in
            DataLossPolicy.allCases.flatMap { policy in
                [0, 5].map { Outage(arrivals: $0, events: events, onDataLoss: policy) }
            }
        }
    }

    /// What a next life that refuses to go on says.
    static let refusals: [EngineError.Code] = [.dataLost, .topicReplaced, .unansweredCommit, .storedOffsetGap]

    @Test(
        "each point, each occurrence, or by turns one in sixty-one", arguments: shapes, CrashEverywhereTests.strategies)
    func everyPoint(shape: LoadShape, strategy: Strategy) throws {
        var judged = 0
        var differences: [String] = []
        for fidelity in [Fidelity.sound, .spark] {
            for sink in SinkKind.allCases where strategy.canWrite(to: sink) {
                let kills = try Kills(
                    of: SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity))
                let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
                var turn = 0
                for outage in Self.outages(shape) {
                    for crash in kills.places.keys.sorted(by: { "\($0)" < "\($1)" }) {
                        turn += 1
                        guard turn % Thoroughness.oneIn(61) == 0, schedule.moment(at: crash) != nil,
                            let place = kills.places[crash],
                            let expected = ExpectedOutcome(
                                strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, outage: outage,
                                shape: shape)
                        else { continue }
                        judged += 1
                        let difference = Self.difference(
                            expected, kills.worlds[place].fork(), outage, produced: shape.records + outage.arrivals)
                        guard let difference else { continue }
                        differences.append(
                            "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(outage.events) "
                                + "\(outage.onDataLoss) +\(outage.arrivals) p\(shape.partitions): \(difference)")
                    }
                }
            }
        }
        #expect(judged > 0)
        #expect(
            differences.isEmpty, "\(differences.count) of \(judged):\n\(differences.prefix(40).joined(separator: "\n"))"
        )
    }

    /// What the run comes to in place of what was expected; nil where it is that.
    private static func difference(
        _ expected: ExpectedOutcome, _ run: SimulatedRun, _ outage: Outage, produced: Int
    ) -> String? {
        do {
            try run.endure(outage)
            try run.live()
            let counts = Counts(try run.verdict())
            if expected.isRefused { return "not refused, \(counts)" }
            let wanted = Counts(expected, produced: produced)
            return counts == wanted ? nil : "\(counts) and not \(wanted)"
        } catch {
            let isKnown = (error as? EngineError).map { refusals.contains($0.code) } ?? false
            return expected.isRefused && isKnown ? nil : "refused: \(error)"
        }
    }
}
