// A broker's script in the simulated world: which faults it comes to, and that they strike.
import BrokerScript
import Testing

@testable import Simulation

@Suite("A script in the simulated world") struct ScriptFaultTests {
    private static func faults(_ lines: [String], seed: UInt64 = 1) throws -> (faults: [Fault], without: [Int]) {
        Fault.faults(of: Script(try lines.map { try ScriptEvent(EventWords(line: $0)) }), seed: seed)
    }

    static let same: [(line: String, faults: [Fault])] = [
        ("on=fetch nth=3 fail=not-leader-or-follower", [.fetchTimesOut(at: 3)]),
        ("on=fetch nth=3 fail=topic-authorization-failed", [.fetchFails(at: 3)]),
        ("on=fetch nth=2 times=2 cut=after", [.fetchTimesOut(at: 2), .fetchTimesOut(at: 3)]),
        ("on=fetch delay=2s", [.fetchIsSlow(at: 1, milliseconds: 2_000)]),
        ("on=fetch blackhole=2s", [.fetchIsSlow(at: 1, milliseconds: 2_000)]),
        ("on=fetch nth=4 leader-moves topic=t partition=0 to=1", [.election(at: 4)]),
        ("on=fetch nth=4 unclean-election topic=t partition=0 lose=5", [.uncleanElection(at: 4, losing: 5)]),
        ("on=fetch nth=4 retention topic=t keep=0", [.retentionAhead(at: 4)]),
        ("on=offset-commit nth=2 fail=group-authorization-failed", [.commitFails(at: 2)]),
        ("on=offset-commit lose=answer", [.commitAnswerIsLost(at: 1)]),
        ("on=offset-commit expel-members=g", [.rebalance(at: 1)]),
    ]

    @Test("is faults that come to the same", arguments: same)
    func equivalents(line: String, faults: [Fault]) throws {
        let found = try Self.faults([line])
        #expect(found.faults == faults)
        #expect(found.without == [])
    }

    @Test("draws as a served broker does, and names what there is nothing like")
    func drawing() throws {
        let lines = [
            "on=fetch nth=1..100 cut=after", "on=produce cut=after", "at=2s topic-anew=t",
            "on=fetch partition=1 delay=1s",
        ]
        let (faults, without) = try Self.faults(lines, seed: 7)
        let script = Script(try lines.map { try ScriptEvent(EventWords(line: $0)) })
        #expect(faults == [.fetchTimesOut(at: ScriptState(script, seed: 7).entries[0].first)])
        #expect(without == [2, 3, 4])
    }
}
