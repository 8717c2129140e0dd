// What is decided over the runs of a judged pipeline.
import Foundation
import Testing

@testable import Results

@Suite("The verdict over a pipeline's runs") struct JudgeResultTests {
    private static func run(
        _ point: String?, _ duplicates: Int = 0, _ lost: Int = 0, foreign: Int = 0, agrees: Bool? = nil,
        invalid: String? = nil
    ) -> JudgeResult.Run {
        var run = JudgeResult.Run(point: point, occurrence: point.map { _ in 1 }, reproduce: "again")
        (run.duplicates, run.lost, run.foreign, run.agrees, run.invalidReason) = (
            duplicates, lost, foreign, agrees, invalid
        )
        return run
    }

    private static func result(_ claimed: PipelineGuarantee, _ runs: [JudgeResult.Run]) -> JudgeResult {
        JudgeResult(
            pipeline: "p", broker: BrokerInfo(kind: "embedded", address: "a:1"), feed: .init(records: 9, partitions: 3),
            claimed: claimed,
            census: [.init(point: "x", count: 2)], findings: [.init("f", "d")], runs: runs)
    }

    @Test("holds each run against the claim, the expectation, and whether it shows anything")
    func verdicts() {
        let fine = Self.run(nil)
        let cases:
            [(claimed: PipelineGuarantee, runs: [JudgeResult.Run], verdict: ScenarioResult.Standing, observed: String)] =
                [
                    (.exactlyOnce, [fine, Self.run("x", agrees: true)], .pass, "exactly-once"),
                    (.atLeastOnce, [fine, Self.run("x", 5)], .pass, "at-least-once"),
                    (.atLeastOnce, [fine, Self.run("x", 0, 1)], .fail, "at-most-once"),
                    (.atMostOnce, [fine, Self.run("x", 0, 1)], .pass, "at-most-once"),
                    (.atMostOnce, [fine, Self.run("x", 1)], .fail, "at-least-once"),
                    (.exactlyOnce, [fine, Self.run("x", 1)], .fail, "at-least-once"),
                    (.none, [fine, Self.run("x", 1), Self.run("y", 0, 1)], .pass, "none"),
                    (.none, [fine, Self.run("x", foreign: 1)], .fail, "exactly-once"),
                    (.atLeastOnce, [fine, Self.run("x", 5, agrees: false)], .fail, "at-least-once"),
                    (.none, [Self.run(nil, 1)], .invalid, "at-least-once"),
                    (.none, [Self.run(nil, foreign: 1)], .invalid, "exactly-once"),
                    (.none, [Self.run(nil, invalid: "no")], .invalid, "exactly-once"),
                    (.none, [fine, Self.run("x", invalid: "no")], .invalid, "exactly-once"),
                    (.none, [], .invalid, "exactly-once"),
                ]
        for (claimed, runs, verdict, observed) in cases {
            let result = Self.result(claimed, runs)
            #expect(result.verdict == verdict, "\(result.reason ?? "")")
            #expect(result.valid == (verdict != .invalid))
            #expect((result.reason == nil) == (verdict == .pass))
            #expect(result.guarantee == .init(claimed: claimed.rawValue, observed: observed))
        }
    }

    @Test("may be held to limits in place of the claim")
    func limits() {
        var killed = Self.run("x", 5, 2, agrees: true)
        killed.expected = .init(duplicates: 5, lost: 2)
        killed.atKill = .init(sinkRows: 8, committed: [])
        var unknown = killed
        unknown.expected = .init()
        typealias Most = JudgeResult.Limits.Most
        let cases: [(run: JudgeResult.Run, lost: Int?, duplicates: Most?, verdict: ScenarioResult.Standing)] = [
            (killed, nil, nil, .fail), (killed, 2, nil, .pass), (killed, 1, nil, .fail), (killed, 2, .bound, .pass),
            (killed, 2, .count(5), .pass), (killed, 2, .count(4), .fail), (unknown, 2, .bound, .pass),
            (Self.run("x", 9), 2, .bound, .fail), (killed, 0, .bound, .fail),
        ]
        for (run, lost, duplicates, verdict) in cases {
            var limits = JudgeResult.Limits()
            (limits.lost, limits.duplicates) = (lost, duplicates)
            let result = JudgeResult(
                pipeline: "p", broker: BrokerInfo(kind: "embedded", address: "a:1"),
                feed: .init(records: 9, partitions: 3), claimed: .exactlyOnce, census: [], findings: [],
                runs: [Self.run(nil), run], limits: limits)
            #expect(result.verdict == verdict, "\(lost ?? -1) \(result.reason ?? "")")
            #expect((result.runs[1].broken == nil) == (verdict == .pass))
        }
    }

    @Test("is the same when it is read again, and says null where nothing is known")
    func json() throws {
        var killed = Self.run("x", 5, agrees: true)
        killed.atKill = .init(sinkRows: 3, committed: [1, nil])
        killed.expected = .init(duplicates: 5, lost: 0)
        let result = Self.result(.atLeastOnce, [Self.run(nil), killed])
        let data = try JSONEncoder().encode(result)
        #expect(try JudgeResult(json: data) == result)
        let text = String(decoding: data, as: UTF8.self)
        for part in [#""committed":[1,null]"#, #""agrees":null"#, #""reason":null"#, #""atKill":null"#] {
            #expect(text.contains(part), "\(part): \(text)")
        }
    }
}
