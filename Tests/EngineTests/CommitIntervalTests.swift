// Commits by time: a group's offsets wait for the timer, and whatever waits is read again after a crash.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Receivers that commit by time")
struct CommitIntervalTests {
    static let shape = LoadShape.small(records: 60, partitions: 3, block: 5, batch: 20, autoCommit: 1)

    /// The clock of this world stands still while there is work, so the interval is never over within a life.
    private func killed(_ strategy: Strategy, at crash: String) throws -> SimulatedRun {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        run.configuration.commitIntervalMilliseconds = 100
        let armed = try #require(ArmedCrash(parsing: crash))
        #expect(try run.live(crash: armed))
        return run
    }

    @Test("nothing is committed before its time, so all that came out, or is logged, comes again")
    func beforeItsTime() throws {
        for (strategy, crash, duplicates) in [
            (Strategy.receiverWal, "receiver.event.sync.after@7", 35), (.receiverWal, "sink.write.before@5", 40),
            (.receiverReliable, "receiver.event.sync.after@7", 20), (.receiver, "receiver.event.sync.after@7", 20),
            (.receiver, "sink.write.after@6", 30),
        ] {
            let run = try killed(strategy, at: crash)
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.duplicates == duplicates && verdict.lost == 0, "\(strategy) \(crash): \(verdict)")
        }
    }

    @Test("when nothing more comes, what waits is committed", arguments: [Strategy.receiverReliable, .receiverWal])
    func atTheEnd(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        run.configuration.commitIntervalMilliseconds = 100
        try run.live()
        #expect(run.broker.committedOffsets(of: [0, 1, 2], group: "kbench") == [20, 20, 20])
        try run.live()
        #expect(try run.verdict().duplicates == 0)
    }

    @Test("once the time is over, it is committed", arguments: [Strategy.receiver, .receiverReliable, .receiverWal])
    func inTime(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        run.configuration.commitIntervalMilliseconds = 1
        run.configuration.cuts = .time(block: 1_000_000, batch: 5_000_000)
        let point = CrashPoint(strategy == .receiver ? .receiverAutoCommit : .receiverOffsetsCommit, .after)
        var commits = 0
        try run.trace { if $0 == point { commits += 1 } }
        #expect(commits > 0)
        #expect(try run.verdict().lost == 0)
    }
}
