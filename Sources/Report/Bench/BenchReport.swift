// A benchmark in the forms of `--format`.
internal import Foundation

/// Renders a benchmark.
public enum BenchReport {
    /// The result in a form, its last line ended.
    ///
    /// - Throws: `EncodingError` when a number is not finite and the form is JSON.
    public static func render(_ result: BenchResult, as format: ResultFormat) throws -> String {
        switch format {
        case .text: text(result)
        case .json: try JSONText.of(result)
        case .csv: PriceTable.csv(result)
        case .markdown: markdown(result)
        }
    }

    /// Reads what ``render(_:as:)`` wrote as JSON.
    ///
    /// - Throws: `DecodingError`.
    public static func parse(_ json: String) throws -> BenchResult {
        try JSONDecoder().decode(BenchResult.self, from: Data(json.utf8))
    }

    private static func text(_ result: BenchResult) -> String {
        var text = "\(verdictLine(result))\n\n"
        text += result.settings.map { ceilings($0) + "\n" }.joined() + "\n" + PriceTable.render(result)
        let complaints = complaints(result)
        if !complaints.isEmpty { text += "\n" + complaints.map { "- \($0)\n" }.joined() }
        return text + "\n" + notes(result).map { "- \($0)\n" }.joined() + "\nagain: \(result.reproduce)\n"
    }

    private static func markdown(_ result: BenchResult) -> String {
        var sections = [
            "# What the guarantee costs", "**\(verdictLine(result))**", "## The price table",
            PriceTable.render(result) + "\n" + legend, "## Ceilings",
            result.settings.map { "- \(ceilings($0))" }.joined(separator: "\n"),
            "## What ran", result.settings.map { "- \(load($0))" }.joined(separator: "\n") + "\n" + host(result),
        ]
        let crashes = result.rows.compactMap { row in
            row.crash.map { "- \(row.strategy) / \(row.sink) at \($0.point): \($0.derivation)" }
        }
        if !crashes.isEmpty { sections += ["## What the crash did", crashes.joined(separator: "\n")] }
        let complaints = complaints(result)
        if !complaints.isEmpty {
            sections += ["## What is wrong", complaints.map { "- \($0)" }.joined(separator: "\n")]
        }
        sections += ["## How to read it", notes(result).map { "- \($0)" }.joined(separator: "\n")]
        sections += ["## Again", "```\n\(result.reproduce)\n```"]
        return sections.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n") + "\n"
    }

    private static let legend = """
        *of raw* is the median of the ratios to `raw` of the same round, with its interval. *of ceiling* is the ratio to the \
        nearest ceiling: `raw`, or for a log the disk where that is lower. Latency counts from the moment a record was to be \
        sent until it is synced in the sink. *disk factor* is the bytes written to logs for each byte ingested. *crash* is \
        counted after one SIGKILL, *recovery* its time to the first output.
        """

    private static func verdictLine(_ result: BenchResult) -> String {
        let name =
            switch result.verdict {
            case .pass: "PASS"
            case .fail: "FAIL"
            case .invalid: "INVALID"
            }
        return "\(name) bench: \(Numbers.count(result.rows.count, "row")), "
            + "\(Numbers.count(result.pairs, "interleaved round")) (seed \(result.seed), \(result.broker.kind) broker)"
    }

    private static func ceilings(_ setting: BenchSetting) -> String {
        let ceilings = setting.ceilings
        func megabytes(_ bytes: Double) -> String { Numbers.fixed(bytes / 1e6, places: 0) + " MB/s" }
        return (setting.name.isEmpty ? "ceilings: " : "\(setting.name): ")
            + "raw \(Numbers.fixed(ceilings.rawRecordsPerSecond, places: 0)) records/s, synced disk "
            + "\(megabytes(ceilings.diskBytesPerSecond)), zstd \(megabytes(ceilings.zstdBytesPerSecond))"
    }

    private static func load(_ setting: BenchSetting) -> String {
        (setting.name.isEmpty ? "" : "\(setting.name): ")
            + "\(Numbers.count(setting.records, "record")) of \(Numbers.fixed(setting.bytesPerRecord, places: 0)) bytes over "
            + "\(Numbers.count(setting.partitions, "partition")); throughput with \(setting.cuts), latency with "
            + "\(setting.openLoopCuts)"
            + (setting.logReplicas > 1 ? "; \(setting.logReplicas) simulated replicas of the log, on one machine" : "")
            + (setting.zstdLevel.map { "; log compressed with zstd at level \($0)" } ?? "")
    }

    private static func host(_ result: BenchResult) -> String {
        """
        - Broker: \(result.broker.kind) at \(result.broker.address)
        - Host: \(result.host.system), \(Numbers.count(result.host.cores, "core")), files on \(result.host.fileSystem)
        - Versions: kbench \(result.host.kbench), librdkafka \(result.host.librdkafka)
        - Started: \(result.startedAt)
        """
    }

    /// The result's notes, and one for rows whose rates mean nothing.
    private static func notes(_ result: BenchResult) -> [String] {
        guard let shortest = result.rows.filter(\.isTooShort).compactMap(\.measuredSeconds).min() else {
            return result.notes
        }
        return [
            "too short: measured for less than \(Numbers.duration(seconds: BenchRow.shortestMeasure)), "
                + "\(Numbers.duration(seconds: shortest)) at least; the rate, and every ratio to it, says how long it takes "
                + "to begin: raise --records"
        ] + result.notes
    }

    private static func complaints(_ result: BenchResult) -> [String] {
        var complaints = result.invalidReason.map { ["invalid: \($0)"] } ?? []
        for row in result.rows {
            let name = "\(row.strategy) / \(row.sink)"
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
