// Batches cut by time under limits, on a clock that only moves when somebody sleeps: exact sizes.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Limits")
struct LimitsTests {
    /// 1,000 records over 4 partitions that wait when the engine starts; a batch every half second, 0.1 ms a record.
    private final class TimedRun {
        let disk = SimulatedDisk()
        let broker = SimulatedBroker(topic: "limits", partitions: 4)
        let clock = SimulatedClock()
        let configuration: EngineConfiguration
        let counters: EngineCounters
        private let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

        init(_ strategy: Strategy, _ limits: PlanLimits) {
            for sequence in 0..<1000 {
                var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength)
                value.withUnsafeMutableBytes {
                    RecordFormat.write(.init(producer: 0, sequence: UInt64(sequence)), seed: 1, into: $0)
                }
                broker.produce(to: Partition(sequence % 4), value: value)
            }
            configuration = EngineConfiguration(
                strategy: strategy, sink: .append, directory: "/run", group: "limits",
                starts: [0, 0, 0, 0], ends: [250, 250, 250, 250], cuts: .time(block: 5_000_000, batch: 500_000_000),
                limits: limits, tasks: TaskSettings(simulatedWorkMicroseconds: 100))
            storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
            counters = EngineCounters(storage: storage)
        }

        deinit { storage.deallocate() }

        func live(_ crash: CrashSwitch = CrashSwitch()) throws {
            let seams = Seams(broker: broker, disk: disk, clock: clock, crash: crash)
            try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
        }

        func expectEachRecordOnce() throws {
            let verdict = try Verdict(
                of: [SinkKind.append.deliveries(ofRunIn: "/run", disk: disk)], against: Production(count: 1000))
            #expect(verdict.delivered == 1000 && verdict.duplicates == 0 && verdict.lost == 0)
        }

        var batches: [BatchStatistics] {
            get throws { try BatchStatistics.read(runDirectory: "/run", disk: disk) }
        }
    }

    static let expectations: [(limits: PlanLimits, sizes: [Int64])] = [
        (PlanLimits(), [1000]),
        // 100 a second for half a second: 50 of each partition.
        (PlanLimits(maxRatePerPartition: 100), [200, 200, 200, 200, 200]),
        // 1 a second is cut to nothing, so the minimum decides.
        (PlanLimits(maxRatePerPartition: 1, minRatePerPartition: 125), [500, 500]),
        // 300 split by lag: 75 of each.
        (PlanLimits(maxBatchRecords: 300), [300, 300, 300, 100]),
        (PlanLimits(maxRatePerPartition: 100, maxBatchRecords: 300), [200, 200, 200, 200, 200]),
        // An initial rate counts for nothing without an estimator.
        (PlanLimits(initialRate: 400), [1000]),
        // The first batch is planned before there is a rate; then 1,000 took 100 ms.
        (PlanLimits(backpressure: .init()), [1000]),
        // 400 a second until the second completed batch gives 200 / 20 ms = 10,000 a second.
        (PlanLimits(initialRate: 400, backpressure: .init()), [200, 200, 600]),
    ]

    @Test("a batch by time is as large as its limits let it be", arguments: expectations)
    func batches(limits: PlanLimits, sizes: [Int64]) throws {
        for strategy in [Strategy.direct, .directLogFirst, .directCommit] {
            let run = TimedRun(strategy, limits)
            try run.live()
            #expect(try run.batches.map(\.records) == sizes, "\(strategy)")
            #expect(try run.batches.allSatisfy { $0.processingTime == UInt64($0.records) * 100_000 }, "\(strategy)")
            try run.expectEachRecordOnce()
        }
    }

    @Test("the rate that backpressure had set does not survive a restart; the initial rate counts again")
    func restart() throws {
        struct Killed: Error {}
        let run = TimedRun(.directLogFirst, PlanLimits(initialRate: 400, backpressure: .init()))
        let crash = CrashSwitch(armed: ArmedCrash(CrashPoint(.batchPlan, .before), at: 3)) { _, _ in throw Killed() }
        #expect(throws: Killed.self) { try run.live(crash) }
        try run.live()
        #expect(try run.batches.map(\.records) == [200, 200, 200, 200, 200])
        try run.expectEachRecordOnce()
    }

    @Test("a batch that was due while another ran was late by what was left of it")
    func schedulingDelay() throws {
        // 150 of each partition take 60 ms a batch; a batch every half second is on time but for the loop's step of 1 ms.
        let onTime = TimedRun(.directLogFirst, PlanLimits(maxRatePerPartition: 300))
        try onTime.live()
        #expect(try onTime.batches.allSatisfy { $0.schedulingDelay <= 1_000_000 })
    }

    @Test(
        "a receiver stops polling when its buffer is full",
        arguments: [
            (PlanLimits(), 1000), (PlanLimits(bufferRecords: 64), 64), (PlanLimits(bufferRecords: 999), 999),
        ] as [(PlanLimits, UInt64)])
    func buffer(limits: PlanLimits, most: UInt64) throws {
        for strategy in [Strategy.receiver, .receiverReliable, .receiverWal] {
            let run = TimedRun(strategy, limits)
            try run.live()
            #expect(run.counters[.bufferedRecordsPeak] == most, "\(strategy)")
            #expect(try run.batches.map(\.records).max().map { UInt64($0) <= most } == true, "\(strategy)")
            try run.expectEachRecordOnce()
        }
    }

    @Test("a receiver stops polling when enough blocks wait")
    func bufferedBlocks() throws {
        let run = TimedRun(.receiverWal, PlanLimits(bufferBlocks: 3, bufferRecords: 300))
        try run.live()
        #expect(try run.batches.allSatisfy { $0.inputs <= 3 })
        try run.expectEachRecordOnce()
    }
}
