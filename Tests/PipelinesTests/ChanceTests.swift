// Pipelines killed at moments by chance, on three brokers whose leaders change, and the lives of their records.
import Foundation
import Harness
import Posix
import Results
import Testing

@testable import Pipelines

@Suite("A judged pipeline under chance", .serialized, .timeLimit(.minutes(10))) struct ChanceTests {
    /// A folder that goes with the test.
    private static func within(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("is held to what follows from a kill at any moment", .enabled(if: JudgeTests.python != nil))
    func moments() async throws {
        var settings = JudgeSettings()
        settings.timedKills = 4
        let result = try await JudgeTests.judge(settings) { $0.environment = [("MODE", "after")] }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(result.runs.map(\.point) == [nil] + Array(repeating: "time", count: 4))
        #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true && $0.restarts == 1 })
        let second = try #require(result.runs.last)
        settings = JudgeSettings()
        settings.points = [second.name]
        #expect(second.reproduce == "kbench judge test.yaml --points 'time@\(second.occurrence ?? 0)'")
        let again = try await JudgeTests.judge(settings) { $0.environment = [("MODE", "before")] }
        #expect(again.runs.map(\.name) == ["the run without a kill", second.name])
        #expect(again.runs.allSatisfy { $0.agrees != false })
    }

    @Test(
        "is killed while it reads and writes",
        arguments: [("committed", 0...520), ("quiet", 0...520), ("exit", 0...800)])
    func busyTime(end: String, time: ClosedRange<Int>) {
        var run = JudgeResult.Run(point: nil, occurrence: nil, reproduce: "")
        run.drainedBy = end
        (run.askedSeconds, run.rowsSeconds, run.seconds) = (0.4, 0.9, 1.2)
        #expect(JudgeRunner.busyTime(of: run) == time)
        // The output was looked at before the first row, and not again.
        run.rowsSeconds = 0.1
        #expect(JudgeRunner.busyTime(of: run) == (end == "exit" ? time : 0...20))
    }

    /// Takes long to start in all lives but the first of the first run, and waits between its commits.
    private static let late =
        """
        import os, time
        time.sleep(2 if os.path.exists(os.environ["MARK"]) else 0)
        open(os.environ["MARK"], "w").close()

        """ + JudgeTests.consumer.replacing("os.fsync(output.fileno())", with: "time.sleep(0.1)")

    @Test(
        "is killed so long after it has asked for records, however late that is", .enabled(if: JudgeTests.python != nil)
    )
    func late() async throws {
        try await Self.within { folder in
            var settings = JudgeSettings()
            settings.timedKills = 3
            let result = try await JudgeTests.judge(settings, program: Self.late) {
                $0.environment = [("MODE", "after"), ("MARK", "\(folder)/mark")]
            }
            #expect(result.verdict == .pass, "\(result.reason ?? "")")
            let kills = result.runs.dropFirst()
            #expect(kills.count == 3)
            #expect(kills.contains { (1..<600).contains($0.atKill?.sinkRows ?? 0) }, "\(kills)")
        }
    }

    /// Ends by itself, late in the first life of the first run, and soon in all others.
    private static let hasty = """
        import os, time
        from confluent_kafka import Consumer
        wait = 0.01 if os.path.exists(os.environ["MARK"]) else 0.5
        open(os.environ["MARK"], "w").close()
        consumer = Consumer({
            "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        committed = 0
        with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
            while committed < 600:
                messages = [message for message in consumer.consume(100, 0.1) if not message.error()]
                for message in messages: output.write(message.value() + b"\\n")
                time.sleep(wait)
                if messages: consumer.commit(asynchronous=False)
                committed = sum(max(0, place.offset) for place in consumer.committed(consumer.assignment()))

        """

    @Test("is killed sooner where it is done sooner than without a kill", .enabled(if: JudgeTests.python != nil))
    func hasty() async throws {
        try await Self.within { folder in
            var settings = JudgeSettings()
            settings.timedKills = 3
            let result = try await JudgeTests.judge(settings, program: Self.hasty) {
                $0.environment = [("MARK", "\(folder)/mark")]
                $0.drain.quietMilliseconds = 10_000
            }
            #expect(result.verdict == .pass, "\(result.reason ?? "")")
            #expect(result.runs.map(\.fired) == [false, true, true, true])
            #expect(result.runs.first?.drainedBy == "exit")
            #expect(result.runs.dropFirst().contains { $0.occurrence ?? 0 < 1_000 }, "\(result.runs)")
        }
    }

    @Test(
        "is killed at the middle of what it meets where it does not meet a point as often again",
        .enabled(if: JudgeTests.python != nil))
    func fewer() async throws {
        try await Self.within { folder in
            // It commits after a hundred records in the first life of the first run, and after all of them in others.
            let program =
                """
                import os
                most = 600 if os.path.exists(os.environ["MARK"]) else 100
                open(os.environ["MARK"], "w").close()

                """ + JudgeTests.consumer.replacing("consume(100, 0.1)", with: "consume(most, 1)")
            func judged(_ point: String) async throws -> JudgeResult {
                var settings = JudgeSettings()
                settings.points = [point]
                settings.occurrences = [.last]
                try? FileManager.default.removeItem(atPath: "\(folder)/mark")
                return try await JudgeTests.judge(settings, program: program) {
                    $0.environment = [("MODE", "after"), ("MARK", "\(folder)/mark")]
                }
            }
            let result = try await judged("wire.offset-commit.request")
            #expect(result.verdict == .pass, "\(result.reason ?? "")")
            #expect(result.runs.last?.fired == true)
            #expect((1...3).contains(result.runs.last?.occurrence ?? 0), "\(result.runs)")
            #expect(result.runs.last?.missed ?? 0 > 0)
            // One that is named is that one.
            let named = try await judged("wire.offset-commit.request@6")
            #expect(named.reason?.contains("never came") == true, "\(named.reason ?? "")")
        }
    }

    @Test("is tried sooner only where it may move and did not come, and nothing is wrong in the run without it")
    func sooner() throws {
        var outcome = TrialOutcome(run: JudgeResult.Run(point: nil, occurrence: nil, reproduce: ""))
        outcome.run.drainedBy = "exit"
        let kill = PlannedKill(moment: 80, mayMove: true)
        #expect(kill.sooner(than: outcome)?.moment == 40)
        #expect(PlannedKill(moment: 80).sooner(than: outcome) == nil)
        #expect(PlannedKill(moment: 0, mayMove: true).sooner(than: outcome) == nil)
        for change in [
            { (run: inout JudgeResult.Run) in run.fired = true }, { $0.drainedBy = nil }, { $0.lost = 1 },
            { $0.duplicates = 1 }, { $0.foreign = 1 },
        ] {
            var other = outcome
            change(&other.run)
            #expect(kill.sooner(than: other) == nil, "\(other.run)")
        }
        let trigger = try PipelineTrigger("wire.fetch.response@9")
        outcome.census[trigger.point] = 6
        let moved = PlannedKill(trigger: trigger, mayMove: true).sooner(than: outcome)
        #expect(moved?.trigger?.occurrence == 3)
        outcome.census[trigger.point] = 9
        #expect(PlannedKill(trigger: trigger, mayMove: true).sooner(than: outcome) == nil)
    }

    @Test("is followed through three brokers and a change of leaders", .enabled(if: JudgeTests.python != nil))
    func leaders() async throws {
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request"]
        settings.occurrences = [.middle]
        let result = try await JudgeTests.judge(settings, brokers: 3) {
            $0.environment = [("MODE", "after")]
            $0.script = try? PipelineFile.parse(
                """
                pipeline: a
                command: cat
                script: ["on=offset-commit nth=2 leader-moves partition=0 to=2"]
                """, file: "a.yaml", folder: "/"
            ).script
        }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(result.runs.last?.fired == true)
    }

    @Test("leaves what tells the life of each record", .enabled(if: JudgeTests.python != nil))
    func evidence() async throws {
        try await Self.within { folder in
            var settings = JudgeSettings()
            settings.evidence = folder
            settings.points = ["wire.offset-commit.response@2"]
            _ = try await JudgeTests.judge(settings) { $0.environment = [("MODE", "before")] }
            let run = try #require(try RunEvidence.read("\(folder)/run-1.json"))
            let lost = try run.life(of: nil)
            #expect(lost.deliveries == 0)
            #expect(lost.moments.map(\.place) == ["broker", "broker", "state", "world"])
            #expect(lost.moments.filter(\.isPointOfNoReturn).map(\.place) == ["state"])
            #expect(try run.life(of: lost.record) == lost)
            #expect(try run.life(of: "0@0").deliveries == 1)
            for name in ["3@0", "0@200", "0", "-1@0", "0@9223372036854775807"] {
                #expect(throws: Diagnosis.self) { try run.life(of: name) }
            }
            settings.points = ["wire.offset-commit.request@2"]
            _ = try await JudgeTests.judge(settings) { $0.environment = [("MODE", "after")] }
            let twice = try #require(try RunEvidence.read("\(folder)/run-1.json")).life(of: nil)
            #expect(twice.deliveries == 2)
            #expect(twice.moments.filter(\.isPointOfNoReturn).map(\.place) == ["world"])
            try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder)/other"))
            #expect(try RunEvidence.read("\(folder)/other") == nil)
        }
    }
}
