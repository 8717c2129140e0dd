// Cleanup: what no recovery can need goes, and a crash in the middle of it costs nothing.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Cleanup")
struct CleanupTests {
    /// Segments that hold a block or two, and more checkpoints and log entries than are kept.
    private static func run(
        _ strategy: Strategy, fidelity: Fidelity = .sound, batches: Int = 120
    ) -> SimulatedRun {
        SimulatedRun(
            strategy: strategy, sink: .append, shape: .small(records: 4 * batches, partitions: 2, block: 2, batch: 4),
            fidelity: fidelity, walSegmentBytes: 300)
    }

    @Test("the logs stay small however long the run", arguments: [Fidelity.sound, .spark])
    func logsStaySmall(fidelity: Fidelity) throws {
        let run = Self.run(.receiverWal, fidelity: fidelity)
        try run.live()
        let segments = run.disk.paths.filter { $0.hasPrefix("/run/wal/") }
        #expect(segments.count <= 12, "\(segments)")
        #expect(run.disk.paths.filter { $0.hasPrefix("/run/checkpoints/") }.count == CheckpointStore.kept)
        #expect(run.counters[.stateBytesPeak] < run.counters[.walBytesWritten] / 4)
    }

    @Test("the offset log keeps its newest entries")
    func offsetLogKeepsItsNewest() throws {
        let run = Self.run(.directLogFirst)
        try run.live()
        let entries = run.disk.paths.filter { $0.hasPrefix("/run/offset-log/offsets/") }
        #expect(entries.count == OffsetLog.kept)
        #expect(entries.contains("/run/offset-log/offsets/120"))
    }

    @Test(
        "a crash before or after any removal loses and repeats nothing",
        arguments: [Strategy.receiverWal, .receiverReliable, .direct, .directLogFirst])
    func crashInCleanup(strategy: Strategy) throws {
        // The offset log is cleaned only beyond what it keeps.
        let batches = strategy == .directLogFirst ? OffsetLog.kept + 10 : 60
        let kills = try Kills(of: Self.run(strategy, batches: batches)) {
            // Every fifth, and the first and last ones: they are all alike but for what is left.
            $0.point.effect == .cleanupRemove && ($0.occurrence % 5 == 1 || strategy == .directLogFirst)
        }
        #expect(kills.places.count > 10)
        for (crash, place) in kills.places {
            let run = kills.worlds[place].fork()
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.duplicates == 0 && verdict.lost == 0, "\(crash): \(verdict)")
        }
    }

    @Test(
        "after cleanup the last batch can still be run again, as Spark does",
        arguments: [Strategy.receiverWal, .direct])
    func lastBatchIsKept(strategy: Strategy) throws {
        let run = Self.run(strategy, fidelity: .spark)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.engineIdle, .before), at: 1)))
        try run.live()
        let verdict = try run.verdict()
        // The last batch of 4 records once more, and for the receiver one record of each of two partitions.
        #expect(verdict.lost == 0)
        #expect(verdict.duplicates == (strategy == .receiverWal ? 6 : 4))
    }

    /// Crashes in three lives, at places between which segments, events and checkpoints are removed.
    @Test(
        "what is left after several crashes is enough for the next recovery, and no more",
        arguments: [Strategy.receiverWal, .direct, .directLogFirst], [Fidelity.sound, .spark])
    func severalCrashes(strategy: Strategy, fidelity: Fidelity) throws {
        let points = [
            CrashPoint(.batchSubmit, .before), CrashPoint(.batchSubmit, .after), CrashPoint(.sinkWrite, .after),
            CrashPoint(.sinkSync, .after), CrashPoint(.cleanupEventAppend, .torn),
            CrashPoint(.cleanupEventSync, .after),
            CrashPoint(.completionCheckpointRename, .before), CrashPoint(.completionCheckpointRename, .after),
        ]
        let schedule = CrashSchedule(
            strategy: strategy, sink: .append, fidelity: fidelity, shape: Self.run(strategy, batches: 80).shape)
        let reached = points.filter { schedule.occurrences(of: $0) ?? 0 > 0 }
        #expect(reached.count >= 4)
        let kills = try Kills(of: Self.run(strategy, fidelity: fidelity, batches: 80)) {
            $0.occurrence == 41 && reached.contains($0.point)
        }
        for (turn, first) in reached.enumerated() {
            let killed = kills.worlds[try #require(kills.places[ArmedCrash(first, at: 41)])]
            for (number, second) in reached.enumerated() where (turn + number) % Thoroughness.oneIn(2) == 0 {
                let crashes = [
                    ArmedCrash(first, at: 41), ArmedCrash(second, at: 3), ArmedCrash(first, at: 30),
                ]
                let run = killed.fork()
                #expect(try run.live(crashes: Array(crashes.dropFirst())), "\(crashes)")
                let verdict = try run.verdict()
                let expected = try #require(
                    ExpectedOutcome(
                        strategy: strategy, sink: .append, fidelity: fidelity, crashes: crashes, shape: run.shape))
                #expect(verdict.lost == 0 && expected.lost == 0, "\(crashes)")
                #expect(verdict.duplicates == expected.duplicates, "\(crashes)")
                // The newest blocks, events and checkpoints are left, however many lives there were.
                #expect(run.disk.paths.filter { $0.hasPrefix("/run/wal/") }.count <= 14, "\(run.disk.paths)")
                #expect(
                    run.disk.paths.filter { $0.hasPrefix("/run/checkpoints/") }.count <= CheckpointStore.kept,
                    "\(crashes)")
            }
        }
    }

    @Test("a segment goes when the last block in it that a recovery can need is done with, not before")
    func segmentsGoInTime() throws {
        let run = SimulatedRun(
            strategy: .receiverWal, sink: .append, shape: .small(records: 40, partitions: 2, block: 2, batch: 8),
            walSegmentBytes: 150)
        func segments() -> Int { run.disk.paths.count { $0.hasPrefix("/run/wal/blocks/") } }
        // The third batch has taken its blocks, and none of its four segments may go before it is complete.
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .before), at: 10)))
        let held = segments()
        #expect(held >= 4)
        for _ in 0..<3 {
            #expect(try run.live(crash: ArmedCrash(CrashPoint(.completionCheckpointRename, .before), at: 1)))
            #expect(segments() == held, "the batch is not complete")
        }
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.cleanupEventSync, .before), at: 1)))
        #expect(segments() == held, "it is complete, and the cleanup event comes first")
        try run.live()
        #expect(segments() <= 2)
        let verdict = try run.verdict()
        // The one task that was out ran again in the second, third, fourth and fifth life, the others from the second on.
        #expect(verdict.lost == 0 && verdict.duplicates == 2 + 3 * 8)
    }
}
