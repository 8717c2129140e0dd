// The engine under every kind of fault, at each of its first places: a clean life after it has lost nothing.
import Ingestion
import Judgement
import Engine
import Testing
import World

@testable import Simulation

@Suite struct FaultEverywhereTests {
    private static let shape = LoadShape(
        records: 24, partitions: 2, blockRecords: 3, batchRecords: 12, groupCommitBlocks: 2, checkpointLagTasks: 1,
        chunkRecords: 4)

    /// Those after which nothing may be lost.
    static let harmless: [Fault] =
        [0, 1, 30, 100, 300, 500, 800, 1_200, 2_000, 3_000].map { .diskFull(afterBytes: $0) }
        + (1...24).map { .syncFails(at: $0) }
        + [1, 5].map { .syncIsSlow(at: $0, milliseconds: 40_000) }
        + (1...6).flatMap { place -> [Fault] in
            [
                .fetchFails(at: place), .fetchTimesOut(at: place), .commitFails(at: place),
                .commitAnswerIsLost(at: place), .retention(at: place), .election(at: place), .rebalance(at: place),
            ]
        }
        + [1, 4].map { .fetchIsSlow(at: $0, milliseconds: 40_000) }

    /// Those that take away what every strategy takes for granted.
    static let harmful: [Fault] =
        (1...6).flatMap { place -> [Fault] in
            [
                .retentionAhead(at: place), .uncleanElection(at: place, losing: 2),
                .uncleanElection(at: place, losing: 9),
            ]
        }

    @Test(arguments: PowerLossEverywhereTests.pairs)
    func afterAHarmlessFaultNothingIsLost(strategy: Strategy, sink: SinkKind) throws {
        try expectNothingLost(strategy, sink)
    }

    /// Neither of a receiver whose blocks keep batches as they came.
    @Test func afterAHarmlessFaultNoUnopenedBatchIsLost() throws {
        try expectNothingLost(.receiverWal, .append, keepsBatches: true)
    }

    private func expectNothingLost(_ strategy: Strategy, _ sink: SinkKind, keepsBatches: Bool = false) throws {
        var struck: Set<Fault> = []
        for fault in Self.harmless {
            #expect(fault.leavesPromises)
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            run.broker.keepsBatches = keepsBatches
            if case .rebalance = fault {
                run.configuration.membership = .group(
                    sessionTimeoutMilliseconds: 6_000, heartbeatMilliseconds: 1_000)
            }
            let error = run.liveWithFaults([fault])
            struck.formUnion(run.struck)
            if run.struck.isEmpty { #expect(error == nil, "\(fault)") }
            do {
                try run.live()
                let verdict = try run.verdict()
                #expect(verdict.lost == 0 && verdict.corrupted == 0, "\(fault)")
                if sink == .offsetKeyed || sink.traits.keepsOffsets { #expect(verdict.duplicates == 0, "\(fault)") }
            } catch {
                Issue.record("\(fault): \(error)")
            }
        }
        #expect(struck.count > 15, "most of them struck")
    }

    /// A fault in one life, a crash with power loss in the next, and then a clean one.
    @Test(arguments: PowerLossEverywhereTests.pairs)
    func aPowerLossAfterAFaultLosesNothing(strategy: Strategy, sink: SinkKind) throws {
        let points = CrashPoint.all.filter(\.isDeath)
        var random = SeededRandom(seed: 4)
        for fault in Self.harmless {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            _ = run.liveWithFaults([fault])
            let loss = PowerLoss.seeded(random.next())
            guard let point = points.randomElement(using: &random) else { continue }
            do {
                try run.live(crash: ArmedCrash(point, at: Int.random(in: 1...2, using: &random)))
                run.disk.losePower(loss)
                try run.live()
                let verdict = try run.verdict()
                #expect(verdict.lost == 0 && verdict.corrupted == 0, "\(fault), \(point), \(loss)")
            } catch {
                Issue.record("\(fault), \(point), \(loss): \(error)")
            }
        }
    }

    @Test(arguments: PowerLossEverywhereTests.pairs)
    func afterAHarmfulFaultNoRunEndsAsIfAllWereThere(strategy: Strategy, sink: SinkKind) throws {
        for fault in Self.harmful {
            #expect(!fault.leavesPromises)
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            let error = run.liveWithFaults([fault])
            let next = run.liveWithFaults([])
            let verdict = try run.verdict()
            #expect(verdict.lost == 0 || next != nil, "\(fault): \(verdict.lost) lost, first \(error as Any)")
            #expect(verdict.corrupted == 0, "\(fault)")
        }
    }

    @Test(arguments: PowerLossEverywhereTests.pairs)
    func afterBitRotNoRecordComesOutChanged(strategy: Strategy, sink: SinkKind) throws {
        var struck = 0
        for seed in 0..<12 as Range<UInt64> {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 6))
            let fault = Fault.bitRot(at: 1 + Int(seed % 3) * 7, seed: seed)
            let error = run.liveWithFaults([fault])
            struck += run.struck.count
            if error == nil { #expect(try run.verdict().corrupted == 0, "\(fault)") }
        }
        let keepsFiles = strategy != .directCommit && strategy != .directTransactional
        #expect(keepsFiles == (struck > 0), "\(struck)")
    }

    @Test func faultsAreGoneWithTheirLife() throws {
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        #expect(run.liveWithFaults([.fetchFails(at: 1), .diskFull(afterBytes: 100_000)]) is BrokerError)
        #expect(run.struck == [.fetchFails(at: 1)])
        try run.live()
        #expect(try run.verdict().delivered == 24)
        #expect(run.disk.freeBytes == nil)
    }

    @Test func aSlowSyncTakesVirtualTimeAndNothingElse() throws {
        let calm = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        let slow = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        slow.arm([.syncIsSlow(at: 3, milliseconds: 70_000)])
        #expect(try calm.trace() == slow.trace())
        #expect(slow.clock.now() == calm.clock.now() + 70_000_000_000)
    }

    @Test func aFailedSyncOfAFolderLeavesItsNamesToTheNextOne() throws {
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        let disk = run.disk
        try disk.makeDurableDirectory("/d")
        run.arm([.syncFails(at: 1)])
        run.installFaults(run.configuration)
        _ = try disk.open("/d/a", .create)
        #expect(throws: DiskError.self) { try disk.syncDirectory("/d") }
        let failed = disk.copy()
        failed.losePower(.allLost)
        #expect(!failed.exists("/d/a"))
        try disk.syncDirectory("/d")
        disk.losePower(.allLost)
        #expect(disk.exists("/d/a"))
    }

    @Test func bytesThatAreWrittenAgainAfterAFailedSyncAreMadeDurableByTheNext() throws {
        let disk = SimulatedDisk()
        try disk.makeDurableDirectory("/d")
        let file = try disk.open("/d/a", .create)
        try disk.syncDirectory("/d")
        try [1, 2, 3].withUnsafeBytes { try file.write([$0], at: 0) }
        disk.failingSyncs = true
        #expect(throws: DiskError.self) { try file.syncOrWriteAgain() }
        disk.failingSyncs = false
        let before = disk.bytes(of: "/d/a")
        try disk.open("/d/a", .update).sync()
        disk.losePower(.allLost)
        #expect(disk.bytes(of: "/d/a") == before && before?.isEmpty == false)
    }

    /// The file of a task has its name, its process is killed before the name is durable, and the next life finds the
    /// task done: it has to make the name durable before it calls the batch complete.
    @Test(arguments: PowerLossEverywhereTests.pairs.filter { $0.1 == .batchKeyed })
    func aNameThatAKilledLifeLeftIsMadeDurable(strategy: Strategy, sink: SinkKind) throws {
        for occurrence in 1...4 {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            #expect(try run.live(crash: ArmedCrash(CrashPoint(.sinkCommit, .after), at: occurrence)))
            #expect(try run.live(crash: ArmedCrash(CrashPoint(.engineIdle, .after), at: 1)))
            run.disk.losePower(.allLost)
            try run.live()
            #expect(try run.verdict().lost == 0, "occurrence \(occurrence)")
        }
    }

    @Test func aCommitWhoseAnswerIsLostIsApplied() throws {
        for (fault, offset) in [(Fault.commitFails(at: 1), nil), (.commitAnswerIsLost(at: 1), 4)] as [(Fault, Offset?)]
        {
            let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
            let error = run.liveWithFaults([fault])
            #expect((error as? BrokerError)?.code == .timedOut)
            #expect(run.broker.committedOffsets(of: [0], group: "kbench") == [offset])
        }
    }

    /// The member is taken for dead at its first commit: what was in flight is announced and read again.
    @Test func aZombieIsFencedAndReadsAgain() throws {
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        run.configuration.membership = .group(sessionTimeoutMilliseconds: 6_000, heartbeatMilliseconds: 1_000)
        #expect(run.liveWithFaults([.rebalance(at: 1)]) == nil)
        #expect(run.counters[.commitsRefused] == 1)
        let verdict = try run.verdict()
        #expect(verdict.lost == 0 && verdict.duplicates == 6 && verdict.ingestDuplicates == 6)
    }
}
