// Blocks read ahead change nothing that can be seen: the same effects, the same outcome of every crash.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

/// Fills ahead as soon as it may, and without a thread, so that a run still repeats itself exactly.
private struct AtOnce: TaskThreads {
    func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) { CallingThread().run(count, body) }
    var canRunAhead: Bool { true }
}

/// Gives whole batches of ten records, however few are asked for.
private final class BatchReader: RecordReader {
    private var positions: [Offset]

    init(partitions: Int) { positions = Array(repeating: 0, count: partitions) }

    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) -> (count: Int, position: Offset) {
        let batch = positions[Int(partition)]..<min(until, positions[Int(partition)] + 10)
        for offset in batch { block.append(partition: partition, offset: offset, key: nil, value: nil) }
        positions[Int(partition)] = batch.upperBound
        return (batch.count, batch.upperBound)
    }

    func seek(_ partition: Partition, to offset: Offset) { positions[Int(partition)] = offset }
    func position(of partition: Partition) -> Offset { positions[Int(partition)] }
    func close() {}

    // Nobody who reads ahead borrows records, or drops them.
    func lend(
        _ partition: Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
    ) -> (count: Int, position: Offset) { (0, position(of: partition)) }
    func discard(limit: Int, timeout: Duration) -> (count: Int, bytes: Int) { (0, 0) }
}

@Suite("Reading ahead")
struct ReadAheadTests {
    static let receivers: [Strategy] = [.receiver, .receiverReliable, .receiverWal]
    static let shapes: [LoadShape] = [
        .small(records: 16, partitions: 3, block: 2, batch: 6),
        .small(records: 24, partitions: 3, block: 2, batch: 12, group: 3),
        .small(records: 3, partitions: 5, block: 10, batch: 10),
    ]

    private func run(
        _ strategy: Strategy, _ shape: LoadShape, gaps: [Int: Int64] = [:], sink: SinkKind = .append
    ) -> SimulatedRun {
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape, gaps: gaps)
        run.changeSeams = {
            var seams = $0
            seams.threads = AtOnce()
            return seams
        }
        return run
    }

    @Test("passes the crash points of a run that does not, in their order", arguments: receivers, shapes)
    func points(strategy: Strategy, shape: LoadShape) throws {
        // A counting sink's blocks are verified ahead, too.
        for sink in [SinkKind.append, .counting] {
            let without = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
            #expect(try run(strategy, shape, sink: sink).trace() == without.trace())
        }
    }

    @Test("a crash anywhere comes to what the closed form says", arguments: receivers, shapes)
    func crashes(strategy: Strategy, shape: LoadShape) throws {
        for sink in [SinkKind.append, .counting] {
            let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
            for point in CrashPoint.all where point.isDeath {
                for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                    let crash = ArmedCrash(point, at: occurrence + 1)
                    let run = run(strategy, shape, sink: sink)
                    #expect(try run.live(crashes: [crash]))
                    let expected = try #require(
                        ExpectedOutcome(strategy: strategy, sink: sink, crash: crash, shape: shape))
                    #expect(
                        Counts(try run.verdict()) == Counts(expected, produced: shape.records),
                        "\(strategy.rawValue) \(sink) \(crash) \(shape)")
                }
            }
        }
    }

    @Test("goes over gaps", arguments: receivers)
    func gaps(strategy: Strategy) throws {
        let run = run(strategy, Self.shapes[0], gaps: [0: 3, 5: 1, 16: 2, 17: 4])
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 16 && verdict.lost == 0 && verdict.duplicates == 0)
    }

    private struct Outcome: Equatable {
        var counts: Counts
        var message: String
        var skipped: UInt64
    }

    @Test("meets lost offsets as a receiver does by itself", arguments: receivers, [DataLossPolicy.fail, .skip])
    func dataLoss(strategy: Strategy, policy: DataLossPolicy) throws {
        let shape = LoadShape.small(records: 40, partitions: 2, block: 5, batch: 10, autoCommit: 1)
        func outcome(_ run: SimulatedRun) throws -> Outcome {
            #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchPlan, .before), at: 3)))
            run.broker.evict(below: 20, of: 1)
            run.configuration.onDataLoss = policy
            var message = ""
            do { try run.live() } catch let error as EngineError { message = error.message }
            return Outcome(
                counts: Counts(try run.verdict()), message: message, skipped: run.counters[.recordsSkipped])
        }
        let without = try outcome(SimulatedRun(strategy: strategy, sink: .append, shape: shape))
        #expect(try outcome(run(strategy, shape)) == without)
        #expect(without.message.isEmpty == (policy == .skip))
    }

    @Test("waits for partitions that come later", arguments: receivers)
    func newPartitions(strategy: Strategy) throws {
        let run = SimulatedRun(
            strategy: strategy, sink: .append, shape: .small(records: 30, partitions: 3), partitionsAtFirst: 2)
        run.changeSeams = {
            var seams = $0
            seams.threads = AtOnce()
            return seams
        }
        run.configuration.readTimeoutMilliseconds = 1000
        var looks = 0
        run.broker.whenCounted = {
            looks += 1
            if looks == 20 { run.broker.grow(to: 3) }
        }
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 30 && verdict.lost == 0 && verdict.duplicates == 0)
    }

    @Test("a block of whole batches is full when it is, however many partitions there are, and each has its turn")
    func wholeBatches() throws {
        for (partitions, size) in [(3, 25), (40, 25), (40, 100)] {
            let reader = BatchReader(partitions: partitions)
            let ahead = try ReadAhead(
                reader: reader, threads: AtOnce(), clock: SimulatedClock(),
                positions: Array(repeating: 0, count: partitions), ends: Array(repeating: 100, count: partitions),
                size: size, fewest: .max - 4, takesWholeBatches: true)
            ahead.fill()
            var read = 0
            while read < 100 * partitions {
                let filled = try #require(ahead.take())
                read += filled.block.recordCount
                #expect(filled.block.recordCount < size + 10, "\(partitions) partitions, blocks of \(size)")
                #expect(filled.block.recordCount >= size || read == 100 * partitions)
                // None is further than a batch ahead of the others, or two where a share is more than one.
                let (least, most) = (try #require(filled.positions.min()), try #require(filled.positions.max()))
                #expect(most - least <= 20, "\(filled.positions)")
            }
            #expect(ahead.take() == nil)
        }
    }
}
