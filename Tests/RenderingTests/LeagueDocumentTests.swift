// A league as people and programs read it.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite("The table of a league") struct LeagueDocumentTests {
    private static let result: LeagueResult = {
        var good = LeagueResult.Entry("good", file: "good.yaml", claimed: "at-least-once", outcome: .pass, reason: "")
        (good.reason, good.program, good.observed, good.recordsPerSecond) = (nil, "client 1.2", "exactly-once", 50_000)
        (good.ratioToPlain, good.recoverySeconds) = (0.25, 1.5)
        var bad = LeagueResult.Entry(
            "bad", file: "bad.yaml", claimed: "at-least-once", outcome: .fail, reason: "3 lost")
        (bad.observed, bad.mostLost, bad.lostIn, bad.expectedIn, bad.agreedIn) = ("none", 3, 2, 4, 4)
        bad.worst = LeagueResult.Worst(
            kill: "wire.x@2", duplicates: 0, lost: 3, reproduce: "kbench judge bad.yaml --points 'wire.x@2'")
        bad.findings = [.init("commit-before-write", "early")]
        let gone = LeagueResult.Entry("gone", file: "g.yaml", claimed: "none", outcome: .skipped, reason: "not there")
        return LeagueResult(
            broker: BrokerInfo(kind: "embedded", address: "a:1"),
            host: HostInfo(kbench: "1", librdkafka: "2", system: "Linux", cores: 2, fileSystem: "ext4"),
            startedAt: "2026-01-01T00:00:00Z", reproduce: "kbench league good.yaml bad.yaml g.yaml",
            pipelines: [good, bad, gone])
    }()

    @Test("has a row for each, and says why those did not pass that did not")
    func text() {
        let text = Self.result.document.text(width: 200)
        #expect(text.contains("3 pipelines, 0 kills: 1 as claimed, 1 not as claimed, 1 left out"))
        #expect(text.contains("3 (in 2)"))
        #expect(text.contains("bad: fail: 3 lost"))
        #expect(text.contains("gone: skipped: not there"))
        #expect(text.contains("bad: commit-before-write: early"))
        #expect(text.contains("kbench league good.yaml bad.yaml g.yaml"))
        let report = Self.result.document.markdown
        #expect(report.contains("kbench judge bad.yaml --points 'wire.x@2'"))
        #expect(report.contains("25.00"))
    }

    @Test("is read back from its JSON, and is a line for each in CSV")
    func forms() throws {
        let json = try OutputFormat.json.render(Self.result)
        #expect(json.contains("\"schema\" : \"kbench.league\""))
        #expect(try LeagueResult(json: Data(json.utf8)) == Self.result)
        let lines = try OutputFormat.csv.render(Self.result).split(separator: "\r\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("pipeline,file,program,claimed,observed,outcome,reason,kills,"))
        #expect(lines[2].hasPrefix("bad,bad.yaml,,at-least-once,none,fail,3 lost,0,"))
    }

    @Test("is kept in four files, in place of nothing but an earlier one's")
    func kept() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-league-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let forms = ResultForms.league
        try forms.check(folder.path)
        try forms.write(Self.result, in: folder.path)
        try forms.check(folder.path)
        try forms.write(Self.result, in: folder.path)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == ["league.csv", "league.html", "league.json", "league.md"])
        try Data("{}".utf8).write(to: folder.appendingPathComponent("league.json"))
        let refused = #expect(throws: ResultsError.self) { try forms.check(folder.path) }
        #expect(refused?.cause.contains("no result of kbench league") == true)
    }
}
