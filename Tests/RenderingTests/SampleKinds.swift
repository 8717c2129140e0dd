// Results of every kind that can be kept, those that judge once as they must be and once not.
import Foundation
import Results
import Testing

@testable import Rendering

/// A result of every kind.
enum SampleKinds {
    /// A result, and a name that no other has.
    typealias Named = (name: String, result: any Presentable)

    /// What says whether something is as it must be, as it must be.
    static let passing: [Named] = [
        ("scenario", Sample.passing), ("matrix", matrix([cell(expected: 1104)])),
        ("reference", reference(duplicates: 100)), ("bench", SampleBench.passing),
        ("judge", judge([run(nil), run("wire.offset-commit.request", duplicates: 100)])),
        ("league", league(.pass)), ("atlas", read(AtlasResult.self, atlas(violations: ""))),
        ("swarm", swarm(brokenSeed: nil)), ("mutants", read(MutantsResult.self, mutants(found: true))),
        ("claims", claims(.holds)), ("compare", comparison([])), ("calibration", calibration(slower: 0)),
        ("gate", policy.judge(comparison([]))), ("capacity", capacity), ("recovery", recovery),
    ]

    /// The same, not as it must be.
    static let failing: [Named] = [
        ("scenario", scenario), ("matrix", matrix([cell(expected: 1104), cell(expected: 0)])),
        ("reference", reference(duplicates: 99)), ("bench", SampleBench.failing),
        ("judge", judge([run(nil), run("wire.fetch.response", lost: 40), run("wire.x.request", invalid: "<never>")])),
        ("league", league(.fail)), ("atlas", read(AtlasResult.self, atlas(violations: violation))),
        ("swarm", swarm(brokenSeed: 71)), ("mutants", read(MutantsResult.self, mutants(found: false))),
        ("claims", claims(.notMeasured)), ("compare", GateDocumentTests.comparison([GateDocumentTests.slower])),
        ("calibration", calibration(slower: 2)),
        ("gate", policy.judge(GateDocumentTests.comparison([GateDocumentTests.slower]))),
        ("capacity", SampleBench.capacity), ("recovery", SampleBench.recovery),
    ]

    /// What judges nothing.
    static let others: [Named] = [
        ("estimate", EstimateDocumentTests.sample), ("plan", SampleBench.plan), ("record-life", SamplePages.life),
        (
            "scenario-list",
            ScenarioListResult([.init(name: "crash-before-commit", summary: "SIGKILL between log and commit.")])
        ),
        (
            "crash-points",
            CrashPointsResult(
                crashPoints: [
                    .init(
                        name: point, standsBetween: "the event is synced | the offsets are committed",
                        strategies: ["receiver-wal"], rows: ["receiver-wal": "R1"], inferredFor: ["receiver-wal"],
                        howToRun: nil)
                ], situations: [])
        ),
        ("ceilings", ceilings), ("replay", read(ReplayResult.self, replay)),
        ("shrink", read(ShrinkResult.self, shrink)),
        (
            "counts",
            ExactFigures(
                load: "8 batches",
                rows: [
                    .init("receiver-wal/append", figures),
                    .init("receiver-wal/append \(point)@9", ["duplicates": 100, "lost": 0]),
                ])
        ),
        (
            "history",
            HistoryResult(
                commits: 40, damagedLines: [3],
                changes: [
                    .init(
                        figure: "bench/receiver-wal/counting/recordsPerSecond",
                        commit: "db3bcf84c1a37a2ff5a0fbd3a4a1b59a2a5b5a3e", date: "2026-11-28", before: 1_204_331.25,
                        after: 1_310_000.5)
                ])
        ),
        (
            "offsets",
            OffsetsResult(
                address: "checkpoint:state", source: "checkpoint", topic: "orders", group: "g", program: 1,
                latestBatch: 14, partitions: [.init(partition: 0, next: 12_345_678_901, safe: 12_345_678_000)],
                pending: [.init(batch: nil, partition: 0, from: 12_345_678_000, until: 12_345_678_901)],
                notes: ["a note"])
        ),
        (
            "diff",
            DiffResult(
                kind: "kbench.bench", first: "results/20261122T153000Z-bench", second: "results/bench",
                firstVerdict: "PASS bench: 2 rows", secondVerdict: nil,
                cases: [.init("receiver-wal/counting", first: "passed", second: "failed", reason: "2 duplicates")],
                sameCases: 1,
                figures: [
                    .init(
                        row: "receiver-wal, counting, at-least-once", name: "cpu_seconds_per_million_records",
                        first: 0.875, second: 0.9)
                ],
                words: [.init(row: "raw, none", name: "guarantee", first: "none", second: "at-least-once")],
                sameCells: 12_345, onlyInFirst: ["direct, append"], onlyInSecond: [])
        ),
        (
            "doctor",
            DoctorResult(
                [
                    .init("versions", found: "kbench 0.1.0, librdkafka 2.0.2, zstd 1.5.4", means: "others may differ"),
                    .init(
                        "sync", .warning, found: "p50 0.2 ms, p90 1 ms, p99 81 ms, at most 0.1 s of 400 syncs of 4 KiB",
                        means: "a log has to wait for one for each group of blocks", mend: "take a quieter disk",
                        figures: ["p50Seconds": 2e-4, "p99Seconds": 0.081]),
                    .init("fetch", .skipped, found: "not tried: there is no topic", means: "strategies read"),
                ], seconds: 2.75)
        ),
        (
            "list",
            ResultListResult([
                .init(
                    folder: "results/20261122T153000Z-crash-before-commit-1", schema: "kbench.scenario",
                    startedAt: "2026-11-22T15:30:00Z", verdict: "PASS crash-before-commit: 6 of 6 runs as expected")
            ])
        ),
    ]

    /// All of them.
    static let all = passing + failing + others

    private static let scenario: ScenarioResult = {
        var result = Sample.failing
        result.file = "s.yaml"
        return result
    }()

    private static let point = "receiver.offsets.commit.before"

    private static func cell(expected: Int) -> MatrixCell {
        let counts = MatrixCell.Measured(
            duplicates: 1104, ingestDuplicates: 104, reexecutionDuplicates: 1000, lost: 0, redone: 12_000)
        return MatrixCell(
            strategy: "receiver-wal", sink: "batch-keyed", fidelity: "spark", point: "\(point)@65", row: "R6",
            rowIsInferred: true, crashFired: true, measured: counts, simulated: counts,
            expected: .init(duplicates: expected, ingestDuplicates: 104, lost: 0), fault: nil)
    }

    private static func matrix(_ cells: [MatrixCell]) -> MatrixResult {
        MatrixResult(
            world: "real", fidelity: "spark", seed: 1,
            load: Load(records: 8000, partitions: 4, recordBytes: 32, blockRecords: 100, batchRecords: 1000),
            cells: cells)
    }

    private static func reference(duplicates: Int) -> ReferenceResult {
        ReferenceResult(
            against: "spark-3.5.7", world: "real",
            rows: [
                .init(
                    row: "direct, killed between output and checkpoint", runs: 3, sink: "append",
                    reference: .init(duplicates: 100, lost: 0), strategy: "direct",
                    point: "checkpoint.completion.before@9",
                    measured: .init(duplicates: duplicates, lost: 0), simulated: .init(duplicates: duplicates, lost: 0),
                    reason: ""),
                .init(
                    row: "with a broken disk", runs: 1, sink: "append", reference: .init(duplicates: 0, lost: 9),
                    strategy: nil, point: nil, measured: nil, reason: "there is no such disk"),
            ])
    }

    private static func run(
        _ point: String?, duplicates: Int = 0, lost: Int = 0, invalid: String? = nil
    ) -> JudgeResult.Run {
        var run = JudgeResult.Run(
            point: point, occurrence: point.map { _ in 12 }, reproduce: "kbench judge 'my <pipeline>.yaml'")
        (run.fired, run.produced, run.delivered) = (point != nil, 1000, 1000 + duplicates - lost)
        (run.duplicates, run.lost, run.drainedBy, run.seconds) = (duplicates, lost, "committed", 1.5)
        run.invalidReason = invalid
        return run
    }

    private static func judge(_ runs: [JudgeResult.Run]) -> JudgeResult {
        var result = JudgeResult(
            pipeline: "p & q", broker: .init(kind: "embedded", address: "127.0.0.1:9092"),
            feed: .init(records: 1000, partitions: 4), claimed: .atLeastOnce,
            census: [.init(point: "wire.offset-commit.request", count: 9)],
            findings: [.init("commit-before-write", "offsets are committed before the rows lie there")], runs: runs)
        result.file = "./my pipeline.yaml"
        return result
    }

    private static func league(_ outcome: LeagueResult.Outcome) -> LeagueResult {
        var entry = LeagueResult.Entry(
            "confluent-kafka-consume-100", file: "pipelines/confluent.yaml", claimed: "at-least-once",
            outcome: outcome, reason: "wire.fetch.response@2: 0 duplicates, 65 lost")
        (entry.program, entry.observed) = ("confluent-kafka 2.11.1 on CPython 3.11.2", "none")
        (entry.mostLost, entry.lostIn, entry.recordsPerSecond) = (65, 12, 51_234.5)
        (entry.ratioToPlain, entry.recoverySeconds) = (0.25, 1.5)
        entry.findings = [.init("commit-before-write", "early"), .init("commits-only-at-end", "late")]
        entry.worst = .init(kill: "wire.fetch.response@2", duplicates: 0, lost: 65, reproduce: "kbench judge x.yaml")
        return LeagueResult(
            broker: .init(kind: "embedded", address: "127.0.0.1:9092"),
            host: HostInfo(kbench: "1", librdkafka: "2", system: "Linux", cores: 2, fileSystem: "ext4"),
            startedAt: "2026-01-01T00:00:00Z", reproduce: "kbench league x.yaml", pipelines: [entry])
    }

    private static func swarm(brokenSeed: UInt64?) -> SwarmResult {
        SwarmResult(
            from: 1, through: 90, seeds: 90, repeated: 9, seconds: 1.5, traceRoot: "e4575722b1e6dc30",
            script: [.init(fault: "the leader of partition 1 goes down", struck: brokenSeed == nil ? 4 : 0)],
            brokenSeed: brokenSeed, breach: brokenSeed.map { _ in "loss" },
            schedule: brokenSeed.map { _ in "\(point)@7, then to its end" },
            capsule: brokenSeed.map { _ in "results/capsules/swarm-71.capsule" })
    }

    private static func claims(_ ruling: ClaimResult.Ruling) -> ClaimsResult {
        ClaimsResult([
            ClaimResult(
                id: "C3", claim: "A log costs less than half of the rate, on a disk that syncs in a millisecond.",
                verdict: ruling, because: "0.62 (0.46 to 0.77) of raw", evidence: ["ratio": 0.62],
                command: "kbench scenario c3-price --seed 1")
        ])
    }

    private static func comparison(_ metrics: [GateMetric]) -> BuildComparison {
        BuildComparison(
            base: "old", new: "new", command: ["bench"], pairs: 10, seed: 1, marginPercent: 2, brokenGuarantees: [],
            differences: [],
            metrics: metrics + [
                GateMetric(
                    name: "process/cpuSeconds", tier: 1, better: .lower,
                    ratio: .init(median: 1.001, low: 0.995, high: 1.004), pAdjusted: 0.8,
                    minimumDetectableEffect: 0.01, confirmation: nil, margin: 0.02)
            ])
    }

    private static let capacity: CapacityResult = {
        var result = SampleBench.capacity
        result.rows.removeLast()
        return result
    }()

    private static let recovery: RecoveryResult = {
        var result = SampleBench.recovery
        result.rows.removeLast()
        return result
    }()

    private static let policy = GatePolicy(
        rules: [.init(metric: "process/cpuSeconds", tier: 1, marginPercent: 2)], inconclusiveIsRed: false)

    private static func calibration(slower: Int) -> CalibrationResult {
        var result = CalibrationResult(base: "old")
        (result.comparisons, result.slower) = (40, slower)
        result.minimumDetectableEffects = ["process/cpuSeconds": 0.012]
        return result
    }

    private static let ceilings = CeilingsResult(
        poll: .init(
            records: 3_000_000, partitions: 4, rawRecordsPerSecond: [2_800_000], plainLoopRecordsPerSecond: [2_700_000],
            loops: [
                .init(
                    name: "raw, read by the native client", recordsPerSecond: [9_200_000],
                    cpuMicrosecondsPerRecord: [0.11], toPlain: [2_700_000], toBare: nil)
            ]), blockBytes: 202_000, diskBytesPerSecond: 4.1e8, zstdBytesPerSecond: 2.5e8,
        logs: [
            .init(
                blockRecords: 1000, partitions: 4, groupCommitBlocks: 4, payloadBytes: 200_000_000,
                bytesWritten: 203_000_000, blocks: 1000, blockSyncs: 250, readBytesPerSecond: 2.4e9,
                scanBytesPerSecond: 1.9e9)
        ],
        verdicts: [
            .init(
                partitions: 4, records: 10_000_000, recordsPerSecond: 4.5e7, bitsPerRecord: 2.125, duplicates: 100,
                lost: 3)
        ], fileSystem: "ext4")

    private static let figures: [String: Int64] = [
        "bytesWritten": 103_000_000, "duplicates": 0, "fileCreations": 90, "fileSyncs": 160, "folderSyncs": 88,
        "lost": 0, "offsetCommits": 80, "reads": 1204, "renames": 99, "truncations": 2, "writeCalls": 2_310,
    ]

    // What only exploration itself can make, as JSON.

    private static func atlas(violations: String) -> String {
        """
        {"cells": [{"arrivals": 2, "fidelity": "spark", "point": "\(point)@2", "schedules": 1240, "sink": "batch-keyed",
          "strategy": "direct-transactional", "worst": {"duplicates": 12, "duplicatesEnding": "\(point)@2, \(point)@1, end",
          "lost": 0}}], "depth": 2, "fidelity": "spark", "repeated": 20, "schedules": 12400, "schedulesPerSecond": 3100,
          "seconds": 4, "seed": 1, "traceRoot": "e4575722b1e6dc30", "units": 2, "unitsDone": 2,
          "violations": [\(violations)], "worlds": 9000}
        """
    }

    private static let violation = """
        {"breach": "loss", "capsule": "results/capsules/direct-append-loss.capsule", "cause": "the checkpoint lags",
          "duplicates": 0, "first": "\(point)@2, then arrivals, then to its end", "lost": 7, "schedules": 12,
          "sink": "batch-keyed", "strategy": "direct-transactional"}
        """

    private static func mutants(found: Bool) -> String {
        let rest =
            found
            ? """
            "breach": "duplicates", "by": "atlas", "capsule": "c/m.capsule", "place": "receiver-wal/append",
              "schedule": "\(point)@1, end"
            """ : "\"breach\": null"
        return """
            {"bugs": [{"found": \(found), "name": "the log's sync is left out", "schedules": 412, "seconds": 0.25, \(rest)}],
              "falseAlarms": 0, "seed": 1, "soundSchedules": 5000}
            """
    }

    private static let replay = """
        {"schedule": "direct/append", "produced": 10, "duplicates": 1, "lost": 2, "corrupted": 0,
        "breach": "loss", "traceHash": "aa", "expectedTraceHash": "bb", "isSame": false, "capsuleVersion": "1"}
        """

    private static let shrink = """
        {"schedule": "direct/append, \(point)@2", "events": 2, "breach": "loss", "capsule": "a.small.capsule",
        "test": "a.small.swift", "diagram": "a.small.txt"}
        """

    private static func read<Result: VersionedResult>(_ type: Result.Type, _ json: String) -> Result {
        guard let result = try? Result(json: Data(json.utf8)) else { preconditionFailure("\(type): \(json)") }
        return result
    }
}
