// Known outcomes of outages, to the record: the drift window, resets, damage and failing tasks.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Test vectors of outages")
struct OutageVectorTests {
    /// A crash, the outage after it, and duplicates / losses at each kind of sink; nil where no figure is known.
    struct Vector: CustomTestStringConvertible {
        var row: String
        var strategy: Strategy
        var crash: String
        var outage = Outage(arrivals: 3000, restartBatch: .unlimited)
        var append: (Int, Int)
        var batchKeyed: (Int, Int)?
        var records = 7000
        var batch = 1000
        var lag = 0
        var fidelity = Fidelity.spark

        var testDescription: String { "\(row) \(strategy.rawValue) \(crash) \(outage.name ?? "")" }
    }

    /// p = 4, N = 1000, 3000 records during the outage: an executable model of the rules.
    static let drift: [Vector] = [
        Vector(row: "P1", strategy: .direct, crash: "batch.submit.before@7", append: (1000, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P2a", strategy: .direct, crash: "checkpoint.generation.write.before@7", append: (1500, 0),
            batchKeyed: (0, 1500), lag: 2),
        Vector(
            row: "P2b", strategy: .direct, crash: "checkpoint.generation.write.before@7", append: (2000, 0),
            batchKeyed: (0, 3000), lag: 4),
        Vector(
            row: "P3", strategy: .direct, crash: "checkpoint.generation.rename.after@7", append: (0, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P4", strategy: .direct, crash: "task.read.before@27", append: (500, 0), batchKeyed: (0, 0)),
        Vector(row: "P5", strategy: .direct, crash: "sink.sync.before@7", append: (1000, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P6", strategy: .direct, crash: "checkpoint.completion.rename.after@7", append: (1000, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P8", strategy: .direct, crash: "engine.idle.before@1", append: (1000, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P1", strategy: .directLogFirst, crash: "batch.log.write.before@7", append: (0, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P4", strategy: .directLogFirst, crash: "task.read.before@27", append: (500, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P5", strategy: .directLogFirst, crash: "batch.complete.write.before@7", append: (1000, 0),
            batchKeyed: (0, 0)),
        Vector(
            row: "P6", strategy: .directLogFirst, crash: "batch.complete.rename.after@7", append: (0, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P8", strategy: .directLogFirst, crash: "engine.idle.before@1", append: (0, 0), batchKeyed: (0, 0)),
        // The order of `direct` in the protocol of Structured Streaming: its window, without the batch before again.
        Vector(
            row: "P2a", strategy: .directLogFirst, crash: "batch.log.write.before@7", append: (500, 0),
            batchKeyed: (0, 1500), lag: 2, fidelity: Fidelity([.plansAfterSubmit])),
        Vector(
            row: "P2b", strategy: .directLogFirst, crash: "batch.log.rename.before@7", append: (1000, 0),
            batchKeyed: (0, 3000), lag: 4, fidelity: Fidelity([.plansAfterSubmit])),
    ]

    /// Before anything is stored: `earliest` repeats what is out, `latest` loses what is not.
    static let start: [Vector] = [
        Vector(
            row: "P0", strategy: .direct, crash: "checkpoint.generation.write.before@1", outage: Outage(arrivals: 1500),
            append: (500, 0), batchKeyed: (500, 0), lag: 2),
        Vector(
            row: "P0", strategy: .direct, crash: "checkpoint.generation.write.before@1",
            outage: Outage(arrivals: 1500, reset: .latest), append: (0, 8000), batchKeyed: (0, 8000), lag: 2),
        Vector(
            row: "P0", strategy: .directCommit, crash: "task.read.before@3", outage: Outage(), append: (500, 0),
            batchKeyed: (500, 0)),
        Vector(
            row: "P0", strategy: .directCommit, crash: "task.read.before@3", outage: Outage(reset: .latest),
            append: (0, 6500), batchKeyed: (0, 6500)),
        Vector(
            row: "P0", strategy: .directLogFirst, crash: "batch.log.rename.before@1", outage: Outage(), append: (0, 0),
            batchKeyed: (0, 0)),
    ]

    /// p = 4, n = 100, N = 500, killed in batch 6: measured on Spark 3.5.7. The backup of a checkpoint is here the
    /// checkpoint before it.
    static let damage: [Vector] = [
        Vector(
            row: "D8", strategy: .receiverWal, crash: "engine.idle.before@1", outage: Outage(damage: .newestCheckpoint),
            append: (504, 0), batchKeyed: (4, 0), records: 3000, batch: 500),
        Vector(
            row: "R8", strategy: .receiverWal, crash: "receiver.offsets.commit.after@28",
            outage: Outage(damage: .newestTwoCheckpoints), append: (1004, 0), batchKeyed: (4, 0), records: 3000,
            batch: 500),
        Vector(
            row: "R8", strategy: .receiverWal, crash: "receiver.offsets.commit.after@28",
            outage: Outage(damage: .lastEvent), append: (500, 96), batchKeyed: (0, 96), records: 3000, batch: 500),
        // Live 504 / 96 after a third session, which reads the last record of each partition once more.
        Vector(
            row: "R8", strategy: .receiverWal, crash: "receiver.offsets.commit.after@28",
            outage: Outage(damage: .lastBlock), append: (500, 96), batchKeyed: (0, 96), records: 3000, batch: 500),
        Vector(
            row: "P7", strategy: .direct, crash: "engine.idle.before@1",
            outage: Outage(arrivals: 1200, restartBatch: .unlimited, damage: .newestCheckpoint), append: (500, 0),
            batchKeyed: (0, 0), records: 3000, batch: 500),
        Vector(
            row: "P7", strategy: .direct, crash: "engine.idle.before@1",
            outage: Outage(arrivals: 1200, restartBatch: .unlimited, damage: .newestTwoCheckpoints), append: (1000, 0),
            batchKeyed: (0, 1200), records: 3000, batch: 500),
    ]

    /// A task fails after its j records and is run again.
    static let failures: [Vector] = [
        Vector(row: "T", strategy: .direct, crash: "sink.write.fails@7", append: (250, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .direct, crash: "sink.write.fails@7x3", append: (750, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .direct, crash: "task.read.fails@7x3", append: (0, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .directLogFirst, crash: "sink.write.fails@7", append: (250, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .directCommit, crash: "sink.write.fails@7", append: (250, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .receiver, crash: "sink.write.fails@7", append: (100, 0), batchKeyed: (0, 0)),
        Vector(row: "T", strategy: .receiverWal, crash: "sink.write.fails@7x2", append: (200, 0), batchKeyed: (0, 0)),
    ]

    @Test("expected and measured are the known figure", arguments: drift + start + damage + failures)
    func asKnown(vector: Vector) throws {
        let crash = try #require(ArmedCrash(parsing: vector.crash))
        let shape = LoadShape.small(
            records: vector.records, partitions: 4, block: 100, batch: vector.batch, lag: vector.lag)
        var outcomes: [(SinkKind, (Int, Int))] = [(.append, vector.append), (.offsetKeyed, (0, vector.append.1))]
        if let batchKeyed = vector.batchKeyed { outcomes.append((.batchKeyed, batchKeyed)) }
        for (sink, (duplicates, lost)) in outcomes {
            let run = SimulatedRun(strategy: vector.strategy, sink: sink, shape: shape, fidelity: vector.fidelity)
            #expect(try run.live(crash: crash))
            if crash.point.isDeath {
                #expect(try run.endure(vector.outage))
                try run.live()
            }
            let verdict = try run.verdict()
            #expect(verdict.duplicates == duplicates, "\(sink.rawValue)")
            #expect(verdict.lost == lost, "\(sink.rawValue)")
            let expected = try #require(
                ExpectedOutcome(
                    strategy: vector.strategy, sink: sink, fidelity: vector.fidelity, crash: crash,
                    outage: vector.outage, shape: shape))
            #expect(expected.duplicates == duplicates && expected.lost == lost, "closed form, \(sink.rawValue)")
            #expect(expected.ingestDuplicates == verdict.ingestDuplicates, "\(sink.rawValue)")
            #expect(expected.row == vector.row)
        }
    }

    @Test("a sound engine refuses to go on without a block whose offsets are committed, and says which one")
    func tornBlockIsLoud() throws {
        let shape = LoadShape.small(records: 3000, partitions: 4, block: 100, batch: 500)
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape)
        try run.live(crash: ArmedCrash(CrashPoint(.receiverOffsetsCommit, .after), at: 28))
        try run.endure(Outage(damage: .lastBlock))
        let error = try #require(throws: EngineError.self) { try run.live() }
        #expect(error.code == .damagedBlock)
        #expect(error.message.contains("block 27 of 100 records"))
        #expect(error.location.contains("/run/wal/blocks, segment 0, byte "))
        #expect(throws: EngineError.self, "and again at every restart") { try run.live() }
    }

    @Test("the last attempt of a task that keeps failing ends the run, naming batch, task and attempts")
    func lastAttemptIsLoud() throws {
        let shape = LoadShape.small(records: 40, partitions: 2, batch: 10)
        for attempts in 1...4 {
            let run = SimulatedRun(strategy: .direct, sink: .append, shape: shape, taskAttempts: attempts)
            // The third write is that of the first task of the second batch.
            let crash = ArmedCrash(CrashPoint(.sinkWrite, .fails), at: 3, times: attempts)
            let error = try #require(throws: EngineError.self) { try run.live(crash: crash) }
            #expect(error.code == .taskFailed)
            #expect(error.message == "task 0 of batch 2 failed at each of \(attempts) attempts")
            #expect(error.cause == "the task failed at sink.write.fails")
            // What it wrote is there, and the next life runs the batch again.
            try run.live()
            #expect(try run.verdict().lost == 0)
            #expect(try run.verdict().duplicates == 5 * attempts)
        }
    }

    @Test("a checkpoint that is damaged is stepped over; with none left the restart refuses")
    func damagedCheckpoints() throws {
        let run = SimulatedRun(strategy: .direct, sink: .append, shape: .small(records: 40, partitions: 2, batch: 10))
        try run.live(crash: ArmedCrash(CrashPoint(.generationCheckpointRename, .after), at: 1))
        #expect(try run.endure(Outage(damage: .newestCheckpoint)))
        #expect(throws: EngineError.self) { try run.live() }
    }

    @Test("a failure is not only written as it is read")
    func failuresAreNamed() throws {
        #expect(ArmedCrash(parsing: "sink.write.fails@7x3")?.description == "sink.write.fails@7x3")
        #expect(ArmedCrash(parsing: "sink.write.fails@7")?.times == 1)
        #expect(ArmedCrash(parsing: "sink.write.before@7x3") == nil, "a process dies once")
        #expect(CrashPoint(named: "sink.sync.fails") == nil, "only tasks fail and run again")
    }

    @Test("every row of the semantics table has a name that can be run")
    func everyRowHasAName() {
        let points = CrashPoint.all.flatMap { point in
            Strategy.allCases.compactMap { CrashPointGuide.row(of: point, strategy: $0) }
        }
        let named = Set(points + Situation.all.map(\.row))
        let rows =
            (0...8).flatMap { ["R\($0)", "D\($0)"] } + ["R5m", "F", "Z", "T"]
            + ["P0", "P1", "P2a", "P2b", "P3", "P4", "P5", "P6", "P7", "P8"]
        #expect(named == Set(rows))
    }
}
