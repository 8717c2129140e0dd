// Offsets in files: what is kept, how it reads, what damage does; and a receiver on any store, crashed anywhere.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Offset stores")
struct OffsetStoreTests {
    @Test("a file keeps what was committed, group by group, and a person can read it")
    func file() throws {
        let disk = SimulatedDisk()
        let store = FileOffsetStore(directory: "/offsets", topic: "orders", disk: disk)
        #expect(try store.committedOffsets(of: [0, 1], group: "a/b") == [nil, nil])
        try store.commit([(1, 1750)], group: "a/b")
        try store.commit([(0, 3)], group: "other")
        try store.commit([(3, 0)], group: "a/b")
        #expect(try store.committedOffsets(of: [3, 2, 1, 0, 9], group: "a/b") == [0, nil, 1750, nil, nil])
        #expect(disk.paths == ["/offsets/a%2fb.offsets", "/offsets/other.offsets"])
        let text = String(decoding: try #require(disk.bytes(of: "/offsets/a%2fb.offsets")), as: UTF8.self)
        #expect(
            text.split(separator: "\n").dropLast() == [
                "kbench-positions 1", "topic orders", "group a/b", "next 1 1750", "next 3 0",
            ])
    }

    @Test("a file with any bit changed, or cut anywhere, is refused and never taken for no offsets")
    func damage() throws {
        let disk = SimulatedDisk()
        let store = FileOffsetStore(directory: "/o", topic: "t", disk: disk)
        try store.commit([(0, 17), (1, 4)], group: "g")
        let whole = try #require(disk.bytes(of: "/o/g.offsets"))
        var damaged = whole.indices.map { Array(whole[..<$0]) }
        for index in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[index] ^= 1 << UInt8(bit)
                damaged.append(bytes)
            }
        }
        for bytes in damaged {
            disk.setBytes(bytes, of: "/o/g.offsets")
            let error = #expect(throws: OffsetStoreError.self) { try store.committedOffsets(of: [0], group: "g") }
            #expect(error?.code == .damaged)
        }
    }

    @Test("a file of another group or topic is refused; an exported one, which names neither, is taken")
    func foreignFile() throws {
        let disk = SimulatedDisk()
        try Positions(topic: "t", group: "other", offsets: [1]).write(to: "/o/g.offsets", disk: disk)
        let store = FileOffsetStore(directory: "/o", topic: "t", disk: disk)
        #expect(throws: OffsetStoreError.self) { try store.committedOffsets(of: [0], group: "g") }
        try Positions(topic: "other", offsets: [1]).write(to: "/o/g.offsets", disk: disk)
        #expect(throws: OffsetStoreError.self) { try store.commit([(0, 1)], group: "g") }
        try Positions(latestBatch: 7, offsets: [1]).write(to: "/o/g.offsets", disk: disk)
        #expect(try store.committedOffsets(of: [0], group: "g") == [1])
        try store.commit([(1, 2)], group: "g")
        #expect(
            try Positions(path: "/o/g.offsets", disk: disk)
                == Positions(topic: "t", group: "g", latestBatch: 7, offsets: [1, 2]))
    }

    static let mistakes = [
        "", "kbench-positions 2", "kbench-checkpoint 2", "kbench-positions 1\nnext 0", "kbench-positions 1\nnext 0 -1",
        "kbench-positions 1\nnext 1 5\nnext 0 5", "kbench-positions 1\nnext 0 5\nnext 0 6",
        "kbench-positions 1\nnext 1000000 1", "kbench-positions 1\nlatest -1", "kbench-positions 1\nwhatever 1",
    ]

    @Test("a file with a sound checksum and lines that kbench does not write is refused", arguments: mistakes)
    func nonsense(text: String) throws {
        let disk = SimulatedDisk()
        try AtomicFile.write(text.split(separator: "\n").map(String.init), to: "/o/p", disk: disk)
        let error = #expect(throws: OffsetStoreError.self) { try Positions(path: "/o/p", disk: disk) }
        #expect(error?.code == .damaged)
    }

    @Test(
        "a strategy that commits offsets comes to the same with a file as with Kafka, wherever it crashes",
        arguments: [Strategy.receiver, .receiverReliable, .receiverWal, .directCommit])
    func fileStoreEverywhere(strategy: Strategy) throws {
        let shape = LoadShape.small(records: 16, partitions: 3, block: 2, batch: 6)
        let schedule = CrashSchedule(strategy: strategy, sink: .append, shape: shape)
        for point in CrashPoint.all where point.isDeath {
            guard let occurrences = schedule.occurrences(of: point), occurrences > 0 else { continue }
            for occurrence in 1...occurrences {
                let crash = ArmedCrash(point, at: occurrence)
                let run = SimulatedRun(strategy: strategy, sink: .append, shape: shape)
                let store = { FileOffsetStore(directory: "/offsets", topic: "t", disk: run.disk) }
                try run.live(crash: crash, offsets: store())
                try run.live(offsets: store())
                let verdict = try run.verdict()
                let expected = try #require(
                    ExpectedOutcome(strategy: strategy, sink: .append, crash: crash, shape: shape))
                #expect(verdict.duplicates == expected.duplicates, "\(strategy.rawValue) \(crash)")
                #expect(verdict.lost == expected.lost, "\(strategy.rawValue) \(crash)")
                // Nobody has asked the broker.
                #expect(run.broker.committedOffsets(of: [0, 1, 2], group: "kbench") == [nil, nil, nil])
            }
        }
    }

    /// A store that commits one partition after the other, and is down from a certain write on.
    private final class FailingStore: OffsetStore {
        private var offsets: [Partition: Offset] = [:]
        var writesLeft: Int?

        func committedOffsets(of partitions: [Partition], group: String) -> [Offset?] {
            partitions.map { offsets[$0] }
        }

        func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
            for (partition, next) in offsets {
                if let left = writesLeft {
                    guard left > 0 else { throw OffsetStoreError(.unreachable, "down", location: "store") }
                    writesLeft = left - 1
                }
                self.offsets[partition] = next
            }
        }
    }

    @Test("a store that goes down at any of its writes loses nothing, and repeats what was announced and not committed")
    func storeDown() throws {
        let shape = LoadShape.small(records: 16, partitions: 3, block: 4, batch: 8)
        // A commit writes the partitions that its block has records of, one after the other.
        let writes = LoadCuts(shape).blocks(4, from: [0, 0, 0]).flatMap { block in
            let shares = block.records.map(\.count)
            return shares.indices.filter { shares[$0] > 0 }.map { shares[$0...].reduce(0, +) }
        }
        #expect(writes.count > 9)
        for (write, uncommitted) in writes.enumerated() {
            let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape)
            let store = FailingStore()
            store.writesLeft = write
            let error = #expect(throws: OffsetStoreError.self) { try run.live(offsets: store) }
            #expect(error?.code == .unreachable)
            store.writesLeft = nil
            try run.live(offsets: store)
            let verdict = try run.verdict()
            #expect(verdict.lost == 0, "down at write \(write)")
            #expect(verdict.duplicates == Int(uncommitted), "down at write \(write)")
            #expect(verdict.ingestDuplicates == Int(uncommitted), "down at write \(write)")
        }
    }
}
