// What a benchmark is asked to measure: which rows, which values of a sweep, which mistakes.
import Engine
import Evidence
import Harness
import Ingestion
import Testing
import World

@testable import Bench

@Suite struct BenchSettingsTests {
    /// Strategies and sinks asked for, and the rows that come of it.
    static let rows: [(strategies: [Strategy], sinks: [SinkKind], expected: [String])] = [
        ([.receiverWal], [.append], ["receiver-wal / append"]),
        ([.raw, .direct], [.append, .counting], ["direct / append", "direct / counting"]),
        // It keeps its offsets in its sink, so it is measured with those that can.
        (
            [.directTransactional], [.counting],
            ["direct-transactional / transactional", "direct-transactional / kafka-transactional"]
        ),
        (
            [.directTransactional, .direct], [.transactional],
            ["direct-transactional / transactional", "direct / transactional"]
        ),
    ]

    @Test(arguments: rows)
    func aRowForEachSinkThatTheStrategyCanWriteTo(strategies: [Strategy], sinks: [SinkKind], expected: [String]) {
        #expect(BenchSettings(strategies: strategies, sinks: sinks).cells.map(\.label) == expected)
    }

    @Test func anybodysRecordsAreMeasuredWithTheSinkThatKnowsThemByTheirOffsets() throws {
        var settings = BenchSettings(strategies: [.direct, .directTransactional], sinks: [.counting])
        settings.topic = "orders"
        #expect(settings.origin == .anyone)
        #expect(settings.cells.map(\.label) == ["direct / counting"])
        try settings.check()
        settings.sinks = [.append]
        #expect(throws: Diagnosis.self) { try settings.check() }
    }

    @Test(arguments: [(32, RecordOrigin.kbench), (31, .anyone), (10, .anyone)])
    func recordsTooSmallToSayWhatTheyAreAreAnybodys(bytes: Int, origin: RecordOrigin) {
        var settings = BenchSettings(strategies: [.direct], sinks: [.counting])
        settings.recordBytes = bytes
        #expect(settings.origin == origin)
    }

    @Test(arguments: [(1_000_000, 10_000), (500_000, 10_000), (400_000, 8000), (20_000, 400), (10, 1)])
    func aSmallLoadGetsBlocksThatItFillsFiftyTimes(records: Int, block: Int) {
        let settings = BenchSettings(strategies: [.direct], sinks: [.append]).sized(for: records)
        #expect(settings.countCuts == .count(block: block, batch: 3 * block))
    }

    @Test func anIntervalAskedForCutsByTime() {
        var settings = BenchSettings(strategies: [.direct], sinks: [.append])
        settings.batchInterval = 250
        #expect(settings.cuts == .time(blockMilliseconds: 20, batchMilliseconds: 250))
    }

    /// What a receiver syncs and commits at once: what was asked for, or the blocks of a batch, up to three.
    static let groups: [(cuts: Scenario.Cuts, asked: Int?, expected: Int)] = [
        (.count(block: 10, batch: 10), nil, 1), (.count(block: 10, batch: 29), nil, 2),
        (.count(block: 10, batch: 30), nil, 3), (.count(block: 10, batch: 100), nil, 3),
        (.count(block: 10, batch: 100), 7, 7), (.count(block: 10, batch: 10), 1, 1),
        // By time nothing waits for a group to be whole, so a group is one block unless more are asked for.
        (.time(blockMilliseconds: 20, batchMilliseconds: 100), nil, 1),
        (.time(blockMilliseconds: 20, batchMilliseconds: 100), 4, 4),
    ]

    @Test(arguments: groups)
    func aGroupIsABatchsBlocksUpToThree(cuts: Scenario.Cuts, asked: Int?, expected: Int) {
        var settings = BenchSettings(strategies: [.receiverWal], sinks: [.counting])
        settings.groupCommitBlocks = asked
        #expect(settings.scenario(cuts: cuts, records: 100, partitions: 1).groupCommitBlocks == expected)
    }

    @Test func aSweepHasASettingForEachValue() throws {
        let (key, values) = try BenchSweep.parse("zstd-level=0,3,19")
        let sweep = BenchSweep(base: .init(strategies: [.receiverWal], sinks: [.counting]), key: key, values: values)
        let settings = try sweep.settings()
        #expect(settings.map(\.name) == ["zstd-level=0", "zstd-level=3", "zstd-level=19"])
        #expect(settings.map(\.settings.zstdLevel) == [nil, 3, 19])
    }

    @Test func aSweepOfNamesIsCalledByThem() throws {
        let (key, values) = try BenchSweep.parse("topic-compression=zstd,none")
        let sweep = BenchSweep(base: .init(strategies: [.receiverWal], sinks: [.counting]), key: key, values: values)
        let settings = try sweep.settings()
        #expect(settings.map(\.name) == ["topic-compression=zstd", "topic-compression=none"])
        #expect(settings.map(\.settings.topicCompression) == [.zstd, TopicCompression.none])
    }

    @Test(arguments: [
        "nonsense=1", "records", "records=", "records=0", "partitions=1001", "replicas=4", "records=x",
        "topic-compression=3", "topic-compression=lzo",
    ])
    func aSweepThatCannotBeIsToldWithItsFix(text: String) {
        #expect(throws: Diagnosis.self) { try BenchSweep.parse(text) }
    }

    @Test(arguments: BenchSweep.Key.allCases)
    func everySweptNumberReachesTheSettings(key: BenchSweep.Key) {
        let base = BenchSettings(strategies: [.direct], sinks: [.append])
        var changed = base
        changed.set(key, to: key.range.upperBound)
        #expect(changed != base)
    }
}
