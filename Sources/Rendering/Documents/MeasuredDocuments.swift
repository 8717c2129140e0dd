// What was measured of load and machine: capacities, recoveries, ceilings.
package import Results
internal import Statistics

extension CapacityResult: Presentable {
    /// The answers and every probe.
    package var document: Document {
        typealias Probe = (row: CapacityRow, probe: CapacityProbe)
        let probes: [Probe] = rows.flatMap { row in row.probes.map { (row, $0) } }
        let data: [Column<Probe>] = [
            .exact("strategy") { $0.row.strategy }, .exact("sink") { $0.row.sink },
            .exact("offered_records_per_second") { $0.probe.recordsPerSecond },
            .exact("latency_p99_microseconds") { $0.probe.p99Microseconds },
            .exact("lag_early_records") { $0.probe.lagEarly }, .exact("lag_late_records") { $0.probe.lagLate },
            .exact("sustained") { $0.probe.isSustained }, .exact("limit") { $0.probe.limit?.rawValue },
            .exact("duplicate_records") { $0.probe.duplicates }, .exact("lost_records") { $0.probe.lost },
            .exact("sustained_records_per_second") { $0.row.sustainedRecordsPerSecond },
            .exact("refused_records_per_second") { $0.row.refusedRecordsPerSecond },
            .exact("limited_by") { $0.row.limitedBy?.rawValue }, .exact("client") { $0.row.client },
        ]
        let isOfSeveral = Set(rows.map(\.client)).count > 1
        let client: [Column<CapacityRow>] = isOfSeveral ? [.words("client") { $0.client }] : []
        let probed: [Column<Probe>] = isOfSeveral ? [.words("client") { $0.row.client }] : []
        var document = Document(data: Table(probes, data))
        document.add(
            .verdict(
                "capacity: the highest rate with a p99 to the sink under \(Numbers.plain(p99BoundMilliseconds)) ms and a lag "
                    + "that does not grow; \(recordBytes) bytes, \(Numbers.count(partitions, "partition")), \(cuts), "
                    + "\(Numbers.plain(probeSeconds)) s a probe (seed \(seed), \(broker.kind) broker)"))
        document.add(
            .table(
                Table(
                    rows,
                    client + [
                        .words("strategy") { $0.strategy }, .words("sink") { $0.sink },
                        .number("sustains records/s", places: 0) { $0.sustainedRecordsPerSecond },
                        .number("not", places: 0) { $0.refusedRecordsPerSecond },
                        .words("limited by") { $0.limitedBy?.rawValue },
                    ]
                ) { $0.sustainedRecordsPerSecond == nil }))
        if !rows.isEmpty { document.add(.figure(.capacities(rows)), for: .page) }
        document.add(
            .prose(
                """
                *limited by* names what refused the next higher rate: latency, a growing lag, records that the broker dropped \
                before they were read, or the generator, which then leaves the true capacity open above.
                """))
        let columns: [Column<Probe>] =
            probed + [
                .words("strategy") { $0.row.strategy },
                .number("records/s", places: 0) { $0.probe.recordsPerSecond },
                .number("p99", unit: "ms", per: 1000, places: 1) { $0.probe.p99Microseconds.map { Double($0) } },
                .count("lag early") { $0.probe.lagEarly }, .count("lag late") { $0.probe.lagLate },
                .words("verdict") { $0.probe.limit?.rawValue ?? "sustained" },
            ]
        document.add(.table(Table(probes, columns)))
        document.add(.code(reproduce, label: "again"))
        return document
    }
}

extension CapacityProbe {
    /// The probe in a line.
    package var words: String {
        "\(Numbers.fixed(recordsPerSecond, places: 0)) records/s, p99 "
            + (p99Microseconds.map { Numbers.fixed(Double($0) / 1000, places: 1) + " ms" } ?? "unknown") + ": "
            + (limit.map { "refused (\($0.rawValue))" } ?? "sustained")
    }
}

extension RecoveryResult: Presentable {
    /// The verdict, the table, and how to read it.
    package var document: Document {
        var document = Document(data: data)
        let verdict = isValid ? (holds ? "PASS" : "FAIL") : "INVALID"
        document.add(
            .verdict(
                "\(verdict) bench recovery: receiver-wal killed with everything in its log; \(recordBytes) bytes a record, "
                    + "\(Numbers.count(pairs, "interleaved round")) (seed \(seed), \(broker.kind) broker"
                    + (client.flatMap { $0 == "librdkafka" ? nil : ", client \($0)" } ?? "") + ")"))
        document.add(
            .table(
                Table(
                    rows,
                    [
                        .number("log", unit: "MB", per: 1e6, places: 1) { Double($0.logBytes) },
                        .count("records") { $0.records },
                        .number("log, cached", unit: "MB/s", per: 1e6, places: 0) {
                            $0.logCachedBytesPerSecond.median
                        },
                        .number("log, from disk", unit: "MB/s", per: 1e6, places: 0) {
                            $0.logUncachedBytesPerSecond.median
                        },
                        .number("broker", unit: "MB/s", per: 1e6, places: 0) { $0.brokerBytesPerSecond.median },
                        .figures("broker / cached", rank: 1) { $0.brokerToCachedLog.text(places: 2) },
                        .figures("broker / disk", rank: 2) { $0.brokerToUncachedLog.text(places: 2) },
                        .duration("open", rank: 3) { $0.openSeconds },
                        .duration("first output") { $0.recoverySeconds }, .duration("drain") { $0.drainSeconds },
                        .figures("twice / lost") { "\($0.duplicates) / \($0.lost)" },
                    ]
                ) { $0.invalidReason != nil || $0.duplicates + $0.lost > 0 }))
        document.add(.figure(.recoveries(self)), for: .page)
        let memory = broker.kind == "embedded" ? " The embedded broker keeps its records in memory." : ""
        document.add(
            .prose(
                """
                Every record is verified in every pass. *cached*: the log's pages are in memory; *from disk*: they were \
                dropped first. *first output* counts from starting the worker again, *drain* from the end of its recovery \
                until all is out.\(memory)
                """))
        document.add(.list(rows.compactMap(\.invalidReason)))
        document.add(.code(reproduce, label: "again"))
        return document
    }

    private var data: Table {
        Table(
            rows,
            [
                .exact("records") { $0.records }, .exact("partitions") { $0.partitions },
                .exact("log_bytes") { $0.logBytes },
                .exact("log_cached_bytes_per_second") { $0.logCachedBytesPerSecond.median },
                .exact("log_from_disk_bytes_per_second") { $0.logUncachedBytesPerSecond.median },
                .exact("broker_bytes_per_second") { $0.brokerBytesPerSecond.median },
                .exact("broker_to_cached_log_median") { $0.brokerToCachedLog.median },
                .exact("broker_to_cached_log_low") { $0.brokerToCachedLog.low },
                .exact("broker_to_cached_log_high") { $0.brokerToCachedLog.high },
                .exact("broker_to_log_from_disk_median") { $0.brokerToUncachedLog.median },
                .exact("broker_to_log_from_disk_low") { $0.brokerToUncachedLog.low },
                .exact("broker_to_log_from_disk_high") { $0.brokerToUncachedLog.high },
                .exact("open_seconds") { $0.openSeconds }, .exact("recovery_seconds") { $0.recoverySeconds },
                .exact("drain_seconds") { $0.drainSeconds }, .exact("duplicate_records") { $0.duplicates },
                .exact("lost_records") { $0.lost }, .exact("invalid_reason") { $0.invalidReason },
            ])
    }
}

extension CeilingsResult: Presentable {
    /// A line or a table for each section.
    package var document: Document {
        func megabytes(_ bytes: Double) -> String { Numbers.fixed(bytes / 1e6, places: 0) }
        func millions(_ records: Double) -> String { Numbers.fixed(records / 1e6, places: 2) }
        var document = Document(data: data)
        document.add(
            .prose(
                "polling: raw \(millions(raw)) M records/s, a loop in C \(millions(plainLoop)), median of "
                    + "\(Numbers.count(poll.rawRecordsPerSecond.count, "paired ratio")) "
                    + Numbers.fixed(poll.medianRatio, places: 3)))
        if let loops = poll.loops {
            document.add(
                .table(
                    Table(
                        loops,
                        [
                            .words("polling") { $0.name },
                            .number("M records/s", per: 1e6, places: 2) { $0.medianRecordsPerSecond },
                            .number("to the bare loop", places: 2) { $0.ratioToBareLoop },
                            .number("to the plain loop", places: 2) { $0.ratioToPlainLoop },
                            .number("CPU us a record", places: 3) { $0.medianCPU },
                        ])))
        }
        document.add(
            .prose(
                "disk: \(megabytes(diskBytesPerSecond)) MB/s in synced blocks of \(Numbers.grouped(blockBytes)) bytes on "
                    + "\(fileSystem); zstd level 1: \(megabytes(zstdBytesPerSecond)) MB/s"))
        document.add(
            .table(
                Table(
                    logs,
                    [
                        .count("blocks a sync") { $0.groupCommitBlocks }, .count("block records") { $0.blockRecords },
                        .number("over payload", unit: "%", places: 2) { $0.overheadPercent },
                        .number("syncs a block", places: 2) { $0.syncsPerBlock },
                        .number("read", unit: "MB/s", per: 1e6, places: 0) { $0.readBytesPerSecond },
                        .number("scan", unit: "MB/s", per: 1e6, places: 0) { $0.scanBytesPerSecond },
                        .number("scan / read", places: 2) { $0.scanBytesPerSecond / max($0.readBytesPerSecond, 1) },
                    ])))
        document.add(
            .table(
                Table(
                    verdicts,
                    [
                        .count("partitions") { $0.partitions }, .count("records") { $0.records },
                        .number("M records/s", per: 1e6, places: 2) { $0.recordsPerSecond },
                        .number("bits a record", places: 3) { $0.bitsPerRecord },
                        .count("duplicates") { $0.duplicates }, .count("lost") { $0.lost },
                    ])))
        return document
    }

    private var raw: Double { Sample.median(poll.rawRecordsPerSecond) }
    private var plainLoop: Double { Sample.median(poll.plainLoopRecordsPerSecond) }

    /// Every ceiling as a row of its own.
    private var data: Table {
        var figures: [(of: String, name: String, value: Double)] = [
            ("polling", "raw_records_per_second", raw), ("polling", "plain_loop_records_per_second", plainLoop),
            ("polling", "paired_ratio", poll.medianRatio), ("disk", "bytes_per_second", diskBytesPerSecond),
            ("disk", "block_bytes", Double(blockBytes)), ("zstd", "bytes_per_second", zstdBytesPerSecond),
        ]
        for loop in poll.loops ?? [] {
            figures += [
                (loop.name, "records_per_second", loop.medianRecordsPerSecond),
                (loop.name, "ratio_to_plain_loop", loop.ratioToPlainLoop),
                (loop.name, "cpu_microseconds_per_record", loop.medianCPU),
            ]
            if let ratio = loop.ratioToBareLoop { figures.append((loop.name, "ratio_to_bare_loop", ratio)) }
        }
        for log in logs {
            let name = "log with \(log.groupCommitBlocks) blocks a sync"
            figures += [
                (name, "over_payload_percent", log.overheadPercent), (name, "syncs_per_block", log.syncsPerBlock),
                (name, "read_bytes_per_second", log.readBytesPerSecond),
                (name, "scan_bytes_per_second", log.scanBytesPerSecond),
            ]
        }
        for verdict in verdicts {
            let name = "verdict over \(verdict.records) records in \(verdict.partitions) partitions"
            figures += [
                (name, "records_per_second", verdict.recordsPerSecond),
                (name, "bits_per_record", verdict.bitsPerRecord),
                (name, "duplicate_records", Double(verdict.duplicates)), (name, "lost_records", Double(verdict.lost)),
            ]
        }
        let columns: [Column<(of: String, name: String, value: Double)>] = [
            .exact("of") { $0.of }, .exact("figure") { $0.name }, .exact("value") { $0.value },
        ]
        return Table(figures, columns)
    }
}

extension CeilingsResult.Log {
    fileprivate var syncsPerBlock: Double { Double(blockSyncs) / Double(blocks) }
}
