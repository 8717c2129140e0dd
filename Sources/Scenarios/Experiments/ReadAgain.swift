// The experiment `read-again`: how fast the same records come back from the broker and from the log.
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Results

/// Kills `receiver-wal` with all records in its log, reads them back both ways in shuffled rounds, and restarts it.
struct ReadAgain: Experiment {
    private static let rounds = 7

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        let megabytes = max(1, scenario.records * scenario.recordBytes / 1_000_000)
        let result = try await RecoveryRunner(
            settings: stage.benchSettings([.receiverWal], [.counting], pairs: ReadAgain.rounds),
            // Recovery against the size of the log, up to the scenario's own.
            megabytes: [max(1, megabytes / 4), max(1, megabytes / 2), megabytes], options: stage.benchOptions,
            progress: stage.progress
        ).run()
        var outcome = ExperimentOutcome()
        outcome.findings.invalidReason = result.rows.compactMap(\.invalidReason).first
        var table = ResultTable(
            title: "The same records read again, medians of \(ReadAgain.rounds) rounds",
            columns: [
                .init("log, MB"), .init("log, cached, MB/s"), .init("log, from disk, MB/s"), .init("broker, MB/s"),
                .init("broker / cached"), .init("broker / disk"), .init("restart until first output, ms"),
                .init("duplicates"), .init("lost"),
            ])
        var cached = true
        var uncached = true
        for row in result.rows {
            func speed(_ interval: Interval) -> String { "\(Int(interval.median / 1e6))" }
            func ratio(_ interval: Interval) -> String {
                let parts = [interval.median, interval.low, interval.high].map { "\(($0 * 100).rounded() / 100)" }
                return "\(parts[0]) (\(parts[1])-\(parts[2]))"
            }
            let size = "\(Int((Double(row.logBytes) / 1e6).rounded())) MB"
            table.rows.append([
                size, speed(row.logCachedBytesPerSecond), speed(row.logUncachedBytesPerSecond),
                speed(row.brokerBytesPerSecond), ratio(row.brokerToCachedLog), ratio(row.brokerToUncachedLog),
                "\(Int(row.recoverySeconds * 1000))", "\(row.duplicates)", "\(row.lost)",
            ])
            outcome.findings.evidence.merge([
                "\(size): broker bytes per second": row.brokerBytesPerSecond.median,
                "\(size): cached log bytes per second": row.logCachedBytesPerSecond.median,
                "\(size): log from disk bytes per second": row.logUncachedBytesPerSecond.median,
                "\(size): broker to cached log": row.brokerToCachedLog.median,
                "\(size): broker to log from disk": row.brokerToUncachedLog.median,
                "\(size): restart seconds until first output": row.recoverySeconds,
            ]) { $1 }
            cached = cached && row.brokerToCachedLog.low > 1
            uncached = uncached && row.brokerToUncachedLog.low > 1
            if row.duplicates + row.lost > 0 {
                outcome.findings.complaints.append(
                    "\(size): \(row.duplicates) duplicates and \(row.lost) lost after the restart")
            }
        }
        outcome.findings.tables = [table]
        outcome.findings.notes = [
            "every pass verifies each record; from disk means that the log's pages were dropped from memory first",
            "the broker holds the records in memory, and is on this machine unless --brokers names another",
        ]
        outcome.claimCases = [
            ClaimCase(label: "a log in the page cache", holds: cached),
            ClaimCase(label: "a log read from disk", holds: uncached),
        ]
        return outcome
    }
}
