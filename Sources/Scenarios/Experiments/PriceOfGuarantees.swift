// The experiment `price-of-guarantees`: the direct strategies beside the receiver, in what they cost and what they give.
internal import Bench
internal import Engine
internal import Ingestion
internal import Results

/// Measures each row of the price table, with latency and a crash, and compares the direct ones with `receiver-wal`.
struct PriceOfGuarantees: Experiment {
    private static let rounds = 7

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        var settings = stage.benchSettings(
            [.receiverWal, .direct, .directLogFirst], [.append, .offsetKeyed], pairs: PriceOfGuarantees.rounds)
        settings.measuresLatency = true
        settings.measuresCrash = true
        settings.latencySeconds = 1
        let result = try await stage.bench(BenchSweep(base: settings))
        var outcome = ExperimentOutcome()
        outcome.take(result)
        var table = ResultTable(
            title: "What each guarantee costs, medians of \(PriceOfGuarantees.rounds) rounds",
            columns: [
                .init("strategy", isNumeric: false), .init("sink", isNumeric: false),
                .init("guarantee", isNumeric: false), .init("records/s"), .init("of raw"), .init("p99, ms"),
                .init("CPU s per million"), .init("log bytes/byte"), .init("crash: duplicates"), .init("crash: lost"),
                .init("recovery, ms"),
            ])
        func rounded(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
        for row in result.rows {
            table.rows.append([
                row.strategy, row.sink, row.guarantee, "\(Int(row.recordsPerSecond))", rounded(row.ratioToRaw.median),
                row.latencyMicroseconds.map { rounded(Double($0.p99) / 1000) } ?? "-",
                rounded(row.cpuSecondsPerMillionRecords), rounded(row.walBytesPerIngestedByte),
                row.crash.map { "\($0.duplicates)" } ?? "-", row.crash.map { "\($0.lost)" } ?? "-",
                row.crash.map { "\(Int($0.recoverySeconds * 1000))" } ?? "-",
            ])
            let label = "\(row.strategy)/\(row.sink)"
            outcome.findings.evidence.merge([
                "\(label): records per second": row.recordsPerSecond, "\(label): ratio to raw": row.ratioToRaw.median,
                "\(label): CPU seconds per million records": row.cpuSecondsPerMillionRecords,
                "\(label): log bytes per ingested byte": row.walBytesPerIngestedByte,
            ]) { $1 }
            if let crash = row.crash {
                outcome.findings.evidence["\(label): duplicates after a crash"] = Double(crash.duplicates)
                outcome.findings.evidence["\(label): lost after a crash"] = Double(crash.lost)
            }
        }
        outcome.findings.tables = [table]
        outcome.findings.notes = [
            "each record once: no duplicate and none lost after one SIGKILL half way",
            "efficiently: more records a second and less processor time a record than receiver-wal with the same sink",
        ]
        outcome.claimCases = PriceOfGuarantees.cases(result.rows)
        return outcome
    }

    /// Whether each direct row has no log, has every record once after a crash, and costs less than the receiver's.
    static func cases(_ rows: [BenchRow]) -> [ClaimCase] {
        rows.filter { $0.strategy != Strategy.raw.rawValue && $0.strategy != Strategy.receiverWal.rawValue }
            .compactMap { row in
                guard let crash = row.crash,
                    let receiver = rows.first(where: {
                        $0.strategy == Strategy.receiverWal.rawValue && $0.sink == row.sink
                    })
                else { return nil }
                let isOnce = crash.duplicates == 0 && crash.lost == 0
                let isCheaper =
                    row.walBytesPeak == 0 && row.recordsPerSecond > receiver.recordsPerSecond
                    && row.cpuSecondsPerMillionRecords < receiver.cpuSecondsPerMillionRecords
                return ClaimCase(label: "\(row.strategy)/\(row.sink)", holds: isOnce && isCheaper)
            }
    }
}
