// The summary as CSV (RFC 4180): a row per run, exact numbers, units in the column names.

/// Renders a result as `summary.csv`.
public enum CSVReport {
    private static let columns: [(name: String, cell: @Sendable (ScenarioResult, RunResult) -> String)] = [
        ("scenario", { result, _ in result.scenario }),
        ("started_at_utc", { result, _ in result.startedAt }),
        ("fidelity", { result, _ in result.fidelity }),
        ("seed", { result, _ in "\(result.seed)" }),
        ("broker_kind", { result, _ in result.broker.kind }),
        ("strategy", { _, run in run.strategy }),
        ("sink", { _, run in run.sink }),
        ("crash_point", { _, run in run.crashPoint ?? "" }),
        ("crash_fired", { _, run in "\(run.crashFired)" }),
        ("outcome", { _, run in run.outcome.rawValue }),
        ("invalid_reason", { _, run in run.invalidReason ?? "" }),
        ("produced_records", { _, run in "\(run.produced)" }),
        ("delivered_records", { _, run in "\(run.delivered)" }),
        ("duplicate_records", { _, run in "\(run.duplicates)" }),
        ("ingest_duplicate_records", { _, run in "\(run.ingestDuplicates)" }),
        ("reexecution_duplicate_records", { _, run in "\(run.reexecutionDuplicates)" }),
        ("lost_records", { _, run in "\(run.lost)" }),
        ("lost_silently_records", { _, run in "\(run.lostSilently)" }),
        ("lost_loudly_records", { _, run in "\(run.lostLoudly)" }),
        ("corrupted_records", { _, run in "\(run.corrupted)" }),
        ("redone_records", { _, run in "\(run.redone)" }),
        ("expected_duplicate_records", { _, run in run.expected.duplicates.map { "\($0)" } ?? "" }),
        ("expected_ingest_duplicate_records", { _, run in run.expected.ingestDuplicates.map { "\($0)" } ?? "" }),
        ("expected_lost_records", { _, run in "\(run.expected.lost)" }),
        ("restarts", { _, run in "\(run.restarts)" }),
        ("wal_written_bytes", { _, run in "\(run.walBytesWritten)" }),
        ("disk_peak_bytes", { _, run in "\(run.diskBytesPeak)" }),
        ("ingested_bytes", { _, run in "\(run.ingestedBytes)" }),
        ("disk_bytes_per_ingested_byte", { _, run in "\(run.diskBytesPerIngestedByte)" }),
        ("throughput_records_per_second", { _, run in "\(run.recordsPerSecond)" }),
        ("throughput_percent_of_raw", { _, run in run.percentOfRaw.map { "\($0)" } ?? "" }),
        ("recovery_seconds", { _, run in "\(run.recoverySeconds)" }),
        ("recovery_detect_seconds", { _, run in cell(run.recovery.detectSeconds) }),
        ("recovery_open_seconds", { _, run in cell(run.recovery.openSeconds) }),
        ("recovery_read_seconds", { _, run in cell(run.recovery.readSeconds) }),
        ("recovery_replay_seconds", { _, run in cell(run.recovery.replaySeconds) }),
        ("recovery_refetch_seconds", { _, run in cell(run.recovery.refetchSeconds) }),
        ("recovery_first_fresh_output_seconds", { _, run in cell(run.recovery.firstFreshOutputSeconds) }),
        ("wal_live_bytes", { _, run in "\(run.walLiveBytes)" }),
        ("orphan_bytes", { _, run in "\(run.orphanBytes)" }),
        ("orphan_bytes_at_recovery", { _, run in "\(run.orphanBytesAtRecovery)" }),
        ("output_digest", { _, run in run.outputDigest ?? "" }),
        ("events_between_lives", { _, run in run.events.joined(separator: "; ") }),
        ("refusal", { _, run in run.refusal ?? "" }),
    ]

    private static func cell(_ seconds: Double?) -> String { seconds.map { "\($0)" } ?? "" }

    /// The header and one line per run, each ended by CR LF.
    public static func render(_ result: ScenarioResult) -> String {
        let lines = [columns.map(\.name)] + result.runs.map { run in columns.map { $0.cell(result, run) } }
        return lines.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A cell, in quotes where it has to be.
    public static func quoted(_ cell: String) -> String {
        // Scalars, because Swift counts CR LF as one character that equals neither.
        let needsQuotes = cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}
