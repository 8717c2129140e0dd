// What a league says of a pipeline that was judged.
import Testing

@testable import Results

@Suite("A pipeline in a league") struct LeagueResultTests {
    private static func run(
        _ point: String?, _ duplicates: Int = 0, _ lost: Int = 0, agrees: Bool? = nil, invalid: String? = nil,
        recovery: Double? = nil
    ) -> JudgeResult.Run {
        var run = JudgeResult.Run(point: point, occurrence: point.map { _ in 2 }, reproduce: "again \(point ?? "")")
        (run.duplicates, run.lost, run.agrees, run.invalidReason) = (duplicates, lost, agrees, invalid)
        run.recoverySeconds = recovery
        return run
    }

    private static func entry(
        _ runs: [JudgeResult.Run], left: Int = 0, speed: JudgeResult.Speed? = nil
    ) -> LeagueResult.Entry {
        let judged = JudgeResult(
            pipeline: "p", broker: BrokerInfo(kind: "embedded", address: "a:1"), feed: .init(records: 9, partitions: 3),
            claimed: .atLeastOnce, census: [], findings: [.init("f", "d")], runs: runs, left: left, speed: speed)
        return .init(judged, file: "p.yaml", program: "p 1")
    }

    @Test("counts its kills, and names the worst: what breaks the claim, then what is lost, then what is repeated")
    func sums() {
        let entry = Self.entry([
            Self.run(nil), Self.run("a", 50, agrees: true, recovery: 3), Self.run("b", 2, 1, agrees: true, recovery: 1),
            Self.run("c", 4, 1, agrees: false, recovery: 2), Self.run("d"), Self.run("e", 90, 90, invalid: "no"),
        ])
        #expect(entry.kills.count == 5)
        #expect([entry.repeatedIn, entry.mostDuplicates, entry.lostIn, entry.mostLost] == [3, 50, 2, 1])
        #expect([entry.expectedIn, entry.agreedIn] == [3, 2])
        #expect(entry.worst == LeagueResult.Worst(kill: "c@2", duplicates: 4, lost: 1, reproduce: "again c"))
        #expect(entry.recoverySeconds == 2)
        #expect(entry.outcome == .invalid && entry.reason?.contains("no") == true)
        #expect(entry.observed == nil)
    }

    @Test("passes, fails, shows nothing, or is not finished")
    func outcomes() {
        let fine = [Self.run(nil), Self.run("a", 5, agrees: true)]
        let cases: [(entry: LeagueResult.Entry, outcome: LeagueResult.Outcome, observed: String?)] = [
            (Self.entry(fine), .pass, "at-least-once"), (Self.entry(fine, left: 3), .unfinished, "at-least-once"),
            (Self.entry(fine + [Self.run("b", 0, 1)], left: 3), .fail, "none"),
            (Self.entry([Self.run(nil, 0, 1)]), .invalid, nil),
        ]
        for (entry, outcome, observed) in cases {
            #expect(entry.outcome == outcome && entry.observed == observed)
            #expect((entry.reason == nil) == (outcome == .pass))
        }
        let skipped = LeagueResult.Entry("s", file: "s.yaml", claimed: "none", outcome: .skipped, reason: "not there")
        #expect(skipped.kills.isEmpty && skipped.worst == nil && skipped.recoverySeconds == nil)
    }

    @Test("has its speed beside a plain consumer's, or says why there is none")
    func speed() {
        var speed = JudgeResult.Speed(records: 10)
        #expect(Self.entry([Self.run(nil)], speed: speed).ratioToPlain == nil)
        (speed.recordsPerSecond, speed.plainRecordsPerSecond) = (50, 200)
        #expect(Self.entry([Self.run(nil)], speed: speed).ratioToPlain == 0.25)
        (speed.recordsPerSecond, speed.invalidReason) = (nil, "too slow")
        let entry = Self.entry([Self.run(nil)], speed: speed)
        #expect(entry.speedReason == "too slow" && entry.recordsPerSecond == nil && entry.ratioToPlain == nil)
    }
}
