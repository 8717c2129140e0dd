// A program's own output operation, written as a user of the library would: with nothing but what is public.
import Engine
import Ingestion
import Judgement
import Simulation
import Testing
import World

/// Stores what each batch came to in one step with its offset ranges, and begins behind them.
private final class ResultsWithRanges: OutputOperation {
    /// What one batch left: the lines it held and the ranges they came from, in one value that is there whole or not.
    struct Stored {
        var batch: Int64
        var ranges: [OffsetRange]
        var lines: [String]
    }

    /// What outlives a crash, as a table of a database would.
    final class Table {
        var rows: [Stored] = []
    }

    private let table: Table
    private let partitions: Int
    private let keepsOwnCheckpoint: Bool
    private var lines: [String] = []
    /// The task under way, and the lines there were before it.
    private var underWay: (task: OutputTask, lines: Int)?
    private(set) var abandoned: [OutputTask] = []
    private(set) var rangesOfTasks: [[OffsetRange]] = []
    private(set) var isClosed = false

    init(table: Table, partitions: Int, keepsOwnCheckpoint: Bool) {
        self.table = table
        self.partitions = partitions
        self.keepsOwnCheckpoint = keepsOwnCheckpoint
    }

    func startPositions() -> [Offset]? {
        guard keepsOwnCheckpoint else { return nil }
        return table.rows.flatMap(\.ranges).reduce(into: Array(repeating: 0, count: partitions)) { starts, range in
            starts[Int(range.partition)] = max(starts[Int(range.partition)], range.until)
        }
    }

    func process(_ records: Block, of task: OutputTask) {
        rangesOfTasks.append(task.ranges)
        if underWay?.task != task { underWay = (task, lines.count) }
        records.forEachRecord { _, _, _, value in
            lines.append(String(decoding: value ?? .init(start: nil, count: 0), as: UTF8.self))
        }
    }

    func abandon(_ task: OutputTask) {
        abandoned.append(task)
        if let underWay, underWay.task == task { lines.removeLast(lines.count - underWay.lines) }
    }

    func complete(_ batch: OutputBatch) {
        table.rows.append(Stored(batch: batch.number, ranges: batch.ranges, lines: lines))
        lines = []
    }

    func close() { isClosed = true }
}

@Suite("A program's own output operation")
struct OutputOperationTests {
    static let strategies = Strategy.withOutput
    private static let lines = (0..<30).map { "line \($0)" }

    private static func run(_ strategy: Strategy) -> TextRun {
        TextRun(lines, partitions: 3, strategy: strategy, job: .identity, block: 3, batch: 6)
    }

    @Test("gets each batch with its ranges and records", arguments: strategies)
    func batches(strategy: Strategy) throws {
        let run = Self.run(strategy)
        let table = ResultsWithRanges.Table()
        let operation = ResultsWithRanges(
            table: table, partitions: 3, keepsOwnCheckpoint: strategy == .directTransactional)
        run.output = operation
        try run.live()
        #expect(table.rows.count == 5)
        #expect(table.rows.flatMap(\.lines).sorted() == Self.lines.sorted())
        #expect(operation.isClosed)
        for (index, row) in table.rows.enumerated() {
            #expect(row.ranges.reduce(0) { $0 + $1.count } == 6)
            let from = Int64(index * 2)
            // A direct batch has one range a partition; a receiver's block has a record of each, and a batch two blocks.
            let expected =
                strategy.isReceiver
                ? [from, from + 1].flatMap { offset in
                    (0..<3).map { OffsetRange(partition: $0, from: offset, until: offset + 1) }
                } : (0..<3).map { OffsetRange(partition: $0, from: from, until: from + 2) }
            #expect(row.ranges == expected, "\(strategy.rawValue) batch \(row.batch)")
        }
        #expect(
            operation.rangesOfTasks
                == table.rows.flatMap { row in
                    strategy.isReceiver
                        ? [Array(row.ranges.prefix(3)), Array(row.ranges.suffix(3))] : row.ranges.map { [$0] }
                })
        #expect(run.disk.paths.filter { $0.hasPrefix("/run/sink") || $0.hasPrefix("/run/job") }.isEmpty)
    }

    @Test(
        "that stores ranges with results and begins behind them gets every record once, wherever it crashes",
        arguments: strategies)
    func ownCheckpoint(strategy: Strategy) throws {
        for point in CrashPoint.all
        where point.isDeath && CrashPointGuide.strategies(of: point.effect).contains(strategy) {
            for occurrence in 1...4 {
                let run = Self.run(strategy)
                let table = ResultsWithRanges.Table()
                for crash in [ArmedCrash(point, at: occurrence), ArmedCrash(point, at: 1), nil] {
                    run.output = ResultsWithRanges(table: table, partitions: 3, keepsOwnCheckpoint: true)
                    try run.live(crash: crash)
                }
                let place: Comment = "\(strategy.rawValue) \(point)@\(occurrence)"
                #expect(table.rows.flatMap(\.lines).sorted() == Self.lines.sorted(), place)
            }
        }
    }

    @Test(
        "that leaves the start to the strategy gets the batch in flight twice",
        arguments: strategies.filter { $0 != .directTransactional })
    func withoutOwnCheckpoint(strategy: Strategy) throws {
        let run = Self.run(strategy)
        let table = ResultsWithRanges.Table()
        // The operation has stored the second batch, and nothing knows that it is complete.
        for crash in [ArmedCrash(CrashPoint(.sinkSync, .after), at: 2), nil] {
            run.output = ResultsWithRanges(table: table, partitions: 3, keepsOwnCheckpoint: false)
            try run.live(crash: crash)
        }
        let delivered = table.rows.flatMap(\.lines).count
        switch strategy {
        case .receiver: #expect(delivered >= 24, "what the automatic commit had passed may be gone")
        case .receiverReliable: #expect(delivered == 30, "its blocks are gone from memory, so they cannot come again")
        default: #expect(delivered == 36)
        }
    }

    @Test(
        "is told of a task that failed, and gets all of its records again",
        arguments: strategies, [Effect.taskRead, .sinkWrite])
    func failedTask(strategy: Strategy, effect: Effect) throws {
        for occurrence in 1...10 {
            let run = Self.run(strategy)
            // A task hands over its records one by one, so that it fails with some of them handed over.
            run.configuration.chunkRecords = 1
            let table = ResultsWithRanges.Table()
            let operation = ResultsWithRanges(
                table: table, partitions: 3, keepsOwnCheckpoint: strategy == .directTransactional)
            run.output = operation
            let place: Comment = "\(strategy.rawValue) \(effect)@\(occurrence)"
            #expect(try run.live(crash: ArmedCrash(CrashPoint(effect, .fails), at: occurrence)), place)
            #expect(table.rows.flatMap(\.lines).sorted() == Self.lines.sorted(), place)
            #expect(table.rows.flatMap(\.ranges).reduce(0) { $0 + $1.count } == 30, place)
            // A receiver's task has its block read before it begins to hand it over.
            #expect(operation.abandoned.count == (strategy.isReceiver && effect == .taskRead ? 0 : 1), place)
            #expect(operation.abandoned.allSatisfy { operation.rangesOfTasks.contains($0.ranges) }, place)
        }
    }

    @Test("must keep the offsets where the strategy keeps them with the output")
    func transactionalWithoutOffsets() {
        let run = Self.run(.directTransactional)
        run.output = ResultsWithRanges(table: .init(), partitions: 3, keepsOwnCheckpoint: false)
        let error = #expect(throws: EngineError.self) { try run.live() }
        #expect(error?.code == .impossibleStart)
    }

    @Test("cannot begin where no partition can", arguments: [[0], [0, 0, 0, 0], [0, -1, 0]])
    func impossibleStarts(starts: [Offset]) {
        final class Misplaced: OutputOperation {
            let starts: [Offset]
            init(_ starts: [Offset]) { self.starts = starts }
            func startPositions() -> [Offset]? { starts }
            func process(_ records: Block, of task: OutputTask) {}
            func complete(_ batch: OutputBatch) {}
        }
        for strategy in Self.strategies {
            let run = Self.run(strategy)
            run.output = Misplaced(starts)
            let error = #expect(throws: EngineError.self) { try run.live() }
            #expect(error?.code == .impossibleStart, "\(strategy.rawValue)")
        }
    }

    @Test(
        "whose completion fails ends the engine, and the batch comes again",
        arguments: strategies.filter { $0.promisesNoLoss && $0 != .directTransactional })
    func failure(strategy: Strategy) throws {
        struct Full: Error {}
        final class Failing: OutputOperation {
            func process(_ records: Block, of task: OutputTask) {}
            func complete(_ batch: OutputBatch) throws { throw Full() }
        }
        let run = Self.run(strategy)
        run.output = Failing()
        #expect(throws: Full.self) { try run.live() }
        let table = ResultsWithRanges.Table()
        run.output = ResultsWithRanges(table: table, partitions: 3, keepsOwnCheckpoint: false)
        try run.live()
        #expect(table.rows.flatMap(\.lines).sorted() == Self.lines.sorted())
    }
}
