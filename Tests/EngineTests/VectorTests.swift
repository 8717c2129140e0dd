// Known outcomes of Spark's two paths, to the record: each from an independent model or from runs on a live Spark.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

/// A crash and what it must do to an append sink and a batch-keyed one; the sinks that keep one row per offset lose as
/// much as an append sink and have no duplicates.
struct Vector: CustomTestStringConvertible {
    var row: String
    var strategy: Strategy
    var crash: String
    /// Duplicates / losses at an append sink.
    var append: (Int, Int)
    /// At a batch-keyed sink; nil where no figure is known.
    var batchKeyed: (Int, Int)?
    var lag = 0
    var fidelity = Fidelity.spark
    var autoCommit = 50

    var testDescription: String { "\(row) \(strategy.rawValue) \(crash)" }
}

@Suite("Test vectors, fidelity spark")
struct VectorTests {
    /// p = 4, n = 100, N = 1000, batch 7 of 8: what an executable model of the rules gave.
    static let model: [Vector] = [
        Vector(
            row: "R0", strategy: .receiverWal, crash: "receiver.poll.before@65", append: (1004, 0), batchKeyed: (4, 0)),
        Vector(
            row: "R2", strategy: .receiverWal, crash: "receiver.block.cut.after@65", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "R4", strategy: .receiverWal, crash: "receiver.wal.append.torn@65", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "R5", strategy: .receiverWal, crash: "receiver.wal.append.after@65", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "R5m", strategy: .receiverWal, crash: "receiver.event.append.torn@65", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "R6", strategy: .receiverWal, crash: "receiver.offsets.commit.before@65", append: (1104, 0),
            batchKeyed: (104, 0)),
        Vector(
            row: "R7", strategy: .receiverWal, crash: "receiver.offsets.commit.torn@65", append: (1054, 0),
            batchKeyed: (54, 0)),
        Vector(
            row: "R8", strategy: .receiverWal, crash: "receiver.offsets.commit.after@65", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "F", strategy: .receiverWal, crash: "receiver.poll.before@6", append: (0, 496), batchKeyed: (0, 496)),
        Vector(
            row: "D0", strategy: .receiverWal, crash: "batch.allocation.append.before@7", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "D0", strategy: .receiverWal, crash: "batch.allocation.append.torn@7", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "D1", strategy: .receiverWal, crash: "batch.submit.before@7", append: (1004, 0), batchKeyed: (4, 0)),
        Vector(row: "D2", strategy: .receiverWal, crash: "batch.submit.after@7", append: (1004, 0), batchKeyed: (4, 0)),
        Vector(
            row: "D3", strategy: .receiverWal, crash: "checkpoint.generation.rename.after@7", append: (4, 0),
            batchKeyed: (4, 0)),
        Vector(row: "D4", strategy: .receiverWal, crash: "task.read.before@66", append: (504, 0)),
        Vector(
            row: "D5", strategy: .receiverWal, crash: "checkpoint.completion.write.before@7", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "D6", strategy: .receiverWal, crash: "checkpoint.completion.rename.after@7", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "D7", strategy: .receiverWal, crash: "cleanup.event.append.after@5", append: (1004, 0),
            batchKeyed: (4, 0)),
        Vector(row: "D8", strategy: .receiverWal, crash: "engine.idle.before@1", append: (1004, 0), batchKeyed: (4, 0)),

        Vector(row: "R5", strategy: .receiverReliable, crash: "receiver.event.append.before@65", append: (0, 396)),
        Vector(row: "R6", strategy: .receiverReliable, crash: "receiver.offsets.commit.before@65", append: (0, 396)),
        Vector(row: "R7", strategy: .receiverReliable, crash: "receiver.offsets.commit.torn@65", append: (0, 446)),
        Vector(row: "R8", strategy: .receiverReliable, crash: "receiver.offsets.commit.after@65", append: (0, 496)),
        Vector(row: "F", strategy: .receiverReliable, crash: "receiver.poll.before@6", append: (0, 496)),
        Vector(row: "D0", strategy: .receiverReliable, crash: "batch.plan.before@7", append: (0, 996)),
        Vector(row: "D3", strategy: .receiverReliable, crash: "checkpoint.generation.rename.after@7", append: (0, 996)),
        Vector(row: "D4", strategy: .receiverReliable, crash: "task.read.before@66", append: (0, 496)),
        Vector(row: "D5", strategy: .receiverReliable, crash: "sink.sync.before@7", append: (4, 0)),
        Vector(row: "D8", strategy: .receiverReliable, crash: "engine.idle.before@1", append: (4, 0)),

        Vector(row: "R0", strategy: .receiver, crash: "receiver.poll.before@65", append: (1000, 0)),
        Vector(row: "F", strategy: .receiver, crash: "receiver.poll.before@6", append: (0, 300), autoCommit: 3),
        Vector(row: "D0", strategy: .receiver, crash: "batch.plan.before@6", append: (0, 0)),
        Vector(row: "D4", strategy: .receiver, crash: "task.read.before@56", append: (500, 0)),
        Vector(row: "D5", strategy: .receiver, crash: "sink.sync.before@6", append: (1000, 0)),

        Vector(row: "P1", strategy: .direct, crash: "batch.submit.before@7", append: (1000, 0), batchKeyed: (0, 0)),
        Vector(row: "P2a", strategy: .direct, crash: "checkpoint.generation.write.before@7", append: (1500, 0), lag: 2),
        Vector(row: "P2b", strategy: .direct, crash: "checkpoint.generation.write.before@7", append: (2000, 0), lag: 4),
        Vector(
            row: "P3", strategy: .direct, crash: "checkpoint.generation.rename.after@7", append: (0, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P4", strategy: .direct, crash: "task.read.before@27", append: (500, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P5", strategy: .direct, crash: "checkpoint.completion.write.before@7", append: (1000, 0),
            batchKeyed: (0, 0)),
        Vector(
            row: "P6", strategy: .direct, crash: "checkpoint.completion.rename.after@7", append: (1000, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P8", strategy: .direct, crash: "engine.idle.before@1", append: (1000, 0), batchKeyed: (0, 0)),

        Vector(
            row: "P1", strategy: .directLogFirst, crash: "batch.submit.before@7", append: (0, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P4", strategy: .directLogFirst, crash: "task.read.before@27", append: (500, 0), batchKeyed: (0, 0)),
        Vector(
            row: "P5", strategy: .directLogFirst, crash: "batch.complete.write.before@7", append: (1000, 0),
            batchKeyed: (0, 0)),
        Vector(
            row: "P6", strategy: .directLogFirst, crash: "batch.complete.rename.after@7", append: (0, 0),
            batchKeyed: (0, 0)),
        Vector(row: "P8", strategy: .directLogFirst, crash: "engine.idle.before@1", append: (0, 0), batchKeyed: (0, 0)),

        Vector(
            row: "P4", strategy: .directCommit, crash: "task.read.before@27", append: (500, 0), batchKeyed: (500, 0)),
        Vector(
            row: "P5", strategy: .directCommit, crash: "sink.sync.before@7", append: (1000, 0), batchKeyed: (1000, 0)),
        Vector(
            row: "P8", strategy: .directCommit, crash: "engine.idle.before@1", append: (1000, 0), batchKeyed: (1000, 0)),

        // Only the transactional sink is there for these, whatever stands under append.
        Vector(row: "P1", strategy: .directTransactional, crash: "batch.submit.before@7", append: (0, 0)),
        Vector(row: "P3", strategy: .directTransactional, crash: "task.read.before@25", append: (0, 0)),
        Vector(row: "P4", strategy: .directTransactional, crash: "task.read.before@27", append: (0, 0)),
        Vector(row: "P4", strategy: .directTransactional, crash: "sink.commit.before@27", append: (0, 0)),
        Vector(row: "P5", strategy: .directTransactional, crash: "sink.sync.before@7", append: (0, 0)),
        Vector(row: "P8", strategy: .directTransactional, crash: "engine.idle.before@1", append: (0, 0)),
    ]

    /// p = 4, n = 100, 5 blocks a batch (N = 500), batch 6: measured on Spark 3.5.7.
    static let live: [Vector] = [
        Vector(
            row: "R6", strategy: .receiverWal, crash: "receiver.offsets.commit.before@28", append: (604, 0),
            batchKeyed: (104, 0)),
        Vector(
            row: "R7", strategy: .receiverWal, crash: "receiver.offsets.commit.torn@28", append: (554, 0),
            batchKeyed: (54, 0)),
        Vector(
            row: "R8", strategy: .receiverWal, crash: "receiver.offsets.commit.after@28", append: (504, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "D2, k=200", strategy: .receiverWal, crash: "checkpoint.generation.write.before@6", append: (704, 0),
            lag: 2),
        Vector(
            row: "D2b", strategy: .receiverWal, crash: "checkpoint.generation.write.before@6", append: (1004, 0), lag: 5
        ),
        Vector(
            row: "D3", strategy: .receiverWal, crash: "checkpoint.generation.rename.after@6", append: (4, 0),
            batchKeyed: (4, 0)),
        Vector(row: "D4, k=200", strategy: .receiverWal, crash: "task.read.before@28", append: (204, 0)),
        Vector(
            row: "D5", strategy: .receiverWal, crash: "checkpoint.completion.write.before@6", append: (504, 0),
            batchKeyed: (4, 0)),
        Vector(
            row: "F", strategy: .receiverWal, crash: "receiver.poll.before@4", append: (0, 296), batchKeyed: (0, 296)),
        Vector(
            row: "F6", strategy: .receiverWal, crash: "receiver.offsets.commit.before@3", append: (0, 196),
            batchKeyed: (0, 196)),
        Vector(
            row: "R6 next", strategy: .receiverWal, crash: "receiver.offsets.commit.before@28", append: (600, 0),
            batchKeyed: (100, 0), fidelity: committingNext),
        Vector(
            row: "R8 next", strategy: .receiverWal, crash: "receiver.offsets.commit.after@28", append: (500, 0),
            batchKeyed: (0, 0), fidelity: committingNext),
        Vector(
            row: "D8 next", strategy: .receiverWal, crash: "engine.idle.before@1", append: (500, 0), batchKeyed: (0, 0),
            fidelity: committingNext),
        Vector(
            row: "F next", strategy: .receiverWal, crash: "receiver.poll.before@4", append: (0, 300),
            batchKeyed: (0, 300), fidelity: committingNext),
        Vector(row: "A1 R6", strategy: .receiverReliable, crash: "receiver.offsets.commit.before@28", append: (0, 196)),
        Vector(row: "A1 R8", strategy: .receiverReliable, crash: "receiver.offsets.commit.after@28", append: (0, 296)),
        Vector(
            row: "A1 R8 next", strategy: .receiverReliable, crash: "receiver.offsets.commit.after@28", append: (0, 300),
            fidelity: committingNext),
        Vector(
            row: "A1 D3", strategy: .receiverReliable, crash: "checkpoint.generation.rename.after@6", append: (0, 496)),
        Vector(row: "A1 D4, k=200", strategy: .receiverReliable, crash: "task.read.before@28", append: (0, 296)),
        Vector(row: "A1 D5", strategy: .receiverReliable, crash: "sink.sync.before@6", append: (4, 0)),
        Vector(row: "P1", strategy: .direct, crash: "batch.submit.before@6", append: (500, 0)),
        Vector(row: "P2b", strategy: .direct, crash: "checkpoint.generation.write.before@6", append: (1000, 0), lag: 4),
        Vector(row: "P4, k=250", strategy: .direct, crash: "task.read.before@23", append: (250, 0), batchKeyed: (0, 0)),
        Vector(row: "P8", strategy: .direct, crash: "engine.idle.before@1", append: (500, 0), batchKeyed: (0, 0)),
    ]

    static let committingNext = Fidelity(Fidelity.spark.deviations.filter { $0 != .commitsLastOffset })

    @Test("p = 4, n = 100, N = 1000", arguments: model)
    func asTheModelSays(vector: Vector) throws {
        try check(
            vector,
            LoadShape.small(
                records: 8000, partitions: 4, block: 100, batch: 1000, lag: vector.lag, autoCommit: vector.autoCommit))
    }

    @Test("p = 4, n = 100, N = 500, as measured on a live Spark", arguments: live)
    func asSparkDid(vector: Vector) throws {
        try check(
            vector,
            LoadShape.small(
                records: 3000, partitions: 4, block: 100, batch: 500, lag: vector.lag, autoCommit: vector.autoCommit))
    }

    private func check(_ vector: Vector, _ shape: LoadShape) throws {
        let crash = try #require(ArmedCrash(parsing: vector.crash))
        var outcomes: [(SinkKind, (Int, Int))] = [(.append, vector.append), (.offsetKeyed, (0, vector.append.1))]
        outcomes += [(.transactional, (0, vector.append.1)), (.kafkaTransactional, (0, vector.append.1))]
        if let batchKeyed = vector.batchKeyed { outcomes.append((.batchKeyed, batchKeyed)) }
        for (sink, (duplicates, lost)) in outcomes where vector.strategy.canWrite(to: sink) {
            let run = SimulatedRun(strategy: vector.strategy, sink: sink, shape: shape, fidelity: vector.fidelity)
            #expect(try run.live(crash: crash))
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.duplicates == duplicates, "\(sink.rawValue)")
            #expect(verdict.lost == lost, "\(sink.rawValue)")
            let expected = try #require(
                ExpectedOutcome(
                    strategy: vector.strategy, sink: sink, fidelity: vector.fidelity, crash: crash, shape: shape))
            #expect(expected.duplicates == duplicates && expected.lost == lost, "closed form, \(sink.rawValue)")
        }
    }
}
