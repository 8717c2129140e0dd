// What a restart reads back: blocks from a compressed log, ranges from a broker that has dropped what is done.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Recovery")
struct RecoveryTests {
    private static let shape = LoadShape.small(records: 40, partitions: 2, block: 5, batch: 10)

    @Test("blocks of a batch that never ran come back from the log, compressed or not", arguments: [nil, 1, 3, 19])
    func blocksComeBack(level: Int32?) throws {
        let run = SimulatedRun(
            strategy: .receiverWal, sink: .append, shape: Self.shape, walCompressionLevel: level)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchSubmit, .before), at: 2)))
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 40 && verdict.duplicates == 0 && verdict.lost == 0 && verdict.corrupted == 0)
    }

    @Test(
        "a direct strategy goes on when retention has taken what it had completed",
        arguments: [Strategy.direct, .directLogFirst, .directCommit, .directTransactional])
    func completedRecordsMayBeGone(strategy: Strategy) throws {
        let sink: SinkKind = strategy.canWrite(to: .append) ? .append : .transactional
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchSubmit, .before), at: 3)))
        // Two batches of five records a partition are complete; their offsets are committed or logged.
        run.broker.evict(below: 10, of: 0)
        run.broker.evict(below: 10, of: 1)
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 40 && verdict.duplicates == 0 && verdict.lost == 0)
    }
}
