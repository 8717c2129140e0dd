// Workers killed from outside, wherever they happen to be: fifty times, and no record is ever lost.
import Engine
import Foundation
import Harness
import Ingestion
import Judgement
import Posix
import Results
import Synchronization
import Testing
import World

@testable import Scenarios

@Suite(.serialized, .timeLimit(.minutes(10))) struct RandomKillTests {
    private static let seed: UInt64 = 20_261_122

    /// The strategies that must not lose anything, with their share of the fifty, and a load that keeps each of them
    /// busy about as long: a receiver syncs its log for every block.
    static let shares: [(strategy: Strategy, kills: Int, records: Int)] = [
        (.receiverWal, 14, 2_000), (.direct, 12, 8_000), (.directLogFirst, 12, 8_000),
        (.directTransactional, 12, 8_000),
    ]

    @Test func fiftyKillsAtRandomMomentsLoseNothing() async throws {
        var fired = 0
        for (index, share) in Self.shares.enumerated() {
            let scenario = Self.scenario(records: share.records, cuts: .count(block: 20, batch: 500))
            // A kill drawn late in a life may come after its end, and then it is none: round after round draws those that
            // are missing anew, measuring a life again each time, because other tests change how long one is, and from a
            // shorter beginning of it.
            var missing = share.kills
            for round in 0..<10 where missing > 0 {
                let seed = Self.seed + UInt64(10 * index + round)
                missing -= try await Self.kill(
                    scenario, share.strategy, times: missing, within: 1 / Double(round + 1), seed: seed)
            }
            fired += share.kills - missing
        }
        print("RandomKillTests: \(fired) kills fired, seed \(Self.seed)")
        #expect(fired == 50)
    }

    @Test(arguments: shares.map(\.strategy))
    func cutsByTimeRepeatNothingWithoutACrashAndLoseNothingWithOne(strategy: Strategy) async throws {
        let scenario = Self.scenario(records: 20_000, cuts: .time(blockMilliseconds: 5, batchMilliseconds: 20))
        _ = try await Self.kill(scenario, strategy, times: 3, seed: Self.seed + 100)
    }

    @Test("A worker dies as soon as its sink has a thousand records, and nothing is lost")
    func aWorkerIsKilledByDeliveredCount() async throws {
        let scenario = Self.scenario(records: 8_000, cuts: .count(block: 20, batch: 500))
        let (result, _) = try await Self.run(scenario, [Self.plan(.direct, .append, .deliveredCount(1_000))])
        let run = try #require(result.runs.first)
        #expect(run.crashPoint == "after 1000 records" && run.crashFired && run.restarts == 1)
        #expect(run.lost == 0 && run.delivered - run.duplicates == scenario.records)
    }

    /// Runs a strategy once undisturbed, then kills it `times` times at moments of such a life, before its first record
    /// and after its last one included; returns how many kills found the worker alive.
    private static func kill(
        _ scenario: Scenario, _ strategy: Strategy, times: Int, within part: Double = 1, seed: UInt64
    ) async throws -> Int {
        let sinks: [SinkKind] = strategy == .directTransactional ? [.transactional] : [.append, .offsetKeyed]
        let (calm, life) = try await run(scenario, sinks.map { plan(strategy, $0, .none) })
        for run in calm.runs {
            #expect(run.duplicates == 0 && run.ingestDuplicates == 0 && run.lost == 0, "\(run)")
            #expect(run.delivered == scenario.records && !run.crashFired, "\(run)")
        }
        var random = SeededRandom(seed: seed)
        let plans = (0..<times).map { index in
            let fraction = Double.random(in: 0...1, using: &random)
            return plan(strategy, sinks[index % sinks.count], .time(life * (fraction * part) / Double(sinks.count)))
        }
        let (result, _) = try await run(scenario, plans)
        // A run whose kill came after its end shows nothing, and says so.
        #expect(result.runs.allSatisfy { $0.agrees && ($0.invalidReason == nil) == $0.crashFired }, "seed \(seed)")
        for (run, plan) in zip(result.runs, plans) {
            let note = "seed \(seed), \(plan.death): \(run)"
            #expect(run.lost == 0, "\(note)")
            #expect(run.corrupted == 0, "\(note)")
            #expect(run.delivered - run.duplicates == scenario.records, "\(note)")
            #expect(run.restarts == (run.crashFired ? 1 : 0), "\(note)")
            if run.sink != SinkKind.append.rawValue { #expect(run.duplicates == 0, "\(note)") }
            // Where a transaction was open, its records are read again by a later batch.
            if strategy != .receiverWal, strategy != .directTransactional {
                #expect(run.ingestDuplicates == 0, "\(note)")
            }
        }
        return result.runs.count { $0.crashFired }
    }

    /// The result, and how long the runs took together, from the first worker's start to the last verdict.
    private static func run(_ scenario: Scenario, _ plans: [RunPlan]) async throws -> (ScenarioResult, Duration) {
        let test = try Processes.executablePath()
        let binary = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("kbench").path
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-kill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ContinuousClock()
        let started = Mutex<ContinuousClock.Instant?>(nil)
        let runner = ScenarioRunner(
            options: RunOptions(
                brokers: nil, properties: [], workDirectory: folder.path, workerExecutable: binary, reproduce: "",
                version: "test")
        ) { _, label in
            // The load is produced before; a run's label is its strategy's name.
            guard !label.hasPrefix("producing") else { return }
            started.withLock { if $0 == nil { $0 = clock.now } }
        }
        let result = try await runner.run(scenario, plans: plans)
        let ended = clock.now
        #expect(!FileManager.default.fileExists(atPath: folder.path), "the run's files are left")
        return (result, try #require(started.withLock { $0 }).duration(to: ended))
    }

    private static func plan(_ strategy: Strategy, _ sink: SinkKind, _ death: Death) -> RunPlan {
        RunPlan(
            strategy: strategy, sink: sink, death: death, stated: nil,
            expected: death == .none ? ExpectedOutcome() : nil)
    }

    private static func scenario(records: Int, cuts: Scenario.Cuts) -> Scenario {
        Scenario(
            name: "random-kill", summary: "Killed from outside.", explanation: "", records: records, partitions: 4,
            recordBytes: 100, cuts: cuts, groupCommitBlocks: 1, walCompressionLevel: nil, checkpointLagTasks: 1,
            seed: seed, runs: [])
    }
}
