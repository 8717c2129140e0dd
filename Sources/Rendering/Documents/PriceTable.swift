// The price table: one row for each strategy and sink, for people, and with every figure for programs.
internal import Results

extension Table {
    /// The prices, for people.
    static func prices(_ result: BenchResult) -> Table {
        func milliseconds(
            _ title: String, rank: Int, _ value: @escaping (BenchRow.Percentiles) -> UInt64
        ) -> Column<BenchRow> {
            .number(title, unit: "ms", rank: rank, per: 1000, places: 1) {
                $0.latencyMicroseconds.map { Double(value($0)) }
            }
        }
        let setting: [Column<BenchRow>] = result.sweep == nil ? [] : [.words("setting") { $0.setting }]
        let clients = Set(result.rows.map(\.client)).count
        let client: [Column<BenchRow>] = clients > 1 ? [.words("client") { $0.client ?? "" }] : []
        return Table(
            result.rows,
            setting + client + [
                .words("strategy") { $0.strategy }, .words("sink") { $0.sink },
                .words("guarantee") { $0.guarantee },
                .figures("records/s") {
                    Numbers.fixed($0.recordsPerSecond, places: 0) + ($0.isTooShort ? " (too short)" : "")
                },
                .figures("of raw", rank: 1) { $0.ratioToRaw.text(places: 2) },
                .number("of ceiling", rank: 9, places: 2) { $0.ratioToCeiling },
                milliseconds("p50", rank: 7) { $0.p50 }, milliseconds("p99", rank: 2) { $0.p99 },
                milliseconds("p99.9", rank: 8) { $0.p999 },
                .number("CPU s/M", rank: 4, places: 2) { $0.cpuSecondsPerMillionRecords },
                .number("peak MiB", rank: 10, per: 1_048_576, places: 0) { Double($0.peakResidentBytes) },
                .number("disk factor", rank: 6, places: 2) { $0.walBytesPerIngestedByte },
                .number("fsyncs/s", rank: 11, places: 1) { $0.fsyncsPerSecond },
                .figures("crash: twice / lost", rank: 3) {
                    $0.crash.map { "\(Numbers.grouped($0.duplicates)) / \(Numbers.grouped($0.lost))" }
                },
                .duration("recovery", rank: 5) { $0.crash?.recoverySeconds },
            ]
        ) { !$0.agrees }
    }

    /// The prices, for programs.
    static func priceData(_ result: BenchResult) -> Table {
        Table(
            result.rows,
            [
                .exact("setting") { $0.setting }, .exact("strategy") { $0.strategy }, .exact("sink") { $0.sink },
                .exact("guarantee") { $0.guarantee }, .exact("records_per_second") { $0.recordsPerSecond },
                .exact("ratio_to_raw_median") { $0.ratioToRaw.median },
                .exact("ratio_to_raw_low") { $0.ratioToRaw.low }, .exact("ratio_to_raw_high") { $0.ratioToRaw.high },
                .exact("ratio_to_ceiling") { $0.ratioToCeiling },
                .exact("cpu_seconds_per_million_records") { $0.cpuSecondsPerMillionRecords },
                .exact("peak_resident_bytes") { $0.peakResidentBytes },
                .exact("latency_p50_microseconds") { $0.latencyMicroseconds?.p50 },
                .exact("latency_p99_microseconds") { $0.latencyMicroseconds?.p99 },
                .exact("latency_p999_microseconds") { $0.latencyMicroseconds?.p999 },
                .exact("offered_records_per_second") { $0.offered?.recordsPerSecond }, .exact("fsyncs") { $0.fsyncs },
                .exact("fsyncs_per_second") { $0.fsyncsPerSecond }, .exact("write_calls") { $0.writeCalls },
                .exact("logical_bytes_written") { $0.bytesWrittenLogical },
                .exact("physical_bytes_written") { $0.bytesWrittenPhysical },
                .exact("wal_bytes_per_ingested_byte") { $0.walBytesPerIngestedByte },
                .exact("wal_bytes_peak") { $0.walBytesPeak }, .exact("checkpoint_bytes") { $0.checkpointBytes },
                .exact("duplicate_records") { $0.duplicates }, .exact("lost_records") { $0.lost },
                .exact("crash_point") { $0.crash?.point },
                .exact("crash_duplicate_records") { $0.crash?.duplicates },
                .exact("crash_lost_records") { $0.crash?.lost },
                .exact("recovery_seconds") { $0.crash?.recoverySeconds },
                .exact("client") { $0.client }, .exact("measured_seconds") { $0.measuredSeconds },
                .exact("too_short") { $0.isTooShort },
            ])
    }
}

extension Interval {
    /// The median with its bounds.
    func text(per unit: Double = 1, places: Int) -> String {
        let words = [median, low, high].map { Numbers.fixed($0 / unit, places: places) }
        return "\(words[0]) (\(words[1])-\(words[2]))"
    }
}
