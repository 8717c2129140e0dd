// What happens at the broker while the engine is down, after a kill anywhere: the closed form says what is lost and repeated.
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

    @Test("each point, each occurrence", arguments: shapes, CrashEverywhereTests.strategies)
    func everyPoint(shape: LoadShape, strategy: Strategy) throws {
        var judged = 0
        for fidelity in [Fidelity.sound, .spark] {
            for sink in SinkKind.allCases where strategy.canWrite(to: sink) {
                let kills = try Kills(
                    of: SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity))
                for (turn, outage) in Self.outages(shape).enumerated() {
                    judged += try everyPoint(
                        shape, strategy, sink, fidelity, outage, kills, oneIn: Thoroughness.oneIn(5), turn: turn)
                }
            }
        }
        #expect(judged > 0)
    }

    private func everyPoint(
        _ shape: LoadShape, _ strategy: Strategy, _ sink: SinkKind, _ fidelity: Fidelity, _ outage: Outage,
        _ kills: Kills,
        oneIn share: Int, turn: Int
    ) throws -> Int {
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        var ends: [Int: Result<Counts, any Error>] = [:]
        var judged = 0
        for point in CrashPoint.all where point.isDeath {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                let crash = ArmedCrash(point, at: occurrence + 1)
                func place() -> Comment {
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(outage.events) \(outage.onDataLoss) arrivals \(outage.arrivals) p \(shape.partitions)"
                }
                let kill = try #require(kills.places[crash], place())
                guard (kill + turn) % share == 0 else { continue }
                guard
                    let expected = ExpectedOutcome(
                        strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, outage: outage, shape: shape)
                else { continue }
                let end =
                    ends[kill]
                    ?? Result {
                        let run = kills.worlds[kill].fork()
                        try run.endure(outage)
                        try run.live()
                        return Counts(try run.verdict())
                    }
                ends[kill] = end
                judged += 1
                switch end {
                case .failure(let error):
                    #expect(expected.isRefused, "\(error): \(place())")
                    #expect(
                        (error as? EngineError)?.code == .dataLost || (error as? EngineError)?.code == .topicReplaced,
                        "\(error): \(place())")
                case .success(let counts):
                    #expect(!expected.isRefused, "not refused: \(place())")
                    if !expected.isRefused {
                        #expect(counts == Counts(expected, produced: shape.records + outage.arrivals), place())
                    }
                }
            }
        }
        return judged
    }
}
