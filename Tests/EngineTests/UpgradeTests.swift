// Another version of the program, and checkpoints that cannot be read: refused, never ignored; and the way on.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Upgrade and get-or-create")
struct UpgradeTests {
    private static let shape = LoadShape.small(records: 24, partitions: 3, block: 2, batch: 6)

    @Test("a checkpoint names its format and its program, and reads back as it was written")
    func text() throws {
        var checkpoint = Checkpoint()
        checkpoint.program = 3
        checkpoint.latest = 7
        checkpoint.pending = [7]
        checkpoint.ranges = [(7, OffsetRange(partition: 0, from: 1500, until: 1750))]
        checkpoint.next = [1750, 4]
        #expect(
            checkpoint.lines == [
                "kbench-checkpoint 2", "program 3", "latest 7", "pending 7", "range 7 0 1500 1750", "next 0 1750",
                "next 1 4",
            ])
        let read = try Checkpoint(lines: checkpoint.lines, path: "c")
        #expect(read == checkpoint && read.program == 3 && read.format == 2)
        let old = try Checkpoint(lines: ["kbench-checkpoint 1", "latest 7", "next 0 4"], path: "c")
        #expect(old.format == 1 && old.latest == 7 && old.next == [4])
    }

    static let unreadable: [(lines: [String], code: EngineError.Code)] = [
        (["kbench-checkpoint 3", "latest 1"], .unknownCheckpointFormat), (["kbench-checkpoint 0"], .damagedCheckpoint),
        (["kbench-checkpoint x"], .damagedCheckpoint), ([], .damagedCheckpoint),
        (["kbench-checkpoint 1", "program 1"], .damagedCheckpoint),
        (["kbench-checkpoint 2", "program"], .damagedCheckpoint),
    ]

    @Test("lines that are none of any known format are refused", arguments: unreadable)
    func unknownLines(lines: [String], code: EngineError.Code) {
        let error = #expect(throws: EngineError.self) { try Checkpoint(lines: lines, path: "c") }
        #expect(error?.code == code)
    }

    @Test(
        "another version refuses the checkpoint, names both, and touches nothing; the own version goes on",
        arguments: [Strategy.direct, .receiver, .receiverReliable, .receiverWal])
    func refusal(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 5))
        var upgraded = run.configuration
        upgraded.programVersion = 2
        // The lock on the folder names its newest driver.
        func files() -> [String] { run.disk.paths.filter { !$0.contains("driver") } }
        let before = files().map { ($0, run.disk.bytes(of: $0)) }
        let error = #expect(throws: EngineError.self) { try run.live(as: upgraded) }
        #expect(error?.code == .incompatibleCheckpoint)
        #expect(error?.message.contains("program version 1; this is program version 2") == true)
        #expect(files() == before.map(\.0))
        for (path, bytes) in before { #expect(run.disk.bytes(of: path) == bytes, "\(path)") }
        try run.live()
        #expect(try run.verdict().lost == 0 || strategy != .receiverWal)
    }

    @Test("a checkpoint of the older format is refused by the engine, and its positions can be exported")
    func olderFormat() throws {
        let run = SimulatedRun(strategy: .direct, sink: .append, shape: Self.shape)
        try AtomicFile.write(
            ["kbench-checkpoint 1", "latest 2", "next 0 4", "next 1 4", "next 2 4"],
            to: "/run/checkpoints/checkpoint-0000000001", disk: run.disk)
        let error = #expect(throws: EngineError.self) { try run.live() }
        #expect(error?.code == .incompatibleCheckpoint)
        #expect(error?.message.contains("checkpoint of format 1") == true)
        let state = try SavedState.checkpoint(in: "/run", disk: run.disk)
        #expect(try state.positions() == Positions(latestBatch: 2, offsets: [4, 4, 4]))
    }

    @Test(
        "from exported positions version 2 loses nothing and repeats E, wherever version 1 was killed",
        arguments: [Strategy.direct, .directLogFirst, .receiverWal])
    func exported(strategy: Strategy) throws {
        for sink in SinkKind.allCases {
            let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: Self.shape)
            let kills = try Kills(of: SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape))
            var verdicts: [Int: Verdict] = [:]
            for point in CrashPoint.all where point.isDeath {
                for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                    let crash = ArmedCrash(point, at: occurrence + 1)
                    func name() -> Comment { "\(strategy.rawValue)/\(sink.rawValue) \(crash)" }
                    let place = try #require(kills.places[crash], name())
                    let verdict = try verdicts[place] ?? Self.exported(strategy, kills.worlds[place])
                    verdicts[place] = verdict
                    let expected = try #require(
                        ExpectedOutcome(strategy: strategy, sink: sink, crash: crash, shape: Self.shape))
                    #expect(verdict.lost == 0 && verdict.corrupted == 0, name())
                    // The batches have new numbers, so a sink keyed by them cannot tell.
                    #expect(
                        verdict.duplicates == (sink.showsEveryWrite || sink == .batchKeyed ? expected.E : 0), name())
                }
            }
        }
    }

    /// What version 2 comes to with the positions that version 1, which was killed, has left.
    private static func exported(_ strategy: Strategy, _ run: SimulatedRun) throws -> Verdict {
        var upgraded = run.configuration
        upgraded.programVersion = 2
        upgraded.directory = "/run-2"
        upgraded.outputDirectory = "/run"
        upgraded.group = "kbench-2"
        if let state = try savedState(strategy, run) {
            let committed = run.broker.committedOffsets(of: [0, 1, 2], group: "kbench")
            let positions = try state.positions(committed: committed)
            // Through the file that a person would carry.
            try positions.write(to: "/positions", disk: run.disk)
            let carried = try Positions(path: "/positions", disk: run.disk)
            #expect(carried.lines == positions.lines)
            // A receiver that has nothing committed for some partition has no place in a checkpoint for it, and needs
            // none: its group says where it goes on.
            if !strategy.isReceiver || !(carried.offsets + [carried.offsets.last ?? nil]).contains(nil) {
                try StateSeed.write(
                    carried, as: strategy == .directLogFirst ? .offsetLog : .checkpoint(program: 2), in: "/run-2",
                    overwrites: false, disk: run.disk)
            }
            try run.broker.commit(
                carried.offsets.enumerated().compactMap { index, offset in offset.map { (Partition(index), $0) } },
                group: "kbench-2")
        }
        try run.live(as: upgraded)
        return try run.verdict()
    }

    /// The state to export; nil when version 1 died before it had any, so that there is nothing to take along.
    private static func savedState(_ strategy: Strategy, _ run: SimulatedRun) throws -> SavedState? {
        do {
            return strategy == .directLogFirst
                ? try SavedState.offsetLog(in: "/run", disk: run.disk)
                : try SavedState.checkpoint(in: "/run", disk: run.disk)
        } catch let error as EngineError where error.code == .noSavedState {
            return nil
        }
    }

    @Test("looking at a state changes nothing in it", arguments: [Strategy.direct, .directLogFirst, .receiverWal])
    func lookingChangesNothing(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        let torn: Effect =
            switch strategy {
            case .receiverWal: .receiverEventAppend
            case .direct: .completionCheckpointWrite
            default: .batchLogWrite
            }
        try run.live(crash: ArmedCrash(CrashPoint(torn, .torn), at: 3))
        let before = run.disk.paths.map { ($0, run.disk.bytes(of: $0)) }
        _ = try Self.savedState(strategy, run)
        #expect(run.disk.paths == before.map(\.0))
        for (path, bytes) in before { #expect(run.disk.bytes(of: path) == bytes, "\(path)") }
    }

    @Test("a receiver without a log has blocks that nobody can name")
    func receiverWithoutLog() throws {
        let run = SimulatedRun(strategy: .receiverReliable, sink: .append, shape: Self.shape)
        try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 5))
        let error = #expect(throws: EngineError.self) { try SavedState.checkpoint(in: "/run", disk: run.disk) }
        #expect(error?.code == .noSavedState)
    }

    @Test("a state folder that is in use is not written; with force it is superseded, but a receiver's log never")
    func seedRefuses() throws {
        let positions = Positions(latestBatch: 4, offsets: [4, 4, 4])
        for (strategy, kind) in [
            (Strategy.direct, StateSeed.Kind.checkpoint(program: 1)), (.directLogFirst, .offsetLog),
        ] {
            let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
            try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 8))
            let write = { force in
                try StateSeed.write(positions, as: kind, in: "/run", overwrites: force, disk: run.disk)
            }
            let error = #expect(throws: EngineError.self) { try write(false) }
            #expect(error?.code == .stateExists)
            try write(true)
            let state = try #require(try Self.savedState(strategy, run))
            #expect(state.pending.isEmpty && state.next == [4, 4, 4])
        }
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        try run.live(crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 5))
        let error = #expect(throws: EngineError.self) {
            try StateSeed.write(
                positions, as: .checkpoint(program: 1), in: "/run", overwrites: true, disk: run.disk)
        }
        #expect(error?.code == .stateExists)
    }

    @Test("a state cannot begin where a partition has no position")
    func seedNeedsEveryPartition() {
        for offsets: [Offset?] in [[], [1, nil]] {
            let error = #expect(throws: EngineError.self) {
                try StateSeed.write(
                    Positions(offsets: offsets), as: .offsetLog, in: "/new", overwrites: false, disk: SimulatedDisk())
            }
            #expect(error?.code == .noSavedState)
        }
    }

    @Test(
        "get or create: damaged checkpoints are stepped over and counted; none readable is an error, none at all a start"
    )
    func getOrCreate() throws {
        for damaged in 0...9 {
            let run = SimulatedRun(strategy: .direct, sink: .append, shape: Self.shape)
            try run.live(crash: ArmedCrash(CrashPoint(.engineIdle, .before), at: 1))
            let files = run.disk.paths.filter { $0.hasPrefix("/run/checkpoints/") }
            #expect(files.count == 8)
            for path in files.suffix(damaged) {
                var bytes = try #require(run.disk.bytes(of: path))
                bytes[bytes.count / 2] ^= 1
                run.disk.setBytes(bytes, of: path)
            }
            guard damaged < files.count else {
                let error = #expect(throws: EngineError.self) { try run.live() }
                #expect(error?.code == .damagedCheckpoint)
                continue
            }
            try run.live()
            #expect(run.counters[.damagedCheckpoints] == UInt64(damaged))
            let verdict = try run.verdict()
            // Four batches of six, each with a generation checkpoint and then one of its completion.
            #expect(verdict.duplicates == (damaged + 1) / 2 * 6 && verdict.lost == 0, "\(damaged) damaged")
        }
    }
}
