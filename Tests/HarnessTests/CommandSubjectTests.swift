// Any command is started, killed in every way there is, started again, drained and judged exactly: a small pipeline of
// a shell script that reads lines, writes lines, and commits how far it has come.
import Foundation
import Judgement
import Posix
import Testing
import World

@testable import Harness

@Suite struct CommandSubjectTests {
    /// Reads the lines of `input` from the committed position on, writes each to `output`, commits after each tenth, and
    /// has a child of its own that would write on if only its parent were killed. Where it is to be killed its first life
    /// stands still at a line, so that it is never done before, however late the kill.
    private static let pipeline = """
        trap 'exit 0' TERM
        \(standsStill)
        (while :; do echo "child $1" >>child; sleep 0.01; done) </dev/null >/dev/null 2>&1 &
        done=$(cat committed 2>/dev/null || echo 0)
        echo "$GREETING" >>greetings
        tail -n +$((done + 1)) input | while read -r line; do
          [ "$line" != "$HOLD" ] || while :; do sleep 1; done
          echo "$line" >>output
          done=$((done + 1))
          [ $((done % 10)) -ne 0 ] || { echo $done >committed.new; mv committed.new committed; }
        done
        """
    private static let records = 200
    /// Only the first life stands still.
    private static let standsStill = "[ ! -e began ] || HOLD=; : >began"

    private static func lines(in path: String) -> [Substring] {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
            ?? []
    }

    /// Runs `body` with a pipeline that has all its input before it and nothing behind it.
    private static func withPipeline(
        _ script: String = pipeline, standingStillAt hold: Int? = 150,
        _ body: (CommandSubject, _ folder: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let input = (0..<records).map { "record \($0)\n" }.joined()
        try PosixDisk().write(Array(input.utf8), to: "\(folder)/input")
        let output = LineDeliveries("\(folder)/output") { line in
            let words = line.split(separator: " ")
            return words.count == 2 && words[0] == "record" ? Int(words[1]) : nil
        }
        try await body(
            CommandSubject(
                ["sh", "-c", script, "pipeline"],
                environment: ["GREETING": "hello", "HOLD": hold.map { "record \($0)" } ?? ""],
                folder: folder, output: output),
            folder)
    }

    private static func verdict(of subject: CommandSubject) throws -> Verdict {
        try Verdict(of: [subject.output], against: Production(count: records))
    }

    @Test(
        "It is killed in each way from outside, starts again where it committed, and only doubles what came after that")
    func whatIsKilledGoesOnFromItsCommit() async throws {
        for death in [Death.time(.milliseconds(300)), .outside, .deliveredCount(35)] {
            try await Self.withPipeline { subject, folder in
                let signal = SharedFlag()
                let first = try await subject.live([:], dying: death, signal: signal, when: folder)
                #expect(first.exit == .killed, "\(death)")
                let written = Self.lines(in: "\(folder)/output").count
                let committed = Self.lines(in: "\(folder)/committed").first.flatMap { Int($0) } ?? 0
                if case .deliveredCount(let count) = death { #expect(written >= count) }
                #expect(written < Self.records)

                let rest = try await subject.drain([:])
                #expect(rest.map(\.exit) == [.finished])
                let verdict = try Self.verdict(of: subject)
                #expect(verdict.duplicates == written - committed, "\(death)")
                #expect(verdict.delivered == Self.records + written - committed)
                #expect(verdict.lost == 0 && verdict.corrupted == 0)
            }
        }
    }

    @Test("A drain kills the first life and lets those after it run to their end")
    func aDrainDiesOnce() async throws {
        try await Self.withPipeline { subject, folder in
            let ends = try await subject.drain([:], dying: .deliveredCount(1))
            #expect(ends.map(\.exit) == [.killed, .finished])
            #expect(try Self.verdict(of: subject).lost == 0)
            #expect(Self.lines(in: "\(folder)/greetings") == ["hello", "hello"])
        }
    }

    @Test("The whole group is killed: no child writes on, neither after a kill nor after an end in order")
    func nothingIsLeftOfAGroup() async throws {
        for death in [Death.deliveredCount(20), .none] {
            try await Self.withPipeline(standingStillAt: death == .none ? nil : 150) { subject, folder in
                _ = try await subject.live([:], dying: death)
                // A kill takes effect a moment after it was sent.
                try await Task.sleep(for: .milliseconds(50))
                let written = Self.lines(in: "\(folder)/child").count
                #expect(written > 0)
                try await Task.sleep(for: .milliseconds(100))
                #expect(Self.lines(in: "\(folder)/child").count == written, "\(death)")
            }
        }
    }

    @Test("A life can be asked to stop, and orders of one life add to its environment")
    func aLifeIsAskedToStop() async throws {
        try await Self.withPipeline { subject, folder in
            let end = try await subject.live(["GREETING": "good evening"]) { life in
                while Self.lines(in: "\(folder)/output").isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                life.askToStop()
            }
            #expect(end.exit == .finished)
            #expect(Self.lines(in: "\(folder)/greetings") == ["good evening"])
            #expect(Self.lines(in: "\(folder)/output").count < Self.records)
        }
    }

    @Test("A pipeline that commits first loses what it had not written, which the verdict says exactly")
    func aPipelineThatCommitsFirstLoses() async throws {
        let hasty = """
            \(Self.standsStill)
            from=$(cat committed 2>/dev/null || echo 0)
            echo $((from + 100)) >committed
            tail -n +$((from + 1)) input | while read -r line; do
              [ "$line" != "$HOLD" ] || while :; do sleep 1; done
              echo "$line" >>output
            done
            """
        try await Self.withPipeline(hasty, standingStillAt: 60) { subject, folder in
            _ = try await subject.drain([:], dying: .deliveredCount(30))
            let verdict = try Self.verdict(of: subject)
            let written = Self.lines(in: "\(folder)/output").count - 100
            #expect(verdict.lost == 100 - written && verdict.duplicates == 0)
        }
    }

    @Test("A line that is no record, and one without its end, are damaged")
    func damagedLinesAreSeen() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try PosixDisk().write(Array("0\n1\n1\nsome words\n7\n2".utf8), to: path)
        let deliveries = LineDeliveries(path) { Int($0) }
        let verdict = try Verdict(of: [deliveries], against: Production(count: 3))
        #expect(verdict.delivered == 3 && verdict.duplicates == 1 && verdict.lost == 1)
        #expect(verdict.corrupted == 3, "a text, a record that was never produced, and a line without its end")
        var gauge = deliveries.gauge
        #expect(try gauge.delivered() == 5)
    }

    @Test("What cannot be started, and what gives up, is said in a line")
    func failuresAreSaid() async throws {
        let nothing = LineDeliveries("/nowhere") { Int($0) }
        let missing = CommandSubject(["/no/such/program"], output: nothing)
        await #expect(throws: Diagnosis.self) { try await missing.drain([:]) }
        let failing = CommandSubject(["sh", "-c", "echo no luck >&2; exit 3"], output: nothing)
        let end = try await failing.live([:]) { _ in }
        guard case .failed(let diagnosis) = end.exit else { Issue.record("\(end.exit)"); return }
        #expect(diagnosis.cause == "the command ended with exited(3): no luck")
    }
}

extension CommandSubject {
    /// As ``live(_:dying:signal:)``, with a signal that comes when there are some lines.
    fileprivate func live(
        _ variables: [String: String], dying death: Death, signal: SharedFlag, when folder: String
    ) async throws -> LifeEnding {
        async let end = live(variables, dying: death, signal: signal)
        if death == .outside {
            while !FileManager.default.fileExists(atPath: "\(folder)/committed") {
                try await Task.sleep(for: .milliseconds(5))
            }
            signal.set()
        }
        return try await end
    }
}
