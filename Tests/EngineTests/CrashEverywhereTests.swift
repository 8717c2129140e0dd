// Every crash point at every occurrence, for every strategy and sink: the outcome is the closed form's, exactly.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("A crash anywhere does exactly what the closed form says")
struct CrashEverywhereTests {
    static let shapes: [LoadShape] =
        [
            .small(records: 16, partitions: 3, block: 2, batch: 6),
            .small(records: 23, partitions: 4, block: 5, batch: 10),
            .small(records: 7, partitions: 1, block: 3, batch: 6),
            .small(records: 3, partitions: 5, block: 10, batch: 10),
            .small(records: 24, partitions: 3, block: 2, batch: 12, group: 3),
            .small(records: 16, partitions: 3, block: 2, batch: 6, lag: 2),
            .small(records: 16, partitions: 3, block: 2, batch: 6, lag: 99),
        ] + patterned + [
            .small(records: 24, partitions: 3, block: 3, batch: 12, chunk: 2)
        ]
    /// Partitions of which some have nearly all records or none, and topics with gaps: markers and aborted records.
    static let patterned: [LoadShape] = [
        .small(records: 16, partitions: 3, block: 2, batch: 6, pattern: LoadPattern(weights: [6, 1, 1])),
        .small(records: 12, partitions: 2, block: 3, batch: 4, pattern: LoadPattern(weights: [1, 0])),
        .small(
            records: 14, partitions: 5, block: 3, batch: 10, group: 2, pattern: LoadPattern(weights: [3, 0, 2, 0, 1])),
        .small(records: 6, partitions: 2, block: 2, batch: 4, pattern: LoadPattern(transactions: .init(records: 1))),
        .small(
            records: 12, partitions: 2, block: 2, batch: 6, chunk: 2,
            pattern: LoadPattern(transactions: .init(records: 3, abortedPercent: 30))),
        .small(
            records: 10, partitions: 3, block: 5, batch: 5, group: 2, autoCommit: 1,
            pattern: LoadPattern(weights: [4, 1, 0], transactions: .init(records: 4, abortedPercent: 50))),
        .small(
            records: 10, partitions: 1, block: 5, batch: 10,
            pattern: LoadPattern(transactions: .init(records: 5, abortedPercent: 40))),
    ]
    static let strategies = Strategy.withOutput

    /// Everything for the first shape: each deviation alone, each sink. The others differ in what the append sink, where
    /// every write shows, can tell, and the last, whose tasks write in pieces, in what a transaction hides.
    static func worlds(for shape: LoadShape, _ strategy: Strategy) -> [(Fidelity, SinkKind)] {
        let isFirst = shape == shapes[0]
        let isPatterned = shape.pattern != LoadPattern()
        // What an orderly stop does differently no crash can show.
        let alone = Fidelity.Deviation.allCases.filter { $0 != .closesLogFirst }.map { Fidelity([$0]) }
        let fidelities = [.sound, .spark] + (isFirst ? alone : [])
        let isLast = shape == shapes.last
        let sinks: [SinkKind] =
            isFirst
            ? SinkKind.allCases
            : isPatterned
                ? [.append, .batchKeyed, .transactional]
                : isLast || strategy == .directTransactional
                    ? [.append, .transactional, .kafkaTransactional] : [.append]
        return fidelities.flatMap { fidelity in
            sinks.filter(strategy.canWrite).filter { sink in
                // What a deviation alone does shows in the rows; the other sinks hide it.
                Thoroughness.isExhaustive || fidelity == .sound || fidelity == .spark
                    || [.append, .batchKeyed].contains(sink) || strategy == .directTransactional
            }.map { (fidelity, $0) }
        }
    }

    @Test(
        "each point, each occurrence; with a deviation alone, all of them or one in five", arguments: shapes, strategies
    )
    func everyPoint(shape: LoadShape, strategy: Strategy) throws {
        for (number, (fidelity, sink)) in Self.worlds(for: shape, strategy).enumerated() {
            // A deviation alone changes little, and the sinks take turns.
            let share = fidelity == .sound || fidelity == .spark ? 1 : Thoroughness.oneIn(5)
            try everyPoint(shape: shape, strategy, sink, fidelity, oneIn: share, turn: number)
        }
    }

    @Test(
        "a receiver whose blocks keep batches as they came does the same",
        arguments: [shapes[1], shapes[4]] + patterned,
        strategies.filter(\.isReceiver))
    func everyPointUnopened(shape: LoadShape, strategy: Strategy) throws {
        for (number, fidelity) in [Fidelity.sound, .spark].enumerated() {
            for sink in [SinkKind.append, .counting] where strategy.canWrite(to: sink) {
                try everyPoint(
                    shape: shape, strategy, sink, fidelity, oneIn: Thoroughness.oneIn(2), turn: number,
                    keepsBatches: true)
            }
        }
    }

    private func everyPoint(
        shape: LoadShape, _ strategy: Strategy, _ sink: SinkKind, _ fidelity: Fidelity, oneIn share: Int, turn: Int,
        keepsBatches: Bool = false
    ) throws {
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
        func run() -> SimulatedRun {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
            run.broker.keepsBatches = keepsBatches
            return run
        }
        let kills = try Kills(of: run())
        var verdicts: [Int: Counts] = [:]
        var number = turn
        for point in CrashPoint.all {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                number += 1
                guard number % share == 0 else { continue }
                let crash = ArmedCrash(point, at: occurrence + 1)
                func place() -> Comment {
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(shape)"
                }
                let found: Counts
                if point.isDeath {
                    let place = try #require(kills.places[crash], place())
                    let known = try verdicts[place] ?? Self.counts(after: kills.worlds[place])
                    verdicts[place] = known
                    found = known
                } else {
                    let failing = run()
                    #expect(try failing.live(crash: crash), place())
                    found = Counts(try failing.verdict())
                }
                let expected = try #require(
                    ExpectedOutcome(strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, shape: shape))
                #expect(found == Counts(expected, produced: shape.records), place())
                if fidelity == .sound, strategy.promisesNoLoss {
                    #expect(expected.lost == 0, "no strategy that promises no loss may expect one: \(place())")
                }
            }
        }
    }

    /// What comes out when the next life drains the input.
    private static func counts(after killed: SimulatedRun) throws -> Counts {
        let last = killed.fork()
        try last.live()
        return Counts(try last.verdict())
    }

    @Test("a life that dies leaves what a look at it showed before", arguments: shapes, strategies)
    func deaths(shape: LoadShape, strategy: Strategy) throws {
        for (fidelity, sink) in Self.worlds(for: shape, strategy) where fidelity == .sound || fidelity == .spark {
            func run() -> SimulatedRun {
                SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
            }
            let kills = try Kills(of: run())
            let crashes = CrashPoint.all.filter(\.isDeath).flatMap { point in
                (0..<kills.occurrences(of: point)).map { ArmedCrash(point, at: $0 + 1) }
            }
            let share = Thoroughness.oneIn(19)
            for (number, crash) in crashes.enumerated() where number % share == shape.records % share {
                let dying = run()
                #expect(try dying.live(crash: crash))
                let place = try #require(kills.places[crash])
                #expect(
                    dying.remains == kills.worlds[place].remains,
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(crash) \(shape)")
            }
        }
    }

    @Test("the schedule counts what a life really passes", arguments: shapes, strategies)
    func occurrences(shape: LoadShape, strategy: Strategy) throws {
        for (fidelity, sink) in Self.worlds(for: shape, strategy) {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, fidelity: fidelity)
            var passed: [CrashPoint: Int] = [:]
            for point in try run.trace() { passed[point, default: 0] += 1 }
            let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: shape)
            for point in CrashPoint.all where ![.torn, .fails].contains(point.moment) && point.effect != .cleanupRemove
            {
                let counted = schedule.occurrences(of: point) ?? 0
                #expect(
                    counted == passed[point] ?? 0,
                    "\(strategy.rawValue)/\(sink.rawValue) \(fidelity.name) \(point) \(shape)")
            }
        }
    }
}
