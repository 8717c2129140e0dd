// The transactional sink: which rows of a task it stores, and what it refuses.
@testable import Ingestion
@testable import Evidence
import Simulation
import Testing
import World

@testable import Engine

@Suite("The transactional sink")
struct TransactionalSinkTests {
    private let stores = SimulatedStores()

    private func open(_ strategy: Strategy, crash: CrashSwitch = CrashSwitch()) throws -> TransactionalSink {
        let seams = Seams(
            broker: SimulatedBroker(topic: "t", partitions: 2), disk: SimulatedDisk(), clock: SimulatedClock(),
            crash: crash, openStore: stores.open, driverName: "the first")
        return try TransactionalSink(
            EngineConfiguration(
                strategy: strategy, sink: .transactional, directory: "", group: "g", starts: [0, 0], ends: [100, 100],
                cuts: .count(block: 1, batch: 1)), seams: seams)
    }

    private func task(_ ranges: [(Partition, Range<Offset>)], batch: Int64 = 1) -> OutputTask {
        OutputTask(
            batch: batch, ordinal: 0, partition: nil,
            ranges: ranges.map { OffsetRange(partition: $0, from: $1.lowerBound, until: $1.upperBound) })
    }

    /// Runs a task as the task runner does. Returns whether the sink took it.
    @discardableResult
    private func run(_ task: OutputTask, on sink: TransactionalSink) throws -> Bool {
        guard try sink.begin(task) else { return false }
        let rows = SinkRows(capacity: 4)
        for range in task.ranges {
            for offset in range.from..<range.until {
                rows.append(
                    SinkEntry(
                        identity: .init(producer: 0, sequence: 0), isCorrupted: false, partition: range.partition,
                        offset: offset, batch: task.batch, ingest: task.batch))
            }
        }
        try sink.write(rows)
        try sink.finish(task)
        return true
    }

    /// The stored rows as `partition/offset`.
    private func rows() throws -> [String] {
        var rows: [String] = []
        try stores.open("/sink/transactional.sqlite").forEachEntry {
            if let row = SinkEntry.read($0) { rows.append("\(row.partition)/\(row.offset)") }
        }
        return rows
    }

    private func offset(_ partition: Partition) throws -> Offset? {
        try stores.open("/sink/transactional.sqlite").storedOffset(of: partition)?.offset
    }

    @Test("a task below the stored offset is dropped, one that reaches over keeps what is new")
    func overlap() throws {
        let sink = try open(.direct)
        #expect(try run(task([(0, 10..<13)]), on: sink))
        #expect(try offset(0) == 13)
        #expect(try !run(task([(0, 10..<13)], batch: 2), on: sink))
        #expect(try !run(task([(0, 11..<12)], batch: 2), on: sink))
        #expect(try run(task([(0, 12..<15)], batch: 2), on: sink))
        #expect(try rows() == ["0/10", "0/11", "0/12", "0/13", "0/14"])
        #expect(try offset(0) == 15)
    }

    @Test("each partition of a block is compared with its own offset")
    func severalPartitions() throws {
        let sink = try open(.receiverWal)
        try run(task([(0, 0..<3)]), on: sink)
        try run(task([(0, 1..<2), (1, 5..<7), (0, 3..<5)], batch: 2), on: sink)
        #expect(try rows() == ["0/0", "0/1", "0/2", "1/5", "1/6", "0/3", "0/4"])
        #expect(try offset(0) == 5 && offset(1) == 7)
    }

    @Test("a gap is a receiver's loss, and an error for who owns its ranges", arguments: Strategy.allCases)
    func gap(strategy: Strategy) throws {
        guard strategy != .raw, strategy != .directTransactional else { return }
        let sink = try open(strategy)
        try run(task([(0, 0..<2)]), on: sink)
        if strategy.isReceiver {
            try run(task([(0, 4..<5)], batch: 2), on: sink)
            #expect(try rows() == ["0/0", "0/1", "0/4"])
            #expect(try offset(0) == 5)
        } else {
            #expect {
                try run(task([(0, 4..<5)], batch: 2), on: sink)
            } throws: {
                ($0 as? EngineError)?.code == .storedOffsetGap
            }
            #expect(try rows() == ["0/0", "0/1"])
        }
    }

    @Test("nothing of a task shows before its commit, and nothing remains of one that does not come to it")
    func atomic() throws {
        struct Stop: Error {}
        let sink = try open(
            .direct,
            crash: CrashSwitch(armed: ArmedCrash(CrashPoint(.sinkCommit, .before), at: 2)) { _, _ in throw Stop() })
        try run(task([(0, 0..<2)]), on: sink)
        #expect(throws: Stop.self) { try run(task([(0, 2..<4)]), on: sink) }
        #expect(try rows() == ["0/0", "0/1"] && offset(0) == 2)
        // The same sink goes on with the task tried again.
        try run(task([(0, 2..<4)]), on: sink)
        #expect(try rows() == ["0/0", "0/1", "0/2", "0/3"] && offset(0) == 4)
    }

    @Test("compare and set: an offset that somebody else moved ends the owner, who says which", arguments: [1, 3, 9])
    func compareAndSet(moved: Offset) throws {
        let sink = try open(.directTransactional)
        _ = try sink.takeOver()
        try run(task([(0, 0..<2)]), on: sink)
        let other = stores.open("/sink/transactional.sqlite")
        try other.begin()
        #expect(try other.advance(0, from: 2, to: moved, batch: 1))
        try other.commit()
        #expect {
            try run(task([(0, 2..<4)], batch: 2), on: sink)
        } throws: {
            guard let error = $0 as? EngineError else { return false }
            return error.code == .fenced && error.message.contains("expected at offset 2 and found at \(moved)")
        }
        #expect(try rows() == ["0/0", "0/1"] && offset(0) == moved)
    }

    @Test("of two owners the one that came later goes on, and the earlier one is told who it is")
    func takeOver() throws {
        let first = try open(.directTransactional)
        #expect(try first.takeOver() == nil)
        try run(task([(0, 0..<2)]), on: first)
        let second = try open(.directTransactional)
        #expect(try second.takeOver() == StoredDriver(number: 1, name: "the first"))
        #expect {
            try run(task([(0, 2..<4)], batch: 2), on: first)
        } throws: {
            guard let error = $0 as? EngineError else { return false }
            return error.code == .fenced && error.message.contains("driver 2 (the first) took over")
        }
        try run(task([(0, 2..<4)], batch: 2), on: second)
        #expect(try rows() == ["0/0", "0/1", "0/2", "0/3"])
    }

    /// A store whose broker has taken up another writer.
    private final class FencedStore: TransactionalStore {
        private let refusing: String

        init(refusing: String) { self.refusing = refusing }

        private func refuse(_ operation: String) throws {
            guard operation == refusing else { return }
            throw StoreError(.fenced, operation: operation, path: "t", reason: "a newer producer is there")
        }

        func begin() throws { try refuse("begin") }
        func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws { try refuse("insert") }
        func advance(_ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64) throws -> Bool {
            try refuse("advance")
            return true
        }
        func commit() throws { try refuse("commit") }
        func rollBack() {}
        func storedOffset(of partition: Partition) -> StoredOffset? { nil }
        func newestDriver() -> StoredDriver? { nil }
        func registerDriver(named name: String) -> Int64 { 1 }
        func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) {}
        func close() {}
    }

    @Test(
        "a writer that the broker has fenced says so, whatever it was doing",
        arguments: [
            "begin", "insert", "advance", "commit",
        ])
    func fencedByTheBroker(operation: String) throws {
        let seams = Seams(
            broker: SimulatedBroker(topic: "t", partitions: 2), disk: SimulatedDisk(), clock: SimulatedClock(),
            crash: CrashSwitch(), openStore: { _ in FencedStore(refusing: operation) }, driverName: "the first")
        let sink = try TransactionalSink(
            EngineConfiguration(
                strategy: .direct, sink: .kafkaTransactional, directory: "", group: "g", starts: [0, 0],
                ends: [100, 100], cuts: .count(block: 1, batch: 1)), seams: seams)
        let error = #expect(throws: EngineError.self) { try run(task([(0, 0..<2)]), on: sink) }
        #expect(error?.code == .fenced)
        #expect(error?.message.contains("the first is fenced") == true)
    }
}
