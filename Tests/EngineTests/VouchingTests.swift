// N7: a receiver's checkpoint, event log and group vouch for each other, so that what one has lost is not lost in silence.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("N7: what the event log has lost is missed")
struct VouchingTests {
    /// What can happen to a receiver's logs while nobody runs.
    enum Loss: CaseIterable {
        case emptied, zeroed, halved, removed, folderRemoved

        func strike(_ disk: SimulatedDisk) throws {
            let folders = self == .folderRemoved ? ["/run/wal/events", "/run/wal/blocks"] : ["/run/wal/events"]
            for path in try folders.filter(disk.exists).flatMap({ folder in
                try disk.list(folder).map { "\(folder)/\($0)" }
            }) {
                let bytes = try #require(disk.bytes(of: path))
                switch self {
                case .emptied: disk.setBytes([], of: path)
                case .zeroed: disk.setBytes(bytes.map { _ in 0 }, of: path)
                case .halved: disk.setBytes(Array(bytes.prefix(bytes.count / 2)), of: path)
                case .removed, .folderRemoved: try disk.remove(path)
                }
            }
        }
    }

    static let shape = LoadShape.small(records: 160, partitions: 2, block: 5, batch: 20)
    static let receivers = Strategy.allCases.filter(\.isReceiver)

    private func killed(_ strategy: Strategy, at crash: String, fidelity: Fidelity = .sound) throws -> SimulatedRun {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape, fidelity: fidelity)
        let armed = try #require(ArmedCrash(parsing: crash))
        #expect(try run.live(crash: armed))
        return run
    }

    private func error(_ body: () throws -> Void) -> EngineError? {
        do { try body() } catch { return error as? EngineError }
        return nil
    }

    @Test("killed in the middle of a batch: the checkpoint names the batch", arguments: receivers, Loss.allCases)
    func pending(strategy: Strategy, loss: Loss) throws {
        let run = try killed(strategy, at: "sink.write.after@30")
        try loss.strike(run.disk)
        // Who only looks changes nothing, so it comes first.
        let shown = error { _ = try SavedState.checkpoint(in: "/run", disk: run.disk) }
        let refused = try #require(error { try run.live() })
        #expect(refused.code == .unansweredCheckpoint && refused.location == "/run/wal/events")
        #expect(refused.message.hasPrefix("the checkpoint says that batch 8 is pending"), "\(refused)")
        // Again, as nothing is better the second time.
        #expect(error { try run.live() }?.code == .unansweredCheckpoint)
        #expect(shown == refused || (strategy != .receiverWal && shown != nil))
        #expect(try run.verdict().duplicates == 0)
    }

    @Test("killed between two batches: the checkpoint names the last one", arguments: receivers, Loss.allCases)
    func waiting(strategy: Strategy, loss: Loss) throws {
        let point = strategy == .receiver ? "receiver.event.sync.after@31" : "receiver.offsets.commit.after@31"
        let run = try killed(strategy, at: point)
        try loss.strike(run.disk)
        let refused = try #require(error { try run.live() })
        #expect(refused.code == .unansweredCheckpoint, "\(refused)")
        #expect(refused.message.hasPrefix("the checkpoint knows batches up to 7"), "\(refused)")
    }

    @Test("killed before the first checkpoint: the group has committed what a logged block holds")
    func committed() throws {
        for loss in Loss.allCases where loss != .folderRemoved {
            let run = try killed(.receiverWal, at: "receiver.offsets.commit.after@3")
            try loss.strike(run.disk)
            let offsets = run.broker.committedOffsets(of: [0, 1], group: "kbench")
            let shown = error {
                _ = try SavedState.checkpoint(in: "/run", disk: run.disk).positions(committed: offsets)
            }
            let refused = try #require(error { try run.live() }, "\(loss)")
            #expect(refused.code == .unansweredCommit && refused.location == "/run/wal/events")
            #expect(refused.message.hasPrefix("the group has committed offset "), "\(refused)")
            #expect(loss == .removed || shown?.code == .unansweredCommit, "\(loss)")
        }
    }

    @Test("newer checkpoints are gone, and the event log knows it")
    func olderCheckpoint() throws {
        let run = try killed(.receiverWal, at: "cleanup.event.sync.after@3")
        let names = try run.disk.list("/run/checkpoints")
        for name in names.dropFirst(2) { try run.disk.remove("/run/checkpoints/\(name)") }
        let refused = try #require(error { try run.live() })
        #expect(refused.code == .unansweredCheckpoint)
        #expect(
            refused.message
                == "the event log says that batches up to 3 are complete, and the checkpoint knows batches up to 1 only: "
                + "newer checkpoints are gone")
        // Without any it is a new beginning, for which the log alone speaks.
        for name in names.prefix(2) { try run.disk.remove("/run/checkpoints/\(name)") }
        try run.live()
        #expect(try run.verdict().lost == 0)
    }

    @Test("Spark believes what it finds, and loses it in silence", arguments: Loss.allCases)
    func spark(loss: Loss) throws {
        let run = try killed(.receiverWal, at: "sink.write.after@30", fidelity: .spark)
        try loss.strike(run.disk)
        try run.live()
        #expect(try run.verdict().lostSilently > 0)
    }

    @Test("exported positions go with no log, and are no reason to refuse")
    func seeded() throws {
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
        try StateSeed.write(
            Positions(latestBatch: 7, offsets: [0, 0]), as: .checkpoint(program: 1), in: "/run", overwrites: false,
            disk: run.disk)
        #expect(try SavedState.checkpoint(in: "/run", disk: run.disk).latestBatch == 7)
        try run.live()
        #expect(try run.verdict().lost == 0)
    }
}
