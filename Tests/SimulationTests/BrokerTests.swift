// The simulated broker, sentence by sentence of its fault model.
import Ingestion
import Judgement
import Engine
import Testing
import World

@testable import Simulation

@Suite struct BrokerTests {
    private let broker = SimulatedBroker(topic: "t", partitions: 2)

    /// The offsets that a reader of committed records gets of partition 0, and where it stands then.
    private func read(from offset: Offset = 0, until: Offset = 100) throws -> (offsets: [Offset], position: Offset) {
        let block = Block()
        let reader = broker.openReader(at: [(0, offset)])
        let (_, position) = try reader.fetch(0, until: until, limit: 1_000, into: block, timeout: .zero)
        return (block.offsetRanges.flatMap { Array($0.from..<$0.until) }, position)
    }

    private func code(_ body: () throws -> Void) -> BrokerError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? BrokerError)?.code
        }
    }

    @Test func theOldestOpenTransactionHoldsTheLastStableOffset() throws {
        broker.produce(to: 0, value: [1])
        let one = broker.openProducer("one")
        let other = broker.openProducer("other")
        try one.begin()
        try other.begin()
        #expect(try one.send(to: 0, value: [2]) == 1)
        #expect(try other.send(to: 0, value: [3]) == 2)
        broker.produce(to: 0, value: [4])
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 0, high: 1))
        #expect(try read() == ([0], 1))
        try other.commit()
        #expect(try read() == ([0], 1))
        #expect(broker.ends == [5, 0], "the marker takes an offset")
        try one.commit()
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 0, high: 6))
        #expect(try read() == ([0, 1, 2, 3], 6))
    }

    @Test func noReaderSeesAbortedRecordsAndItsPositionPassesThem() throws {
        let producer = broker.openProducer("p")
        try producer.begin()
        for value in 0..<3 as Range<UInt8> { try producer.send(to: 0, value: [value]) }
        try producer.abort()
        broker.produce(to: 0, value: [9])
        #expect(try read() == ([4], 5))
        #expect(try read(until: 2) == ([], 2))
        #expect(try read(until: 3) == ([], 3))
    }

    @Test func aMarkerGoesToEachPartitionWrittenToAndToNoOther() throws {
        let producer = broker.openProducer("p")
        try producer.begin()
        try producer.send(to: 1, value: [1])
        try producer.commit()
        #expect(broker.ends == [0, 2])
        try producer.begin()
        try producer.commit()
        #expect(broker.ends == [0, 2], "an empty transaction leaves nothing")
    }

    @Test func whoRegistersLaterAbortsAndFencesTheOneBefore() throws {
        let zombie = broker.openProducer("p")
        try zombie.begin()
        try zombie.send(to: 0, value: [1])
        let new = broker.openProducer("p")
        #expect(new.epoch == zombie.epoch + 2, "one epoch fences the zombie, the next is its own")
        #expect(try read() == ([], 2), "its record is aborted, behind it lies the marker")
        for call in [
            { try zombie.send(to: 0, value: [2]) }, { try zombie.commit() }, { try zombie.abort() },
            { try zombie.begin() },
        ] as [() throws -> Void] {
            #expect(code(call) == .fenced)
        }
        try new.begin()
        try new.send(to: 0, value: [3])
        try new.commit()
        #expect(try read() == ([2], 4))
        #expect(broker.openProducer("another").epoch == 0)
    }

    @Test func callsOutOfOrderAreRefused() throws {
        let producer = broker.openProducer("p")
        #expect(code { try producer.send(to: 0, value: [1]) } == .failed)
        #expect(code { try producer.commit() } == .failed)
        try producer.begin()
        #expect(code { try producer.begin() } == .failed)
    }

    @Test func compactionKeepsTheNewestOfEachKeyAndWhatHasNone() throws {
        for key in [1, 2, nil, 1, 3, 2] as [UInt8?] { broker.produce(to: 0, key: key.map { [$0] }, value: [0]) }
        let producer = broker.openProducer("p")
        try producer.begin()
        try producer.send(to: 0, key: [3], value: [0])
        broker.compact(0)
        try producer.commit()
        #expect(try read() == ([2, 3, 4, 5, 6], 8), "what is not stable yet compacts nothing")
        broker.compact(0)
        #expect(try read() == ([2, 3, 5, 6], 8))
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 0, high: 8))
        #expect(try read(until: 2) == ([], 2))
    }

    @Test func whatRetentionTookIsOutOfRange() throws {
        for _ in 0..<4 { broker.produce(to: 0, value: [0]) }
        broker.evict(below: 3, of: 0)
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 3, high: 4))
        #expect(code { _ = try read(from: 2) } == .offsetOutOfRange)
        #expect(try read(from: 3) == ([3], 4))
    }

    @Test func aCleanElectionCostsAReaderOneFetch() throws {
        for _ in 0..<3 { broker.produce(to: 0, value: [0]) }
        let reader = broker.openReader(at: [(0, 0)])
        let block = Block()
        #expect(try reader.fetch(0, until: 9, limit: 1, into: block, timeout: .zero) == (1, 1))
        broker.elect(0)
        #expect(broker.leaderEpoch(of: 0) == 1 && broker.leaderEpoch(of: 1) == 0)
        #expect(try reader.fetch(0, until: 9, limit: 9, into: block, timeout: .zero) == (0, 1))
        #expect(try reader.fetch(0, until: 9, limit: 9, into: block, timeout: .zero) == (2, 3))
        #expect(broker.ends[0] == 3)
    }

    @Test func anUncleanElectionCutsTheLog() throws {
        for _ in 0..<5 { broker.produce(to: 0, value: [0]) }
        broker.elect(0, losing: 2)
        #expect(broker.ends[0] == 3)
        #expect(code { _ = try read(from: 4) } == .offsetOutOfRange)
        broker.produce(to: 0, value: [7])
        broker.produce(to: 0, value: [8])
        #expect(try read(from: 4) == ([4], 5), "epochs are not compared, so this is not noticed")
        broker.elect(0, losing: 99)
        #expect(broker.ends[0] == 0)
    }

    @Test func aCutOpenTransactionIsGone() throws {
        let producer = broker.openProducer("p")
        try producer.begin()
        try producer.send(to: 0, value: [0])
        broker.elect(0, losing: 1)
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 0, high: 0))
    }

    @Test func theEndOfAProcessEndsARebalanceThatWaitedForIt() throws {
        let settings = GroupSettings(group: "g", sessionTimeoutMilliseconds: 6_000, heartbeatMilliseconds: 1_000)
        let old = broker.openGroupReader(settings)
        _ = try old.poll(timeout: .zero)
        // The second waits until the first has given its partitions back, which it never does.
        _ = broker.openGroupReader(settings)
        broker.members.endSessions()
        let new = broker.openGroupReader(settings)
        #expect(try new.poll(timeout: .zero) == .assigned([0, 1]))
        try old.giveUp()
        #expect(try new.poll(timeout: .zero) == .revoked, "it comes back as a new member, and is let in")
        #expect(code { try old.commit([(0, 1)]) } == .fenced)
    }

    @Test(arguments: Strategy.allCases.filter(\.promisesNoLoss)) func anEngineReadsWhatTransactionsLeave(
        strategy: Strategy
    ) throws {
        let shape = LoadShape(
            records: 12, partitions: 2, blockRecords: 3, batchRecords: 6, groupCommitBlocks: 1, checkpointLagTasks: 0,
            chunkRecords: 4)
        let run = SimulatedRun(strategy: strategy, sink: .transactional, shape: shape)
        let producer = run.broker.openProducer("p")
        try producer.begin()
        for partition in 0..<2 as Range<Partition> { try producer.send(to: partition, value: [0]) }
        try producer.abort()
        run.configuration.ends = run.broker.ends
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 12 && verdict.corrupted == 0 && verdict.lost == 0)
    }
}
