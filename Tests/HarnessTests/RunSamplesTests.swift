// What workers leave of how far they were: bounded, over several lives, and of a topic that was made anew.
import Engine
import Foundation
import Results
import Synchronization
import Testing
import World

@testable import Harness

@Suite struct RunSamplesTests {
    /// Counters and a file that are gone with the test, and a clock that goes on by a second whenever it is read.
    private final class Place {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 16)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("samples-\(UUID())").path
        var counters: EngineCounters { EngineCounters(storage: memory) }
        private let hands = Hands()

        private final class Hands: Sendable { let seconds = Atomic<UInt64>(0) }

        init() { memory.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount) }
        deinit {
            memory.deallocate()
            try? FileManager.default.removeItem(atPath: path)
        }

        func samples(starts: [Offset] = [0, 10], ends: [Offset]) throws -> RunSamples {
            try RunSamples(path, counters: counters, starts: starts, ends: ends) { [hands] in
                hands.seconds.add(1, ordering: .relaxed).newValue * 1_000_000_000
            }
        }
    }

    private static func range(_ partition: Partition, _ from: Offset, _ until: Offset) -> OffsetRange {
        OffsetRange(partition: partition, from: from, until: until)
    }

    @Test func lagFallsAndRisesAgainWhereABatchIsRunAgain() throws {
        let place = Place()
        let first = try place.samples(ends: [100, 60])
        first.note()
        place.counters.add(.recordsWritten, 30)
        place.counters[.walLiveBytes] = 4_096
        // Ranges of a partition in any order, one of a partition that is none, and a stage that does not count.
        first.reached(.sink, [Self.range(0, 20, 40), Self.range(0, 0, 20), Self.range(1, 10, 20), Self.range(7, 0, 9)])
        first.reached(.durable, [Self.range(0, 40, 100)])
        first.reached(.sink, [Self.range(0, 40, 90)])
        // The next life.
        let second = try place.samples(ends: [100, 60])
        second.reached(.sink, [Self.range(0, 20, 40)])
        let samples = second.samples(after: 1_000_000_000)
        #expect(samples.map(\.lag) == [150, 100, 50, 100])
        #expect(samples.map(\.seconds) == [0, 1, 2, 3])
        #expect(samples.map(\.rows) == [0, 30, 30, 30] && samples.last?.logBytes == 4_096)
        // A topic that was made anew ends before where the run was.
        let anew = try place.samples(starts: [0, 0], ends: [10, 5])
        anew.note()
        #expect(anew.samples(after: 0).last?.lag == 15)
    }

    @Test("a long run leaves no more than a short one, from its beginning to its end")
    func bounded() throws {
        let place = Place()
        let samples = try place.samples(starts: [0], ends: [100_000])
        for batch in 0..<10_000 { samples.reached(.sink, [Self.range(0, Offset(batch), Offset(batch + 1))]) }
        let left = samples.samples(after: 0)
        #expect((RunTimeline.mostSamples / 2...RunTimeline.mostSamples).contains(left.count))
        let lags = left.compactMap(\.lag)
        #expect(lags == lags.sorted(by: >))
        #expect(lags.last.map { $0 <= 90_000 + 64 } == true && lags.first.map { $0 >= 100_000 - 64 } == true)
        #expect(try FileManager.default.attributesOfItem(atPath: place.path)[.size] as? Int == (3 + 4 * 400 + 1) * 8)
    }
}
