// A topic that gets more partitions while a run reads it.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("New partitions")
struct NewPartitionTests {
    private static let strategies = Strategy.withOutput
    private static let cuts: [EngineConfiguration.Cuts] = [
        .count(block: 5, batch: 10), .time(block: 2_000_000, batch: 10_000_000),
    ]

    /// A run whose input has four partitions, of which the topic has two; 20 records are in each.
    private func makeRun(_ strategy: Strategy, _ sink: SinkKind, _ cuts: EngineConfiguration.Cuts) -> SimulatedRun {
        let shape = LoadShape.small(records: 80, partitions: 4, block: 5, batch: 10)
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, partitionsAtFirst: 2)
        run.configuration.cuts = cuts
        run.configuration.readTimeoutMilliseconds = 1000
        return run
    }

    @Test("are taken up from their first record on", arguments: strategies, cuts)
    func takenUp(strategy: Strategy, cuts: EngineConfiguration.Cuts) throws {
        for sink in SinkKind.allCases.filter(strategy.canWrite) {
            for at in [1, 2, 6, 25, 1000] {
                let run = makeRun(strategy, sink, cuts)
                // The third comes at some point of the work, or only when there is nothing left to do but to wait.
                var passed = 0
                var looks = 0
                run.broker.whenCounted = {
                    looks += 1
                    if looks == 20 { run.broker.grow(to: 3) }
                    if looks == 30 { run.broker.grow(to: 4) }
                }
                try run.trace { _ in
                    passed += 1
                    if passed == at { run.broker.grow(to: 3) }
                }
                let verdict = try run.verdict()
                let place = Comment(rawValue: "\(strategy.rawValue)/\(sink.rawValue) \(cuts) at \(at)")
                #expect(verdict.delivered == 80 && verdict.duplicates == 0 && verdict.lost == 0, place)
                #expect(verdict.redone == 0 && verdict.corrupted == 0, place)
            }
        }
    }

    @Test("are carried by checkpoints and logs across a crash", arguments: strategies, cuts)
    func acrossCrash(strategy: Strategy, cuts: EngineConfiguration.Cuts) throws {
        for (effect, occurrence) in [
            (Effect.batchPlan, 2), (.batchSubmit, 3), (.sinkWrite, 9), (.sinkSync, 2), (.sinkSync, 4), (.engineIdle, 1),
        ] {
            let run = makeRun(strategy, strategy.canWrite(to: .offsetKeyed) ? .offsetKeyed : .transactional, cuts)
            run.broker.whenAsked = { [unowned run] _ in
                // Nothing but the first two partitions is there until half of them has been read.
                if run.counters[.recordsFetched] >= 20 { run.broker.grow(to: 4) }
            }
            let fired = try run.live(crash: ArmedCrash(CrashPoint(effect, .after), at: occurrence))
            // By time there may be fewer batches than that.
            if case .count = cuts { #expect(fired, "\(effect)") }
            try run.live()
            let verdict = try run.verdict()
            let place = Comment(rawValue: "\(strategy.rawValue) \(cuts) \(effect) \(occurrence)")
            #expect(verdict.duplicates == 0 && verdict.corrupted == 0, place)
            #expect(verdict.lost == 0 || !strategy.promisesNoLoss, place)
        }
    }

    @Test("are waited for as long as it takes, and asked for now and then only")
    func waitedFor() throws {
        let run = makeRun(.directLogFirst, .append, .count(block: 5, batch: 10))
        let before = run.broker.countsAsked
        var looks = 0
        run.broker.whenCounted = {
            looks += 1
            if looks == 30 { run.broker.grow(to: 4) }
        }
        try run.live()
        #expect(try run.verdict().delivered == 80)
        #expect(run.broker.countsAsked - before < 60)
    }

    @Test("a checkpoint with fewer partitions than the input goes on with the others from their start")
    func shorterCheckpoint() throws {
        for strategy in [Strategy.direct, .directLogFirst] {
            let run = makeRun(strategy, .append, .count(block: 5, batch: 10))
            run.configuration.starts = [0, 0]
            run.configuration.ends = [20, 20]
            try run.live()
            #expect(try run.verdict().delivered == 40)
            run.broker.grow(to: 4)
            run.configuration.starts = [0, 0, 0, 0]
            run.configuration.ends = [20, 20, 20, 20]
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.delivered == 80 && verdict.duplicates == 0 && verdict.lost == 0, "\(strategy)")
        }
    }
}
