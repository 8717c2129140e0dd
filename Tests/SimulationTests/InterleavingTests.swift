// Any order of the stages: what is promised holds, crashed or not, and one seed is one order.
import Ingestion
import Judgement
import Engine
import Testing
import World

@testable import Simulation

@Suite struct InterleavingTests {
    private static let shape = LoadShape(
        records: 48, partitions: 2, blockRecords: 4, batchRecords: 12, groupCommitBlocks: 2, checkpointLagTasks: 1,
        autoCommitBlocks: 3, chunkRecords: 4)

    private func effects(_ interleaving: UInt64?, _ strategy: Strategy = .receiverWal) throws -> [CrashPoint] {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        run.interleaving = interleaving
        return try run.trace()
    }

    @Test func oneSeedIsOneOrder() throws {
        for seed in 0..<20 as Range<UInt64> { #expect(try effects(seed) == effects(seed), "seed \(seed)") }
    }

    @Test(arguments: [Strategy.receiverWal, .direct]) func seedsGiveManyOrders(strategy: Strategy) throws {
        let orders = try Set((0..<20 as Range<UInt64>).map { try effects($0, strategy) })
        #expect(orders.count > 15)
        #expect(try !orders.contains(effects(nil, strategy)))
    }

    @Test func everyLifeOfASeedHasAnOrderOfItsOwn() throws {
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        run.interleaving = 3
        let fork = run.fork()
        let first = try run.trace()
        #expect(try fork.trace() == first, "a fork goes on as its original would")
        #expect(SeededRandom(seed: 3, stream: 1) != SeededRandom(seed: 3, stream: 2))
    }

    /// Each of these effects of one stage comes both before and after each of those of another.
    @Test(arguments: [
        (Effect.receiverPoll, Effect.batchPlan), (.receiverWalAppend, .taskRead), (.receiverPoll, .cleanupEventAppend),
        (.generationCheckpointRename, .sinkWrite), (.cleanupEventAppend, .batchPlan),
        (.cleanupEventAppend, .completionCheckpointWrite), (.receiverOffsetsCommit, .sinkSync),
    ])
    func stagesGoInEitherOrder(one: Effect, other: Effect) throws {
        var seen: Set<Bool> = []
        for seed in 0..<40 as Range<UInt64> {
            let order = try effects(seed).map(\.effect).filter { $0 == one || $0 == other }
            for (left, right) in zip(order, order.dropFirst()) where left != right { seen.insert(left == one) }
        }
        #expect(seen == [true, false])
    }

    @Test(arguments: PowerLossEverywhereTests.pairs)
    func noOrderLosesWhatIsPromised(strategy: Strategy, sink: SinkKind) throws {
        var random = SeededRandom(seed: 11)
        for seed in 0..<60 as Range<UInt64> {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            run.interleaving = seed
            var crashes: [ArmedCrash] = []
            for _ in 0..<Int(seed % 3) {
                let point = CrashPoint.all.filter(\.isDeath).randomElement(using: &random)
                if let point { crashes.append(ArmedCrash(point, at: Int.random(in: 1...4, using: &random))) }
            }
            for crash in crashes {
                try run.live(crash: crash)
                if seed % 2 == 1 { run.disk.losePower(.seeded(seed)) }
            }
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.lost == 0 && verdict.corrupted == 0, "seed \(seed), \(crashes)")
            if sink == .offsetKeyed || sink.traits.keepsOffsets || crashes.isEmpty {
                #expect(verdict.duplicates == 0, "seed \(seed), \(crashes)")
            }
        }
    }

    /// What keeps a second driver from the state of the first, if anything does.
    @Test(arguments: [
        (Strategy.receiverWal, SinkKind.append, EngineError.Code.concurrentDriver),
        (.direct, .append, .concurrentDriver),
        (.directLogFirst, .transactional, .concurrentDriver), (.directTransactional, .transactional, .fenced),
    ])
    func aSecondDriverIsRefusedOrFencesTheFirst(strategy: Strategy, sink: SinkKind, code: EngineError.Code) throws {
        var stopped = 0
        for seed in 0..<60 as Range<UInt64> {
            let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
            run.interleaving = seed
            let ends = try run.twoDrivers(seed: seed)
            for end in [ends.first, ends.second] where end != .finished {
                #expect(end == .stopped(code), "seed \(seed)")
                stopped += 1
            }
            #expect(ends.first == .finished || ends.second == .finished, "seed \(seed)")
            let verdict = try run.verdict()
            #expect(verdict.lost == 0 && verdict.duplicates == 0, "seed \(seed)")
        }
        #expect(stopped > 0)
    }
}
