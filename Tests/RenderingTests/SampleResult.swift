// One result that all report tests render: a pass, a difference, an invalid run and a run without a sink.
import Results

/// Results to render.
enum Sample {
    /// One row with counts of its own and everything else ordinary.
    static func run(
        _ strategy: String, _ sink: String, crashPoint: String?, duplicates: Int, ingest: Int,
        expected: RunResult.ExpectedCounts, agrees: Bool = true, invalidReason: String? = nil,
        walBytes: Int64 = 0, recordsPerSecond: Double = 250_000, percentOfRaw: Double? = nil
    ) -> RunResult {
        var recovery = RecoveryParts()
        if crashPoint != nil {
            recovery.detectSeconds = 0.004
            recovery.openSeconds = 0.0105
            recovery.readSeconds = 0.0008
            recovery.replaySeconds = 0
            recovery.refetchSeconds = strategy == "direct" ? 0.0112 : nil
            recovery.firstFreshOutputSeconds = 0.0158
        }
        return RunResult(
            strategy: strategy, sink: sink, crashPoint: crashPoint, crashFired: crashPoint != nil, produced: 10_000,
            delivered: 10_000 + duplicates, duplicates: duplicates, ingestDuplicates: ingest,
            reexecutionDuplicates: max(0, duplicates - ingest), lost: 0, corrupted: 0, redone: 0, expected: expected,
            derivation: "n = 100 (the block in flight)", agrees: agrees, invalidReason: invalidReason,
            restarts: crashPoint == nil ? 0 : 1, walBytesWritten: walBytes, diskBytesPeak: 4_500_000,
            ingestedBytes: 2_000_000, recordsPerSecond: recordsPerSecond, recoverySeconds: 0.0423,
            percentOfRaw: percentOfRaw, recovery: recovery, walLiveBytes: walBytes,
            orphanBytes: walBytes > 0 ? 20_548 : 0, orphanBytesAtRecovery: walBytes > 0 ? 20_548 : 0)
    }

    private static let commit = "receiver.offsets.commit.before@37"

    /// Everything came out as expected.
    static let passing = result(
        .pass,
        [
            run(
                "receiver-wal", "append", crashPoint: commit, duplicates: 100, ingest: 100,
                expected: .init(duplicates: 100, ingestDuplicates: 100, lost: 0), walBytes: 2_114_320),
            run(
                "receiver-wal", "offset-keyed", crashPoint: commit, duplicates: 0, ingest: 100,
                expected: .init(duplicates: 0, ingestDuplicates: 100, lost: 0), walBytes: 2_114_320),
        ])

    /// One run differs, one is invalid, and `raw` sets the pace.
    static let failing = result(
        .fail,
        [
            run(
                "raw", "none", crashPoint: nil, duplicates: 0, ingest: 0,
                expected: .init(duplicates: 0, ingestDuplicates: 0, lost: 0), recordsPerSecond: 1_234_567.8,
                percentOfRaw: 100),
            run(
                "receiver-wal", "append", crashPoint: commit, duplicates: 101, ingest: 100,
                expected: .init(duplicates: 100, ingestDuplicates: 100, lost: 0), agrees: false, walBytes: 2_114_320,
                percentOfRaw: 20.25),
            run(
                "direct", "append", crashPoint: "batch.submit.after@4", duplicates: 0, ingest: 0,
                expected: .init(duplicates: 0, ingestDuplicates: 0, lost: 0),
                invalidReason: "the crash never fired, \"armed\" or not", percentOfRaw: 20.25),
        ])

    private static func result(_ verdict: ScenarioResult.Standing, _ runs: [RunResult]) -> ScenarioResult {
        ScenarioResult(
            scenario: "crash-before-commit", summary: "SIGKILL before the commit.", seed: 1,
            valid: runs.allSatisfy { $0.invalidReason == nil }, verdict: verdict,
            broker: BrokerInfo(kind: "embedded", address: "127.0.0.1:40001"),
            load: Load(records: 10_000, partitions: 4, recordBytes: 200, blockRecords: 100, batchRecords: 1_000),
            runs: runs,
            host: HostInfo(
                kbench: "0.1.0", librdkafka: "2.0.2", system: "Linux 6.18", cores: 2, fileSystem: "ext4"),
            reproduce: "kbench scenario crash-before-commit --seed 1", startedAt: "2026-11-22T15:30:00Z",
            explanation: "Two stores that no single write can change together.")
    }
}
