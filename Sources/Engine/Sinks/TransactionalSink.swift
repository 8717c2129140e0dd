// The transactional sinks: a task's rows and the offsets behind them in one transaction of a database, or of Kafka.
internal import Evidence
internal import Ingestion
internal import World

/// Keeps, beside the rows, the offset behind the last row of each partition. A task whose offsets all lie below is
/// dropped, one that reaches over keeps the rows from there on, so no record is ever stored twice. A database's
/// transaction is open from the task's first look at the stored offsets to its commit, so nobody moves them between. With
/// a topic nobody else can: whoever opens the sink fences those before.
final class TransactionalSink: RowSink {
    /// What a task may find stored.
    private enum Rule {
        /// Exactly the offset it begins at: the driver that owns the offsets is the only one to move them.
        case exact
        /// That offset or one beyond: what is there already is dropped.
        case noGap
        /// Any: a receiver that lost records goes on behind them.
        case any
    }

    private struct Advance {
        let partition: Partition
        let expected: Offset?
        let until: Offset
    }

    private let path: String
    private let store: any TransactionalStore
    private let crash: CrashSwitch
    private let isTopic: Bool
    private let rule: Rule
    private let driverName: String
    /// This driver's number in the store; nil where the strategy does not own the stored offsets.
    private var driver: Int64?
    private var isOpen = false
    private var batch: Int64 = 0
    private var advances: [Advance] = []
    /// By partition: rows below are stored already.
    private var floors: [Offset] = []

    init(_ configuration: EngineConfiguration, seams: Seams) throws {
        let (directory, strategy) = (RunFolder.sink(of: configuration.outputFolder), configuration.strategy)
        isTopic = configuration.sink.traits.isTopic
        path = "\(directory)/\(isTopic ? SinkFiles.topic : SinkFiles.database)"
        crash = seams.crash
        driverName = seams.driverName
        rule = strategy.traits.offsets == .sink ? .exact : strategy.isReceiver ? .any : .noGap
        guard let open = seams.openStore else {
            throw EngineError(.impossibleSink, "no database can be opened in this world", location: path)
        }
        try seams.disk.makeDurableDirectory(directory)
        store = try open(path)
        try seams.disk.syncDirectory(directory)
    }

    /// Makes this driver the only one that may write; whoever was so before is out. Returns who that was.
    func takeOver() throws -> StoredDriver? {
        let before = try store.newestDriver()
        driver = try store.registerDriver(named: driverName)
        return before
    }

    /// What is stored for a partition.
    func storedOffset(of partition: Partition) throws -> StoredOffset? { try store.storedOffset(of: partition) }

    func begin(_ task: OutputTask) throws -> Bool {
        abandon()
        if !isTopic { try open() }
        batch = task.batch
        advances = []
        for range in TransactionalSink.hulls(of: task.ranges) {
            let stored = try store.storedOffset(of: range.partition)?.offset
            let found = stored ?? range.from
            try check(range, found: found)
            while floors.count <= Int(range.partition) { floors.append(0) }
            floors[Int(range.partition)] = found
            if range.until > found {
                advances.append(Advance(partition: range.partition, expected: stored, until: range.until))
            }
        }
        if advances.isEmpty {
            abandon()
            return false
        }
        if isTopic {
            try crash.before(.sinkBegin)
            try open()
            try crash.after(.sinkBegin)
        }
        return true
    }

    private func open() throws {
        try telling { try store.begin() }
        isOpen = true
    }

    /// Says who is out where a topic's broker does.
    private func telling<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as StoreError where error.code == .fenced {
            abandon()
            throw EngineError(
                .fenced, "\(ownName) is fenced: another driver has taken over the topic of the results",
                cause: "\(error)", location: path)
        }
    }

    func write(_ rows: SinkRows) throws {
        var start = 0
        while start < rows.count {
            // Neighbours that are new go in together.
            var end = start
            while end < rows.count, isNew(rows.key(at: end)) { end += 1 }
            if end > start {
                try telling { try store.insert(rows.bytes(of: start..<end), entryLength: SinkEntry.byteCount) }
            }
            start = end + 1
        }
    }

    func finish(_ task: OutputTask) throws {
        if isTopic { try crash.before(.sinkOffsets) }
        for advance in advances {
            let isDone = try telling {
                try store.advance(advance.partition, from: advance.expected, to: advance.until, batch: batch)
            }
            if !isDone {
                let found = try store.storedOffset(of: advance.partition)?.offset
                throw fenced(advance.partition, expected: advance.expected ?? 0, found: found ?? 0)
            }
        }
        if isTopic { try crash.after(.sinkOffsets) }
        try crash.before(.sinkCommit)
        try telling { try store.commit() }
        isOpen = false
        try crash.after(.sinkCommit)
    }

    /// Every commit is durable already.
    func sync() {}

    func close() {
        abandon()
        store.close()
    }

    private func isNew(_ key: (partition: Partition, offset: Offset)) -> Bool {
        key.offset >= floors[Int(key.partition)]
    }

    /// Undoes what a task left that did not finish.
    func abandon() {
        if isOpen { store.rollBack() }
        isOpen = false
    }

    private func check(_ range: OffsetRange, found: Offset) throws {
        switch rule {
        case .exact:
            let newest = try store.newestDriver()?.number
            if found != range.from || newest != driver {
                throw fenced(range.partition, expected: range.from, found: found)
            }
        case .noGap where found < range.from:
            abandon()
            throw EngineError(
                .storedOffsetGap,
                "a task begins at offset \(range.from) of partition \(range.partition), and the sink's stored offset is "
                    + "\(found): the records between would be lost", location: path)
        case .noGap, .any: break
        }
    }

    /// Another driver was here: nothing of the task is kept.
    private func fenced(_ partition: Partition, expected: Offset, found: Offset) -> EngineError {
        abandon()
        let newest = try? store.newestDriver()
        let who = newest.flatMap { $0.number == driver ? nil : "driver \($0.number) (\($0.name))" } ?? "a second driver"
        return EngineError(
            .fenced,
            "\(ownName) is fenced: \(who) took over the stored offsets; partition \(partition) was expected at offset "
                + "\(expected) and found at \(found)", location: path)
    }

    private var ownName: String { driver.map { "driver \($0) (\(driverName))" } ?? driverName }

    /// One range per partition, from its first offset to its last: a block's ranges are split by gaps.
    private static func hulls(of ranges: [OffsetRange]) -> [OffsetRange] {
        var hulls: [OffsetRange] = []
        for range in ranges {
            if let index = hulls.firstIndex(where: { $0.partition == range.partition }) {
                hulls[index] = OffsetRange(
                    partition: range.partition, from: min(hulls[index].from, range.from),
                    until: max(hulls[index].until, range.until))
            } else {
                hulls.append(range)
            }
        }
        return hulls
    }
}
