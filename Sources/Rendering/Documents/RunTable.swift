// The table of a scenario: a row per strategy and sink, for people, and with every figure for programs.
internal import Results

extension Table {
    /// Runs, for people.
    static func ofRuns(_ runs: [RunResult]) -> Table {
        var columns: [Column<RunResult>] = [.words("strategy") { $0.strategy }, .words("sink") { $0.sink }]
        if runs.contains(where: { ![nil, "kafka"].contains($0.offsetStore) }) {
            columns.append(.words("offsets in") { $0.offsetStore ?? "engine" })
        }
        let isCrashed = runs.contains { $0.crashPoint != nil }
        if isCrashed { columns.append(.words("killed at", rank: 9) { $0.crashPoint }) }
        columns += [
            .count("produced", rank: 5) { $0.produced },
            .count("delivered", rank: 6) { $0.hasSink ? $0.delivered : nil },
            .count("duplicates") { $0.hasSink ? $0.duplicates : nil },
            .count("lost") { $0.hasSink && $0.refusal == nil ? $0.lost : nil },
            .figures("expected") { run in
                guard run.hasSink else { return nil }
                if run.expected.refused { return "refused" }
                let duplicates = run.expected.duplicates.map { Numbers.grouped($0) } ?? "any"
                return "\(duplicates) / \(Numbers.grouped(run.expected.lost))"
            },
            .count("ingested twice", rank: 3) { $0.ingestDuplicates },
            .number("records/s", rank: 1, places: 0) { $0.recordsPerSecond },
        ]
        if runs.contains(where: { $0.percentOfRaw != nil }) {
            columns.append(
                .figures("of raw", rank: 4) { $0.percentOfRaw.map { Numbers.fixed($0, places: 1) + " %" } })
        }
        columns += [
            .count("WAL bytes", rank: 7) { $0.walBytesWritten },
            .number("disk/ingested", rank: 8, places: 2) { $0.diskBytesPerIngestedByte },
        ]
        if isCrashed {
            columns.append(.duration("recovery", rank: 2) { $0.crashFired ? $0.recoverySeconds : nil })
        }
        return Table(runs, columns + [.words("result") { $0.outcome.rawValue }]) {
            [.differs, .invalid].contains($0.outcome)
        }
    }

    /// Where the time of each recovery went, and what the logs hold after it.
    static func ofRecoveries(_ crashed: [RunResult]) -> Table {
        Table(
            crashed,
            [
                .words("strategy") { $0.strategy }, .words("sink") { $0.sink }, .count("restarts") { $0.restarts },
                .duration("detect") { $0.recovery.detectSeconds }, .duration("open") { $0.recovery.openSeconds },
                .duration("read") { $0.recovery.readSeconds }, .duration("replay") { $0.recovery.replaySeconds },
                .duration("re-fetch") { $0.recovery.refetchSeconds },
                .duration("fresh output") { $0.recovery.firstFreshOutputSeconds },
                .count("WAL bytes left") { $0.walLiveBytes }, .count("orphans found") { $0.orphanBytesAtRecovery },
                .count("orphans left") { $0.orphanBytes },
            ])
    }

    /// Runs, for programs.
    static func ofRuns(_ runs: [RunResult], in result: ScenarioResult) -> Table {
        Table(
            runs,
            [
                .exact("scenario") { _ in result.scenario }, .exact("started_at_utc") { _ in result.startedAt },
                .exact("fidelity") { _ in result.fidelity }, .exact("seed") { _ in result.seed },
                .exact("broker_kind") { _ in result.broker.kind }, .exact("strategy") { $0.strategy },
                .exact("sink") { $0.sink }, .exact("crash_point") { $0.crashPoint },
                .exact("crash_fired") { $0.crashFired }, .exact("outcome") { $0.outcome.rawValue },
                .exact("invalid_reason") { $0.invalidReason }, .exact("produced_records") { $0.produced },
                .exact("delivered_records") { $0.delivered }, .exact("duplicate_records") { $0.duplicates },
                .exact("ingest_duplicate_records") { $0.ingestDuplicates },
                .exact("reexecution_duplicate_records") { $0.reexecutionDuplicates },
                .exact("lost_records") { $0.lost }, .exact("lost_silently_records") { $0.lostSilently },
                .exact("lost_loudly_records") { $0.lostLoudly }, .exact("corrupted_records") { $0.corrupted },
                .exact("redone_records") { $0.redone },
                .exact("expected_duplicate_records") { $0.expected.duplicates },
                .exact("expected_ingest_duplicate_records") { $0.expected.ingestDuplicates },
                .exact("expected_lost_records") { $0.expected.lost }, .exact("restarts") { $0.restarts },
                .exact("wal_written_bytes") { $0.walBytesWritten }, .exact("disk_peak_bytes") { $0.diskBytesPeak },
                .exact("ingested_bytes") { $0.ingestedBytes },
                .exact("disk_bytes_per_ingested_byte") { $0.diskBytesPerIngestedByte },
                .exact("throughput_records_per_second") { $0.recordsPerSecond },
                .exact("throughput_percent_of_raw") { $0.percentOfRaw },
                .exact("recovery_seconds") { $0.recoverySeconds },
                .exact("recovery_detect_seconds") { $0.recovery.detectSeconds },
                .exact("recovery_open_seconds") { $0.recovery.openSeconds },
                .exact("recovery_read_seconds") { $0.recovery.readSeconds },
                .exact("recovery_replay_seconds") { $0.recovery.replaySeconds },
                .exact("recovery_refetch_seconds") { $0.recovery.refetchSeconds },
                .exact("recovery_first_fresh_output_seconds") { $0.recovery.firstFreshOutputSeconds },
                .exact("wal_live_bytes") { $0.walLiveBytes }, .exact("orphan_bytes") { $0.orphanBytes },
                .exact("orphan_bytes_at_recovery") { $0.orphanBytesAtRecovery },
                .exact("output_digest") { $0.outputDigest },
                .exact("events_between_lives") { $0.events.joined(separator: "; ") },
                .exact("refusal") { $0.refusal },
            ])
    }
}
