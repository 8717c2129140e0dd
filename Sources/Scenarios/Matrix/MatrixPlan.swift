// The cells of a matrix: every strategy, sink and crash point, each with the occurrence that shows most.
internal import Engine
public import Evidence
internal import Harness
public import Ingestion
internal import Judgement
public import World

/// What a matrix is to cover.
public struct MatrixPlan: Sendable {
    /// Batches of the load; the crash falls into the last but one, so that batches before and after it are complete.
    static let batches = 8

    /// One strategy and sink, crashed at one point.
    struct Cell: Sendable {
        var strategy: Strategy
        var sink: SinkKind
        var crash: ArmedCrash
        var expected: ExpectedOutcome
        /// Its place in the whole plan, from 1.
        var number = 0

        /// What its run is called among the steps of a matrix.
        var step: String { "\(number) \(strategy.rawValue)/\(sink.rawValue) \(crash)" }
    }

    /// Cells that share a load.
    struct Group: Sendable {
        var shape: LoadShape
        var outage = Outage()
        var cells: [Cell]
    }

    /// Which of Spark's deviations the engines reproduce.
    public let fidelity: Fidelity
    /// Chooses payloads.
    public let seed: UInt64
    private(set) var groups: [Group]

    /// Plans all cells.
    ///
    /// - Parameters:
    ///   - strategies: The strategies; `raw` has no outcome and is left out.
    ///   - sinks: The sinks.
    ///   - points: The crash points; nil for all.
    ///   - fidelity: Which of Spark's deviations the engines reproduce.
    ///   - partitions: p, at least 1.
    ///   - blockRecords: n, at least 1.
    ///   - batchRecords: N, at least n.
    ///   - seed: Chooses payloads.
    ///   - pattern: How the load's records are dealt to partitions and transactions.
    /// - Throws: ``Diagnosis`` when nothing is left to run.
    public init(
        strategies: [Strategy], sinks: [SinkKind], points: [CrashPoint]?, fidelity: Fidelity, partitions: Int,
        blockRecords: Int, batchRecords: Int, seed: UInt64, pattern: LoadPattern = LoadPattern()
    ) throws {
        self.fidelity = fidelity
        self.seed = seed
        let blocksPerBatch = max(1, batchRecords / blockRecords)
        func shape(autoCommitBlocks: Int) -> LoadShape {
            LoadShape(
                records: MatrixPlan.batches * batchRecords, partitions: partitions, blockRecords: blockRecords,
                batchRecords: batchRecords, groupCommitBlocks: 1, checkpointLagTasks: 0,
                autoCommitBlocks: autoCommitBlocks, chunkRecords: Scenario.usualChunkRecords, pattern: pattern)
        }
        // An automatic commit every five batches leaves one batch of duplicates and none of loss at the usual place, and
        // one every three blocks leaves losses at the start.
        let usual = shape(autoCommitBlocks: 5 * blocksPerBatch)
        let early = shape(autoCommitBlocks: 3)
        let all = points ?? CrashPoint.all
        let pairs = strategies.filter(\.hasOutput).flatMap { strategy in
            sinks.filter(strategy.canWrite).map { (strategy, $0) }
        }
        if pairs.isEmpty, let strategy = strategies.first(where: \.hasOutput), let sink = sinks.first {
            throw Diagnosis(
                cause: "\(strategy.rawValue) cannot write to \(sink.rawValue): it keeps its offsets in the sink",
                fix: "use the sink transactional with it, or another strategy with this sink", exitCode: .usage)
        }
        var main = Group(shape: usual, cells: [])
        var start = Group(shape: early, cells: [])
        for (strategy, sink) in pairs {
            let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: fidelity, shape: usual)
            for point in all {
                guard let count = schedule.occurrences(of: point), count > 0 else { continue }
                let crash = ArmedCrash(point, at: MatrixPlan.middle(of: count))
                main.add(crash, strategy, sink, fidelity)
            }
            // F, the hole at the start: half of the first batch's blocks are committed, and no checkpoint is there.
            let first = CrashPoint(.receiverPoll, .before)
            if strategy.isReceiver, all.contains(first), blocksPerBatch > 1 {
                start.add(ArmedCrash(first, at: blocksPerBatch / 2 + 1), strategy, sink, fidelity)
            }
        }
        let extra = MatrixPlan.windowGroups(
            pairs: pairs, points: all, fidelity: fidelity, batches: MatrixPlan.batches - 1, usual: usual)
        groups = ([main, start] + extra).filter { !$0.cells.isEmpty }
        var number = 0
        for group in groups.indices {
            for cell in groups[group].cells.indices {
                number += 1
                groups[group].cells[cell].number = number
            }
        }
        if groups.isEmpty {
            throw Diagnosis(
                cause: "no strategy that was chosen reaches any crash point that was chosen",
                fix: "choose others: `kbench crash-points` lists them per strategy", exitCode: .usage)
        }
    }

    /// A part of the plan: every cell of so many, from the one of this number on.
    func part(_ shard: (number: Int, count: Int)) -> MatrixPlan {
        var plan = self
        for group in groups.indices {
            plan.groups[group].cells.removeAll { ($0.number - 1) % shard.count != shard.number - 1 }
        }
        plan.groups.removeAll(where: \.cells.isEmpty)
        return plan
    }

    /// The number of cells.
    public var cellCount: Int { groups.reduce(0) { $0 + $1.cells.count } }

    /// The strategies of the cells.
    public var strategies: [Strategy] { groups.flatMap { $0.cells.map(\.strategy) } }
    /// The sinks of the cells.
    public var sinks: [SinkKind] { groups.flatMap { $0.cells.map(\.sink) } }
    /// The crash points of the cells.
    public var points: [CrashPoint] { groups.flatMap { $0.cells.map(\.crash.point) } }

    /// An occurrence half way into the last batch but one, of `count` spread evenly over the batches.
    private static func middle(of count: Int) -> Int {
        let perBatch = max(1, count / batches)
        return min(count, (batches - 2) * perBatch + (perBatch + 1) / 2)
    }
}

extension MatrixPlan.Group {
    mutating func add(_ crash: ArmedCrash, _ strategy: Strategy, _ sink: SinkKind, _ fidelity: Fidelity) {
        let outcome = ExpectedOutcome(
            strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, outage: outage, shape: shape)
        // Points that a small load does not reach so often are left out.
        guard let outcome else { return }
        cells.append(.init(strategy: strategy, sink: sink, crash: crash, expected: outcome))
    }
}
