// A job's state: its file, what a restart makes of a damaged one, and which are kept.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("The state of a job")
struct JobStateTests {
    private static let lines: [String?] = ["to be", "or not", nil, "to be \u{301}x", "that", "is"]
    static let lossless = Strategy.allCases.filter(\.promisesNoLoss)

    private static func run(_ strategy: Strategy, _ job: Job = .wordCount, block: Int = 2) -> TextRun {
        TextRun(lines, partitions: 2, strategy: strategy, job: job, block: block, batch: 2)
    }

    @Test("is a file that a person can read")
    func file() throws {
        let run = Self.run(.directLogFirst)
        try run.live()
        let newest = try #require(run.states.last)
        let text = String(decoding: run.disk.bytes(of: newest) ?? [], as: UTF8.self)
        #expect(
            text == """
                kbench-state 1
                job word-count
                batch 3
                next 0 3 3
                next 1 3 3
                word 2 be
                word 1 is
                word 1 not
                word 1 or
                word 1 that
                word 2 to
                word 1 \u{301}x
                crc32c \(text.suffix(9))
                """)
    }

    @Test("of the checksum sum is a count and a sum")
    func checksumSum() throws {
        let run = Self.run(.directLogFirst, .checksumSum)
        try run.live()
        let state = try #require(try run.state())
        var sum: UInt64 = 0
        for line in Self.lines.compactMap({ $0 }) {
            sum &+= UInt64(Array(line.utf8).withUnsafeBytes { Self.crc32c($0) })
        }
        #expect(state.sum == sum && state.records == [3, 3])
    }

    /// CRC-32C bit by bit, from its definition.
    private static func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82f6_3b78 : crc >> 1 }
        }
        return ~crc
    }

    @Test("is read back as it was written", arguments: [Job.wordCount, .checksumSum])
    func roundTrip(job: Job) throws {
        let run = Self.run(.direct, job)
        try run.live()
        let state = try #require(try run.state())
        #expect(try JobState(lines: state.lines, path: "") == state)
    }

    @Test(
        "is refused when it is not one this kbench writes",
        arguments: [
            ([""], EngineError.Code.incompatibleState), (["kbench-state 2"], .incompatibleState),
            (["kbench-state 1"], .damagedState), (["kbench-state 1", "job dance"], .damagedState),
            (["kbench-state 1", "job word-count", "word x y"], .damagedState),
            (["kbench-state 1", "job word-count", "word 1"], .damagedState),
            (["kbench-state 1", "job word-count", "next 1 0 0"], .damagedState),
            (["kbench-state 1", "job word-count", "next 0 -1 0"], .damagedState),
            (["kbench-state 1", "job word-count", "else 1"], .damagedState),
        ])
    func refused(lines: [String], code: EngineError.Code) {
        let error = #expect(throws: EngineError.self) { try JobState(lines: lines, path: "there") }
        #expect(error?.code == code && error?.location == "there")
    }

    @Test("of another job is refused")
    func otherJob() throws {
        let run = Self.run(.direct)
        try run.live()
        run.configuration.job = .checksumSum
        let error = #expect(throws: EngineError.self) { try run.live() }
        #expect(error?.code == .incompatibleState)
    }

    @Test("damaged falls back to the one before, and every record is still counted once", arguments: lossless)
    func fallback(strategy: Strategy) throws {
        let whole = Self.run(strategy)
        try whole.live()
        // The second batch is complete when the third is planned: nothing but the state's own offsets brings it back.
        let run = Self.run(strategy)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchSubmit, .before), at: 3)))
        let newest = try #require(run.states.last)
        var bytes = try #require(run.disk.bytes(of: newest))
        bytes[bytes.count / 2] ^= 1
        run.disk.setBytes(bytes, of: newest)
        try run.live()
        #expect(try run.state()?.digest == whole.state()?.digest)
        #expect(try run.state()?.records == [3, 3])
    }

    @Test("that was fallen back to stays exact when the engine dies again, wherever", arguments: lossless)
    func crashAfterFallback(strategy: Strategy) throws {
        let lines = (0..<24).map { "line \($0)" }
        func run() -> TextRun { TextRun(lines, partitions: 2, strategy: strategy, job: .wordCount, block: 2, batch: 4) }
        let whole = run()
        try whole.live()
        for first in [CrashPoint(.batchSubmit, .before), CrashPoint(.sinkWrite, .after)] {
            for point in CrashPoint.all
            where point.isDeath && CrashPointGuide.strategies(of: point.effect).contains(strategy) {
                for occurrence in 1...2 {
                    let run = run()
                    // Well into the load, so that the strategy remembers much that the older state does not.
                    #expect(try run.live(crash: ArmedCrash(first, at: first.effect == .sinkWrite ? 9 : 5)))
                    let newest = try #require(run.states.last)
                    run.disk.setBytes([1, 2, 3], of: newest)
                    try run.live(crash: ArmedCrash(point, at: occurrence))
                    try run.live()
                    let place: Comment = "\(strategy.rawValue) \(first), then \(point)@\(occurrence)"
                    #expect(try run.state()?.records == [12, 12], place)
                    #expect(try run.state()?.digest == whole.state()?.digest, place)
                }
            }
        }
    }

    @Test("is not made up when none can be read")
    func allDamaged() throws {
        let run = Self.run(.direct)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchSubmit, .before), at: 3)))
        for state in run.states { run.disk.setBytes([1, 2, 3], of: state) }
        let error = #expect(throws: EngineError.self) { try run.live() }
        #expect(error?.code == .damagedState)
    }

    @Test("is kept in its newest files only", arguments: lossless)
    func kept(strategy: Strategy) throws {
        let lines = (0..<60).map { "w\($0)" }
        let run = TextRun(lines, partitions: 2, strategy: strategy, job: .wordCount, block: 2, batch: 2)
        try run.live()
        #expect(run.states.count == StateStore.kept)
        #expect(run.states.last == "/run/job/state-0000000030")
    }

    @Test(
        "is durable before its batch is complete",
        arguments: lossless.filter { $0 != .directTransactional })
    func order(strategy: Strategy) throws {
        let run = SimulatedRun(
            strategy: strategy, sink: .append, shape: .small(records: 12, partitions: 2, block: 2, batch: 4),
            job: .wordCount)
        let trace = try run.trace()
        let written = trace.indices.filter { trace[$0] == CrashPoint(.stateRename, .after) }
        let complete = trace.indices.filter {
            [.batchCompleteWrite, .completionCheckpointWrite, .batchOffsetsCommit].contains(trace[$0].effect)
                && trace[$0].moment == .before
        }
        #expect(written.count == 3 && complete.count >= 2)
        #expect(zip(written, complete).allSatisfy { $0 < $1 })
    }
}
