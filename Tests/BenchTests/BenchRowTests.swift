// From trials to a row: medians, ratios of one round, ceilings, and what a crash must do.
import Engine
import Ingestion
import Judgement
import Results
import Testing
import World

@testable import Bench
@testable import Harness

@Suite struct BenchRowTests {
    static func trial(_ rate: Double, wal: Int64 = 0, duplicates: Int = 0) -> Trial {
        Trial(
            run: RunResult(
                strategy: "x", sink: "y", crashPoint: nil, crashFired: false, produced: 1_000, delivered: 1_000,
                duplicates: duplicates, ingestDuplicates: 0, reexecutionDuplicates: 0, lost: 0, corrupted: 0, redone: 0,
                expected: .init(duplicates: 0, ingestDuplicates: 0, lost: 0), derivation: "", agrees: true,
                invalidReason: nil, restarts: 0, walBytesWritten: wal, diskBytesPeak: 0, ingestedBytes: 0,
                recordsPerSecond: rate, recoverySeconds: 0, percentOfRaw: nil),
            report: TrialReport(
                processorSeconds: 0.002, peakResidentBytes: 5, fsyncs: 10, writeCalls: 20, bytesWrittenLogical: 30,
                bytesWrittenPhysical: 40, latencies: [:]),
            bytesFetched: 200_000, walBytesPeak: wal, checkpointBytes: 7, samples: [], offered: nil)
    }

    static let raw = BenchRowTrials(cell: .init(strategy: .raw), rounds: [trial(1_000), trial(2_000), trial(4_000)])

    @Test func aRowIsTheMedianOfItsRoundsAndItsRatiosAreOfOneRoundEach() {
        let trials = BenchRowTrials(
            cell: .init(strategy: .direct, sink: .counting),
            rounds: [Self.trial(500), Self.trial(1_000), Self.trial(2_000)])
        let row = trials.row("", raw: Self.raw, diskBytesPerSecond: 1, bytesPerRecord: 200, copies: 1)
        #expect(row.recordsPerSecond == 1_000)
        #expect(abs(row.ratioToRaw.median - 0.5) < 1e-9 && abs(row.ratioToRaw.low - 0.5) < 1e-9)
        #expect(row.ratioToCeiling == 0.5, "without a log the disk is no ceiling")
        #expect(abs(row.cpuSecondsPerMillionRecords - 2) < 1e-9)
        #expect(row.fsyncs == 10 && row.fsyncsPerSecond == 10)
        #expect(row.agrees && row.guarantee == "at-least-once")
    }

    @Test func aLogsCeilingIsTheDiskWhereThatIsLower() {
        let trials = BenchRowTrials(
            cell: .init(strategy: .receiverWal, sink: .counting),
            rounds: [Self.trial(500, wal: 200_000), Self.trial(500, wal: 200_000), Self.trial(800, wal: 200_000)])
        func ceiling(_ disk: Double, copies: Int) -> Double {
            trials.row("", raw: Self.raw, diskBytesPerSecond: disk, bytesPerRecord: 200, copies: copies).ratioToCeiling
        }
        func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-9 }
        #expect(isNear(ceiling(1e9, copies: 1), 0.25), "0.5, 0.25 and 0.2 of what raw takes in the same round")
        #expect(isNear(ceiling(200_000, copies: 1), 0.5), "0.5, 0.5 and 0.8 of the 1,000 records/s that the disk takes")
        #expect(isNear(ceiling(200_000, copies: 2), 1), "and of the 500 that it takes twice")
    }

    @Test func aDuplicateWithoutACrashIsNoRowThatAgrees() {
        let trials = BenchRowTrials(
            cell: .init(strategy: .direct, sink: .counting), rounds: [Self.trial(1), Self.trial(1, duplicates: 3)])
        let row = trials.row("", raw: Self.raw, diskBytesPerSecond: 1, bytesPerRecord: 200, copies: 1)
        #expect(row.duplicates == 3 && !row.agrees)
    }

    /// What the sink holds after the worst crash, by the semantics.
    static let guarantees: [(strategy: Strategy, sink: SinkKind, guarantee: Guarantee)] = [
        (.receiver, .append, .none), (.receiverReliable, .append, .atMostOnce), (.receiverWal, .append, .atLeastOnce),
        (.receiverWal, .offsetKeyed, .exactlyOnce), (.direct, .counting, .atLeastOnce),
        (.directLogFirst, .append, .atLeastOnce), (.directLogFirst, .batchKeyed, .exactlyOnce),
        (.directLogFirst, .offsetKeyed, .exactlyOnce), (.directCommit, .append, .atLeastOnce),
        (.directTransactional, .transactional, .exactlyOnce), (.receiverReliable, .offsetKeyed, .atMostOnce),
        // A batch that took in what arrived is dropped as one that is there already.
        (.direct, .batchKeyed, .atMostOnce),
    ]

    @Test(arguments: guarantees)
    func theGuaranteeIsWhatNoCrashBreaks(strategy: Strategy, sink: SinkKind, guarantee: Guarantee) {
        #expect(Guarantee.of(.init(strategy: strategy, sink: sink)) == guarantee)
    }

    @Test(arguments: Strategy.withOutput)
    func everyStrategyHasACrashThatIsPriced(strategy: Strategy) throws {
        let sink = try #require(SinkKind.allCases.first(where: strategy.canWrite))
        let shape = LoadShape(
            records: 4_000, partitions: 4, blockRecords: 40, batchRecords: 400, groupCommitBlocks: 1,
            checkpointLagTasks: 1, chunkRecords: 16_384)
        let priced = try #require(BenchCell(strategy: strategy, sink: sink).pricedCrash(shape))
        #expect(CrashPointGuide.strategies(of: priced.crash.point.effect).contains(strategy))
        #expect(priced.expected.lost == 0 || !strategy.promisesNoLoss)
    }
}
