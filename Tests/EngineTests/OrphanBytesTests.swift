// Bytes of the block log that no event names: exactly those of the blocks that a crash came before announcing.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World
import WriteAheadLog

@testable import Engine

@Suite("Orphan bytes")
struct OrphanBytesTests {
    /// 4 records of each partition in a block.
    private static func run(group: Int = 1, segment: Int64 = 64 << 20) -> SimulatedRun {
        SimulatedRun(
            strategy: .receiverWal, sink: .append,
            shape: .small(records: 96, partitions: 2, block: 8, batch: 16, group: group), walSegmentBytes: segment)
    }

    /// The frame of such a block: for each partition a run's header of 16 bytes, and four values of 24 bytes, the first
    /// with a descriptor of two bytes (its length is new) and the others with one.
    private static let frame = Int64(WriteAheadLog.frameOverhead + 2 * (16 + 2 + 3 + 4 * 24))

    @Test(
        "R5: the blocks of the group in flight, at each place between their log and their event",
        arguments: [
            ("receiver.wal.append.before@5", 1, 0), ("receiver.wal.append.torn@5", 1, 0),
            ("receiver.wal.append.after@5", 1, 1), ("receiver.wal.sync.after@5", 1, 1),
            ("receiver.event.append.before@5", 1, 1), ("receiver.event.append.torn@5", 1, 1),
            ("receiver.event.append.after@5", 1, 0), ("receiver.offsets.commit.before@5", 1, 0),
            ("receiver.wal.append.after@1", 1, 1), ("engine.idle.before@1", 1, 0),
            ("receiver.wal.append.after@5", 3, 2), ("receiver.wal.sync.after@2", 3, 3),
            ("receiver.event.append.after@5", 3, 1),
        ])
    func atOneCrash(crash: String, group: Int, blocks: Int) throws {
        let run = Self.run(group: group)
        #expect(try run.live(crash: ArmedCrash(parsing: crash)))
        #expect(run.counters[.orphanBytes] == 0, "while it lives, an engine knows all its blocks")
        try run.live()
        #expect(run.counters[.orphanBytesAtRecovery] == UInt64(Int64(blocks) * Self.frame))
        #expect(run.counters[.orphanBytes] == UInt64(Int64(blocks) * Self.frame), "nothing removes a segment in use")
        #expect(try run.verdict().lost == 0)
    }

    @Test("they add up over the lives, and each recovery finds all of them")
    func overSeveralLives() throws {
        let run = Self.run()
        for life in 1...3 {
            #expect(try run.live(crash: ArmedCrash(CrashPoint(.receiverWalAppend, .after), at: 2)))
            #expect(run.counters[.orphanBytesAtRecovery] == UInt64(Int64(life - 1) * Self.frame))
        }
        try run.live()
        #expect(run.counters[.orphanBytesAtRecovery] == UInt64(3 * Self.frame))
        #expect(run.counters[.orphanBytes] == UInt64(3 * Self.frame))
    }

    @Test("they go with their segment, and complete blocks whose events are gone are none")
    func withTheirSegment() throws {
        // A segment of the block log holds one block, one of the event log a few events.
        let run = Self.run(segment: 300)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.receiverWalAppend, .after), at: 7)))
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.receiverPoll, .before), at: 1)))
        #expect(run.counters[.orphanBytesAtRecovery] == UInt64(Self.frame))
        try run.live()
        #expect(run.counters[.orphanBytesAtRecovery] == UInt64(Self.frame))
        #expect(run.counters[.orphanBytes] == 0)
        #expect(run.counters[.walLiveBytes] < run.counters[.walBytesWritten] / 4)
        try run.live()
        #expect(run.counters[.orphanBytesAtRecovery] == 0)
    }

    @Test("a receiver without a log of blocks has none", arguments: [Strategy.receiver, .receiverReliable])
    func withoutALog(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: .small())
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.receiverEventAppend, .before), at: 3)))
        try run.live()
        #expect(run.counters[.orphanBytes] == 0 && run.counters[.walLiveBytes] > 0)
    }
}
