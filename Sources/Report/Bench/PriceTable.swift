// The price table as text, Markdown and CSV: one row for each strategy and sink.

/// The columns of the price table, once for people and once for programs.
enum PriceTable {
    /// The table for people.
    static func render(_ result: BenchResult) -> String {
        let hasSettings = result.sweep != nil
        var table = MarkdownTable(
            (hasSettings ? [.init(heading: "setting", isNumeric: false)] : [])
                + [
                    .init(heading: "strategy", isNumeric: false), .init(heading: "sink", isNumeric: false),
                    .init(heading: "guarantee", isNumeric: false), .init(heading: "records/s", isNumeric: true),
                    .init(heading: "of raw", isNumeric: true), .init(heading: "of ceiling", isNumeric: true),
                    .init(heading: "p50 ms", isNumeric: true), .init(heading: "p99 ms", isNumeric: true),
                    .init(heading: "p99.9 ms", isNumeric: true), .init(heading: "CPU s/M", isNumeric: true),
                    .init(heading: "peak MiB", isNumeric: true), .init(heading: "disk factor", isNumeric: true),
                    .init(heading: "fsyncs/s", isNumeric: true), .init(heading: "crash: twice / lost", isNumeric: true),
                    .init(heading: "recovery", isNumeric: true),
                ])
        for row in result.rows { table.add((hasSettings ? [row.setting] : []) + cells(of: row)) }
        return table.render()
    }

    private static func cells(of row: BenchRow) -> [String] {
        func milliseconds(_ value: UInt64?) -> String {
            value.map { Numbers.fixed(Double($0) / 1000, places: 1) } ?? "-"
        }
        return [
            row.strategy, row.sink, row.guarantee,
            Numbers.fixed(row.recordsPerSecond, places: 0) + (row.isTooShort ? " (too short)" : ""),
            ratio(row.ratioToRaw), Numbers.fixed(row.ratioToCeiling, places: 2),
            milliseconds(row.latencyMicroseconds?.p50), milliseconds(row.latencyMicroseconds?.p99),
            milliseconds(row.latencyMicroseconds?.p999), Numbers.fixed(row.cpuSecondsPerMillionRecords, places: 2),
            Numbers.fixed(Double(row.peakResidentBytes) / 1_048_576, places: 0),
            Numbers.fixed(row.walBytesPerIngestedByte, places: 2), Numbers.fixed(row.fsyncsPerSecond, places: 1),
            row.crash.map { "\(Numbers.grouped($0.duplicates)) / \(Numbers.grouped($0.lost))" } ?? "-",
            row.crash.map { Numbers.duration(seconds: $0.recoverySeconds) } ?? "-",
        ]
    }

    private static func ratio(_ interval: Interval) -> String {
        "\(Numbers.fixed(interval.median, places: 2)) (\(Numbers.fixed(interval.low, places: 2))-"
            + "\(Numbers.fixed(interval.high, places: 2)))"
    }

    private static let columns: [(name: String, cell: @Sendable (BenchRow) -> String)] = [
        ("setting", { $0.setting }), ("strategy", { $0.strategy }), ("sink", { $0.sink }),
        ("guarantee", { $0.guarantee }), ("records_per_second", { "\($0.recordsPerSecond)" }),
        ("ratio_to_raw_median", { "\($0.ratioToRaw.median)" }), ("ratio_to_raw_low", { "\($0.ratioToRaw.low)" }),
        ("ratio_to_raw_high", { "\($0.ratioToRaw.high)" }), ("ratio_to_ceiling", { "\($0.ratioToCeiling)" }),
        ("cpu_seconds_per_million_records", { "\($0.cpuSecondsPerMillionRecords)" }),
        ("peak_resident_bytes", { "\($0.peakResidentBytes)" }),
        ("latency_p50_microseconds", { $0.latencyMicroseconds.map { "\($0.p50)" } ?? "" }),
        ("latency_p99_microseconds", { $0.latencyMicroseconds.map { "\($0.p99)" } ?? "" }),
        ("latency_p999_microseconds", { $0.latencyMicroseconds.map { "\($0.p999)" } ?? "" }),
        ("offered_records_per_second", { $0.offered.map { "\($0.recordsPerSecond)" } ?? "" }),
        ("fsyncs", { "\($0.fsyncs)" }), ("fsyncs_per_second", { "\($0.fsyncsPerSecond)" }),
        ("write_calls", { "\($0.writeCalls)" }), ("logical_bytes_written", { "\($0.bytesWrittenLogical)" }),
        ("physical_bytes_written", { "\($0.bytesWrittenPhysical)" }),
        ("wal_bytes_per_ingested_byte", { "\($0.walBytesPerIngestedByte)" }),
        ("wal_bytes_peak", { "\($0.walBytesPeak)" }), ("checkpoint_bytes", { "\($0.checkpointBytes)" }),
        ("duplicate_records", { "\($0.duplicates)" }), ("lost_records", { "\($0.lost)" }),
        ("crash_point", { $0.crash?.point ?? "" }),
        ("crash_duplicate_records", { $0.crash.map { "\($0.duplicates)" } ?? "" }),
        ("crash_lost_records", { $0.crash.map { "\($0.lost)" } ?? "" }),
        ("recovery_seconds", { $0.crash.map { "\($0.recoverySeconds)" } ?? "" }),
        ("measured_seconds", { $0.measuredSeconds.map { "\($0)" } ?? "" }), ("too_short", { "\($0.isTooShort)" }),
    ]

    /// The table for programs (RFC 4180): exact numbers, units in the names of the columns.
    static func csv(_ result: BenchResult) -> String {
        let lines = [columns.map(\.name)] + result.rows.map { row in columns.map { CSVReport.quoted($0.cell(row)) } }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }
}
