// Numbers of a capsule, which is valid JSON and may say anything: each is held against its range before anything runs.
import Compression
import Judgement
import Engine
import Simulation
import Testing
import World

@testable import Exploration

@Suite struct CapsuleNumberTests {
    struct Change: Sendable, CustomTestStringConvertible {
        var name: String
        var message: String
        var change: @Sendable (inout Schedule) -> Void

        var testDescription: String { "S3: \(name)" }
    }

    private static func shape(
        _ key: String, _ value: Int, _ range: String, _ path: @escaping @Sendable (inout LoadShape, Int) -> Void
    ) -> Change {
        Change(name: "\(key) \(value)", message: "schedule.shape.\(key): \(value) is not within \(range)") {
            path(&$0.shape, value)
        }
    }

    private static func arrivals(_ value: Int) -> Change {
        Change(
            name: "arrivals \(value)", message: "schedule.lives[0].arrivals: \(value) is not within 0 to 100000"
        ) { $0.lives = [.init(crash: nil, arrivals: value)] }
    }

    static let changes: [Change] =
        [-1, .max].map(arrivals)
        + [0, -1, 1_000_000_000].map { shape("partitions", $0, "1 to 1000") { $0.partitions = $1 } }
        + [-1, 1_000_000_000].map { shape("records", $0, "1 to 100000") { $0.records = $1 } }
        + [0, 1_000_000_000, .max].map { shape("chunkRecords", $0, "1 to 1000000") { $0.chunkRecords = $1 } }
        + [
            shape("checkpointLagTasks", .max, "0 to 1000000") { $0.checkpointLagTasks = $1 },
            shape("blockRecords", 0, "1 to 1000000") { $0.blockRecords = $1 },
            shape("batchRecords", .max, "1 to 1000000") { $0.batchRecords = $1 },
            shape("groupCommitBlocks", 0, "1 to 10000") { $0.groupCommitBlocks = $1 },
            shape("autoCommitBlocks", 0, "1 to 1000000") { $0.autoCommitBlocks = $1 },
            Change(name: "a segment of 0 bytes", message: "schedule.walSegmentBytes: 0 is not within") {
                $0.walSegmentBytes = 0
            },
            Change(name: "records of all lives together", message: "schedule.lives[1]: the records up to there: ") {
                $0.lives = [.init(crash: nil, arrivals: 60_000), .init(crash: nil, arrivals: 60_000)]
            },
            Change(name: "an occurrence at the end of the numbers", message: "schedule.lives[0].crash: its occurrence")
            {
                $0.lives = [.init(crash: ArmedCrash(CrashPoint(.taskRead, .before), at: .max))]
            },
            Change(name: "a fault that lasts for ever", message: "schedule.lives[0].faults: sync-slow-at-1-for-") {
                $0.lives = [.init(crash: nil, faults: [.syncIsSlow(at: 1, milliseconds: .max)])]
            },
        ]

    @Test(arguments: changes)
    func aNumberThatNoScheduleHasIsRefused(_ change: Change) throws {
        var capsule = Capsule(of: SwarmSchedule.draw(seed: 1), version: "test")
        change.change(&capsule.schedule)
        let bytes = try capsule.encoded()
        let error = #expect(throws: ExplorationError.self) { try Capsule(decoding: bytes, from: "a file") }
        #expect(error?.message.hasPrefix("the capsule cannot be run: \(change.message)") == true, "\(error as Any)")
        #expect(error?.code == .noCapsule)
    }

    @Test("S3: every schedule that kbench draws is within the ranges", arguments: 1...200 as ClosedRange<UInt64>)
    func whatIsDrawnIsWithin(seed: UInt64) throws { try SwarmSchedule.draw(seed: seed).checkNumbers() }

    @Test("S3: a key that is missing is named in words that are no Swift") func aMissingKeyIsNamed() throws {
        let text = Array("{\"format\":1,\"version\":\"x\",\"schedule\":{}}".utf8)
        let error = #expect(throws: ExplorationError.self) {
            try Capsule(decoding: Zstandard.compress(text), from: "a file")
        }
        #expect(error?.message == "the capsule cannot be read: 'schedule.strategy' is missing", "\(error as Any)")
    }
}
