// What the command line may change about a scenario, and what it may not.
import Engine
import Harness
import Ingestion
import Testing
import World

@testable import Scenarios

@Suite struct ScenarioOverridesTests {
    /// Stands in for the engine's own table: only the receiver has a write-ahead log.
    private func reaches(_ strategy: Strategy, _ point: CrashPoint) -> Bool {
        !point.effect.name.hasPrefix("receiver.") || strategy == .receiverWal
    }

    private func apply(_ overrides: ScenarioOverrides, to name: String = "crash-before-commit") throws -> Scenario {
        try overrides.apply(to: ScenarioLibrary.find(name), reaches: reaches)
    }

    @Test func withoutOverridesNothingChanges() throws {
        #expect(try apply(ScenarioOverrides()) == ScenarioLibrary.find("crash-before-commit"))
    }

    @Test func numbersReplaceThoseOfTheFile() throws {
        let scenario = try apply(ScenarioOverrides(records: 5, partitions: 6, recordBytes: 70, seed: 8))
        #expect(scenario.records == 5)
        #expect(scenario.partitions == 6)
        #expect(scenario.recordBytes == 70)
        #expect(scenario.seed == 8)
    }

    @Test func strategiesAndSinksNarrowTheRuns() throws {
        let scenario = try apply(
            ScenarioOverrides(strategies: ["direct", "receiver-wal"], sinks: ["append"]))
        #expect(scenario.runs.map(\.strategy) == [.receiverWal, .direct], "the scenario's order stays")
        #expect(scenario.runs.map { $0.sinks.map(\.sink) } == [[.append], [.append]])
    }

    @Test func rawStaysWhenSinksAreNarrowed() throws {
        let scenario = try apply(ScenarioOverrides(sinks: ["append"]), to: "no-crash")
        #expect(scenario.runs.first?.strategy == .raw)
    }

    @Test func aCrashReplacesThatOfEveryRunThatReachesIt() throws {
        let scenario = try apply(ScenarioOverrides(crash: "receiver.wal.sync.after@3"))
        #expect(
            scenario.runs.map { $0.crashes.first?.description } == [
                "receiver.wal.sync.after@3", "batch.submit.before@seeded", "checkpoint.generation.write.before@seeded",
            ])
        #expect(scenario.runs.map(\.isAsStated) == [false, true, true], "the file says nothing about another point")
    }

    @Test func anotherOccurrenceOfTheSamePointIsStillAsStated() throws {
        let scenario = try apply(ScenarioOverrides(crash: "receiver.offsets.commit.before@last"))
        #expect(scenario.runs[0].crashes.first?.occurrence == .last)
        #expect(scenario.runs[0].isAsStated)
    }

    /// Overrides that cannot be applied, and how the refusal reads.
    static let refusals: [(ScenarioOverrides, String, String)] = [
        (
            ScenarioOverrides(strategies: ["direkt"]), "--strategy: no strategy is called 'direkt'",
            "did you mean direct? strategies: raw, receiver, receiver-reliable, receiver-wal, direct, direct-log-first, direct-commit, direct-transactional"
        ),
        (
            ScenarioOverrides(strategies: ["raw"]), "--strategy: the scenario crash-before-commit has no run of raw",
            "choose from receiver-wal, direct-log-first, direct"
        ),
        (
            ScenarioOverrides(sinks: ["kafka"]), "--sink: no sink is called 'kafka'",
            "sinks: append, batch-keyed, offset-keyed, transactional, kafka-transactional, counting"
        ),
        (
            ScenarioOverrides(records: 0), "--records: 0 is not within 1 to 1000000000",
            "give --records a whole number from 1 to 1000000000"
        ),
        (
            ScenarioOverrides(partitions: 1001), "--partitions: 1001 is not within 1 to 1000",
            "give --partitions a whole number from 1 to 1000"
        ),
        (
            ScenarioOverrides(recordBytes: 31), "--record-bytes: 31 is not within 32 to 1000000",
            "give --record-bytes a whole number from 32 to 1000000"
        ),
        (
            ScenarioOverrides(seed: -1), "--seed: -1 is not within 0 to 9007199254740991",
            "give --seed a whole number from 0 to 9007199254740991"
        ),
        (
            ScenarioOverrides(crash: "sink.right.before@1"), "--crash: no crash point is called 'sink.right.before'",
            "did you mean sink.write.before? crash points: see `kbench crash-points`"
        ),
        (
            ScenarioOverrides(crash: "sink.write.before@first"),
            "--crash: 'first' is no occurrence of sink.write.before",
            "write sink.write.before@1 for the first time, @seeded to let the seed choose, or @last"
        ),
        (
            ScenarioOverrides(strategies: ["direct"], crash: "receiver.wal.sync.after@1"),
            "--crash: direct: none of them ever reaches receiver.wal.sync.after",
            "choose a point that one of them reaches: `kbench crash-points` lists them per strategy"
        ),
    ]

    @Test func crashesJoinedByCommasAreOneForEachLifeOfTheRunsThatReachThemAll() throws {
        let scenario = try apply(ScenarioOverrides(crash: "sink.write.after@3, receiver.event.append.torn"))
        #expect(
            scenario.runs.map { $0.crashes.map(\.description) } == [
                ["sink.write.after@3", "receiver.event.append.torn@1"], ["batch.submit.before@seeded"],
                ["checkpoint.generation.write.before@seeded"],
            ])
        #expect(scenario.runs.map(\.isAsStated) == [false, true, true])
    }

    @Test(arguments: refusals)
    func whatCannotBeAppliedIsRefusedByOption(overrides: ScenarioOverrides, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) { try apply(overrides) }
        #expect(error?.cause == cause)
        #expect(error?.fix == fix)
        #expect(error?.exitCode == .usage)
    }

    @Test func aSinkThatNoRunWritesToIsRefused() {
        let error = #expect(throws: ScenarioError.self) {
            try apply(ScenarioOverrides(sinks: ["offset-keyed"]), to: "no-crash")
        }
        #expect(error?.cause == "--sink: no run that is left of no-crash writes to offset-keyed")
        #expect(error?.fix == "choose from append")
    }
}
