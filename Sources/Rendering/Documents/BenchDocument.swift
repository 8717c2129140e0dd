// A benchmark: the price table in brief, in full with the load, the crashes and how to read it.
package import Results

extension BenchResult: Presentable {
    package var document: Document {
        var document = Document(data: .priceData(self))
        document.add(.heading("What the guarantee costs", level: 1), for: .report)
        document.add(.verdict(verdictLine))
        document.add(.list(settings.map(\.ceilingsLine)), for: .terminal)
        document.add(.heading("The price table", level: 2), for: .report)
        document.add(.table(.prices(self)))
        document.add(.prose(BenchResult.legend), for: .report)
        addFigures(to: &document)
        document.add("Ceilings", settings.map(\.ceilingsLine), for: .report)
        document.add("What ran", settings.map(\.loadLine) + Document.origin(broker, host, startedAt), for: .report)
        document.add(
            "What the crash did",
            rows.compactMap { row in
                row.crash.map { "\(row.name) at \($0.point): \($0.derivation)" }
            }, for: .report)
        let logs = rows.filter { $0.walLiveBytes.count > 1 }
        if !logs.isEmpty {
            document.add(.heading("The logs as time went on", level: 2), for: .report)
            document.add(.figure(BenchResult.figure(of: logs)), for: .report)
        }
        document.add("What is wrong", complaints)
        document.add("How to read it", allNotes)
        document.add(.heading("Again", level: 2), for: .report)
        document.add(.code(reproduce, label: "again"))
        return document
    }

    private func addFigures(to document: inout Document) {
        guard !rows.isEmpty else { return }
        document.add(.figure(.prices(rows)), for: .page)
        for setting in settings {
            document.add(.figure(.ceilings(of: setting, rows.filter { $0.setting == setting.name })), for: .page)
        }
        for figure in [Figure.latencies(rows), Figure.recoveries(rows)].compactMap(\.self) {
            document.add(.figure(figure), for: .page)
        }
    }

    private static func figure(of rows: [BenchRow]) -> Figure {
        Figure(
            title: "Bytes that the logs held, all copies, in the last round:", xUnit: "ms", yUnit: "bytes",
            series: rows.map { row in
                let setting = row.setting.isEmpty ? "" : "\(row.setting) "
                return Course.Series(
                    "\(setting)\(row.name)",
                    row.walLiveBytes.map { (Double($0.milliseconds), Double($0.bytes)) })
            })
    }

    private static let legend = """
        *of raw* is the median of the ratios to `raw` of the same round, with its interval. *of ceiling* is the ratio to the \
        nearest ceiling: `raw`, or for a log the disk where that is lower. Latency counts from the moment a record was to be \
        sent until it is synced in the sink. *disk factor* is the bytes written to logs for each byte ingested. *crash* is \
        counted after one SIGKILL, *recovery* its time to the first output.
        """

    private var verdictLine: String {
        "\(verdict.rawValue.uppercased()) bench: \(Numbers.count(rows.count, "row")), "
            + "\(Numbers.count(pairs, "interleaved round")) (seed \(seed), \(broker.kind) broker)"
    }

    /// The result's notes, and one for rows whose rates mean nothing.
    private var allNotes: [String] {
        guard let shortest = rows.filter(\.isTooShort).compactMap(\.measuredSeconds).min() else { return notes }
        return [
            "too short: measured for less than \(Numbers.duration(seconds: BenchRow.shortestMeasure)), "
                + "\(Numbers.duration(seconds: shortest)) at least; the rate, and every ratio to it, says how long it takes "
                + "to begin: raise --records"
        ] + notes
    }

    private var complaints: [String] {
        var complaints = invalidReason.map { ["invalid: \($0)"] } ?? []
        for row in rows {
            let name = row.name
            if row.duplicates > 0 || row.lost > 0 || row.corrupted > 0 {
                complaints.append(
                    "\(name): \(row.duplicates) duplicates, \(row.lost) lost and \(row.corrupted) corrupted without a crash"
                )
            }
            if let crash = row.crash, !crash.agrees {
                complaints.append(
                    "\(name) at \(crash.point): \(crash.duplicates) duplicates and \(crash.lost) lost, expected "
                        + "\(crash.expectedDuplicates) and \(crash.expectedLost)")
            }
        }
        return complaints
    }
}

extension BenchSetting {
    fileprivate var ceilingsLine: String {
        func megabytes(_ bytes: Double) -> String { Numbers.fixed(bytes / 1e6, places: 0) + " MB/s" }
        return (name.isEmpty ? "ceilings: " : "\(name): ")
            + "raw \(Numbers.fixed(ceilings.rawRecordsPerSecond, places: 0)) records/s, synced disk "
            + "\(megabytes(ceilings.diskBytesPerSecond)), zstd \(megabytes(ceilings.zstdBytesPerSecond))"
    }

    fileprivate var loadLine: String {
        (name.isEmpty ? "" : "\(name): ")
            + "\(Numbers.count(records, "record")) of \(Numbers.fixed(bytesPerRecord, places: 0)) bytes over "
            + "\(Numbers.count(partitions, "partition")); throughput with \(cuts), latency with \(openLoopCuts)"
            + (logReplicas > 1 ? "; \(logReplicas) simulated replicas of the log, on one machine" : "")
            + (zstdLevel.map { "; log compressed with zstd at level \($0)" } ?? "")
    }
}
