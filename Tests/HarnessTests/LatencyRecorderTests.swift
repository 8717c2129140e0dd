// Latencies count from when a record was to be sent, once for each record and stage.
import Engine
import Results
import Synchronization
import Testing
import World

@testable import Harness

@Suite struct LatencyRecorderTests {
    /// A clock that shows what it is told.
    private final class Hands: Sendable {
        let now = Atomic<UInt64>(0)
    }

    /// Memory for counters that lasts as long as its test.
    private final class Memory {
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 16)
        init() { pointer.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount) }
        deinit { pointer.deallocate() }
    }

    @Test func recordIGoesToPartitionIModuloPAtItsTime() {
        let schedule = OfferedSchedule(recordsPerSecond: 1_000, starts: [100, 0, 7])
        #expect(schedule.index(0, 100) == 0)
        #expect(schedule.index(1, 0) == 1)
        #expect(schedule.index(2, 7) == 2)
        #expect(schedule.index(0, 101) == 3)
        #expect(schedule.time(of: 0) == 0)
        #expect(schedule.time(of: 250) == 250_000_000)
    }

    @Test func aStallMakesEveryRecordLateThatShouldHaveComeMeanwhile() throws {
        let memory = Memory()
        let counters = EngineCounters(storage: memory.pointer)
        let hands = Hands()
        // A record every millisecond, of one partition; the schedule begins at one second.
        let recorder = LatencyRecorder(.init(recordsPerSecond: 1_000, starts: [0]), counters: counters) {
            hands.now.load(ordering: .relaxed)
        }
        func reach(_ range: Range<Int64>, atMillisecond millisecond: UInt64) {
            hands.now.store(1_000_000_000 + millisecond * 1_000_000, ordering: .relaxed)
            recorder.reached(.sink, [OffsetRange(partition: 0, from: range.lowerBound, until: range.upperBound)])
        }
        reach(0..<5, atMillisecond: 0)
        #expect(recorder.figures.isEmpty, "before the schedule has begun nothing is recorded")
        counters[.offeredFrom] = 1_000_000_000
        // Nothing for a second, then a thousand records at once: the first is a second late, the last a millisecond.
        reach(0..<1_000, atMillisecond: 1_000)
        // Told again, which counts nothing.
        reach(500..<1_000, atMillisecond: 5_000)
        let sink = try #require(recorder.figures["sink"])
        #expect(sink.records == 1_000)
        #expect((499_000...502_000).contains(sink.spectrum.p50))
        #expect((989_000...992_000).contains(sink.spectrum.p99))
        #expect((998_000...1_001_000).contains(sink.spectrum.max))
        #expect(recorder.figures["durable"] == nil)
    }

    @Test func theWarmUpIsNotCounted() throws {
        let memory = Memory()
        let counters = EngineCounters(storage: memory.pointer)
        counters[.offeredFrom] = 1
        var schedule = OfferedSchedule(recordsPerSecond: 1_000, starts: [0, 0])
        schedule.warmUpRecords = 10
        let recorder = LatencyRecorder(schedule, counters: counters) { 1 }
        recorder.reached(
            .durable, [OffsetRange(partition: 0, from: 0, until: 10), OffsetRange(partition: 1, from: 0, until: 10)])
        #expect(try #require(recorder.figures["durable"]).records == 10)
    }

    @Test func whatIsOfferedFillsThePartitionsByTurns() {
        let load = OfferedLoad(
            schedule: .init(recordsPerSecond: 1, starts: [5, 0, 0]), records: 8, recordBytes: 100, seed: 1)
        #expect(load.truth.ends == [8, 3, 2])
        #expect(load.truth.records == 8)
    }
}
