// N6: crashes one after the other with records arriving between them: exactly what the closed form says.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("N6: what successive crashes cost when the load grows between them")
struct ArrivalsBetweenLivesTests {
    static let shapes: [LoadShape] = [
        .small(records: 9, partitions: 3, block: 2, batch: 4, lag: 1),
        .small(records: 12, partitions: 2, block: 2, batch: 4, lag: 99),
    ]
    static let units: [(Strategy, SinkKind)] = [
        (.direct, .append), (.directLogFirst, .append), (.directLogFirst, .batchKeyed), (.directCommit, .append),
        (.directCommit, .batchKeyed), (.directTransactional, .transactional),
    ]

    @Test(
        "every first crash, one in 29 of the second", arguments: units, Outage.RestartBatch.allCases)
    func pairs(unit: (Strategy, SinkKind), restart: Outage.RestartBatch) throws {
        let (strategy, sink) = unit
        for (shape, fidelity) in zip(Self.shapes, [Fidelity.sound, .spark]) {
            let outage = Outage(arrivals: 5, restartBatch: restart)
            let first = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
            let kills = try Kills(of: SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity))
            var turn = 0
            for one in Self.crashes(of: first) {
                let death = try #require(first.death(at: one, outage: outage))
                for two in Self.crashes(of: death.next) {
                    turn += 1
                    guard turn.isMultiple(of: Thoroughness.oneIn(29)) else { continue }
                    let run = kills.worlds[try #require(kills.places[one])].fork()
                    try run.endure(outage)
                    let place = Comment(rawValue: "\(strategy)/\(sink) \(fidelity.name) \(one), then \(two) \(shape)")
                    #expect(try run.live(crash: two), place)
                    try run.endure(outage)
                    try run.live()
                    let expected = try #require(
                        ExpectedOutcome(
                            strategy: strategy, sink: sink, fidelity: fidelity,
                            crashes: [(one, outage), (two, outage)], shape: shape), place)
                    let verdict = try run.verdict()
                    #expect(verdict.duplicates == expected.duplicates && verdict.lost == expected.lost, place)
                }
            }
        }
    }

    private static func crashes(of schedule: CrashSchedule) -> [ArmedCrash] {
        CrashPoint.all.filter(\.isDeath).flatMap { point in
            (0..<(schedule.occurrences(of: point) ?? 0)).map { ArmedCrash(point, at: $0 + 1) }
        }
    }
}
