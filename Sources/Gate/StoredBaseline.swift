// What was measured at another time, from a file: a benchmark's result or a history, and what a new one is beside it.
internal import Foundation
public import Harness
public import Results
internal import Statistics
internal import World

/// Figures of one machine, as a file has them.
public struct StoredBaseline: Sendable {
    /// The middle of a figure, and the bounds that it lay within.
    typealias Figure = Interval

    /// The file.
    public let path: String
    /// The figures by name.
    let figures: [String: Figure]
    /// The machine; nil where the file does not say.
    let host: HostInfo?
    /// The loads that were measured; empty where the file does not say.
    let loads: [BenchSetting]

    /// So many of a history's entries are taken, the newest: older ones are of another program.
    private static let mostEntries = 10

    /// Reads a benchmark's JSON, or a history: of that the newest entries that are of `machine`.
    ///
    /// - Throws: ``Diagnosis`` naming `option` and what the file is not.
    public init(_ path: String, option: String, machine: HostInfo? = nil) throws(Diagnosis) {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw Diagnosis(
                cause: "\(option): \(path) cannot be read", fix: "name a file that kbench bench wrote, or a history",
                exitCode: .usage)
        }
        self.path = path
        if let bench = try? BenchResult(json: data) {
            figures = Self.intervals(FigureTree.figures(in: String(decoding: data, as: UTF8.self)))
            (host, loads) = (bench.host, bench.settings.map(\.withoutCeilings))
            guard bench.valid else {
                throw Diagnosis(
                    cause: "\(option): \(path): \(bench.invalidReason ?? "the benchmark is invalid")",
                    fix: "run kbench bench again", exitCode: .invalidRun)
            }
            return
        }
        let entries = History(text: String(decoding: data, as: UTF8.self), path: path).entries
        guard !entries.isEmpty else {
            throw Diagnosis(
                cause: "\(option): \(path) is neither a result of kbench bench nor a history",
                fix: "write one with: kbench bench --format json > \(path)", exitCode: .usage)
        }
        // One that does not say its machine may be of any.
        let ofMachine = entries.filter { entry in
            machine.flatMap { machine in entry.host.map { machine.differences(from: $0).isEmpty } } ?? false
        }
        let chosen = (ofMachine.isEmpty ? entries : ofMachine).suffix(Self.mostEntries)
        var series: [String: [Double]] = [:]
        for entry in chosen {
            for (name, figure) in Self.intervals(entry.figures) { series[name, default: []].append(figure.median) }
        }
        figures = series.mapValues {
            Interval(median: Sample.median($0), low: $0.min() ?? 0, high: $0.max() ?? 0)
        }
        (host, loads) = (ofMachine.last?.host ?? chosen.last?.host, [])
    }

    /// The machine that the figures are of.
    public var machine: HostInfo? { host }

    /// Figures with their bounds: `median`, `low` and `high` are one figure, and a row's rate and its processor time are
    /// those with bounds, the rate as a share of what raw reached in the same rounds.
    static func intervals(_ figures: [String: Double]) -> [String: Figure] {
        var found: [String: Figure] = [:]
        for (name, value) in figures {
            guard let slash = name.lastIndex(of: "/") else {
                found[name] = Interval(median: value, low: value, high: value)
                continue
            }
            let whole = String(name[..<slash])
            switch name[name.index(after: slash)...] {
            case "low" where figures["\(whole)/median"] != nil, "high" where figures["\(whole)/median"] != nil: continue
            case "median":
                found[whole] = Interval(
                    median: value, low: figures["\(whole)/low"] ?? value, high: figures["\(whole)/high"] ?? value)
            default: found[name] = Interval(median: value, low: value, high: value)
            }
        }
        for (bounded, plain) in [("ratioToRaw", "recordsPerSecond"), ("cpu", "cpuSecondsPerMillionRecords")] {
            for name in found.keys where name.hasPrefix("rows/") && name.hasSuffix("/\(bounded)") {
                found["\(name.dropLast(bounded.count))\(plain)"] = found[name]
                found[name] = nil
            }
        }
        return found
    }

    /// Figures that are the same on every machine: what was counted and not timed.
    private static let counted: Set = [
        "duplicates", "lost", "ingestDuplicates", "reexecutionDuplicates", "corrupted", "redone", "bytesWrittenLogical",
        "walBytesPerIngestedByte", "walFactor",
    ]

    /// What a new run is beside this one, for those metrics that a rule of the policy covers. Where the machines are not the
    /// same, what was timed is named and not compared.
    ///
    /// - Throws: ``Diagnosis`` where the two are of other loads, or a rule's metric has no direction.
    public func compared(with new: StoredBaseline, policy: GatePolicy) throws(Diagnosis) -> BuildComparison {
        guard loads.isEmpty || new.loads.isEmpty || loads == new.loads else {
            throw Diagnosis(
                cause:
                    "\(new.path) is of another load than \(path): \(Self.words(new.loads)), not \(Self.words(loads))",
                fix: "measure with the options of the baseline", exitCode: .usage)
        }
        let differences =
            switch (host, new.host) {
            case (let before?, let now?): now.differences(from: before)
            case (nil, _): ["\(path) does not say its machine"]
            case (_, nil): ["\(new.path) does not say its machine"]
            }
        let common = figures.keys.filter { new.figures[$0] != nil }.sorted()
        var metrics: [GateMetric] = []
        var incomparable: [String] = []
        var broken: [String] = []
        for name in common {
            guard let before = figures[name], let now = new.figures[name] else { continue }
            if RunPairs.isOutcome(name), now.median > before.median {
                broken.append(
                    "\(name): \(NumberCheck.plain(now.median)), \(NumberCheck.plain(before.median)) before")
            }
            guard let rule = policy.rules.first(where: { $0.tier == 1 && $0.covers(name) }) else { continue }
            guard let better = rule.direction ?? MetricDirection.better(name) else {
                // `all` is of those whose direction is known.
                if rule.metric == GatePolicy.Rule.all { continue }
                throw Diagnosis(
                    cause: "nothing says whether more of \(name) is better or worse",
                    fix: "write direction: higher, or direction: lower, to the rule on \(rule.metric)", exitCode: .usage
                )
            }
            if !differences.isEmpty, !Self.counted.contains(FigureTree.kind(of: name)) {
                incomparable.append(name)
                continue
            }
            metrics.append(
                GateMetric(
                    stored: name, better: better, ratio: Self.ratio(now, to: before), margin: rule.marginPercent / 100))
        }
        return BuildComparison(
            base: path, new: new.path, command: [], pairs: 0, seed: 0, marginPercent: 0, brokenGuarantees: broken,
            differences: [], metrics: metrics, otherMachine: differences.isEmpty ? nil : differences,
            notComparable: incomparable.isEmpty ? nil : incomparable)
    }

    /// New to base, as wide as the bounds of both allow.
    private static func ratio(_ now: Figure, to before: Figure) -> Interval {
        // Where there was nothing before, what is there now counts as against one.
        func over(_ value: Double, _ base: Double) -> Double { base == 0 ? value + 1 : value / base }
        return Interval(
            median: over(now.median, before.median), low: over(now.low, before.high), high: over(now.high, before.low))
    }

    private static func words(_ loads: [BenchSetting]) -> String {
        loads.map { "\($0.records) records in \($0.partitions) partitions, \($0.cuts)" }.joined(separator: "; ")
    }
}

extension BenchSetting {
    /// The setting as it was asked for, without what was measured.
    fileprivate var withoutCeilings: BenchSetting {
        var setting = self
        setting.ceilings = BenchCeilings(rawRecordsPerSecond: 0, diskBytesPerSecond: 0, zstdBytesPerSecond: 0)
        return setting
    }
}

extension HostInfo {
    /// What of a machine is not as it was on another, as far as it decides over what a clock measures.
    func differences(from before: HostInfo) -> [String] {
        let both = [
            ("system", before.system, system), ("cores", "\(before.cores)", "\(cores)"),
            ("processor", before.processor ?? "not said", processor ?? "not said"),
            ("file system", before.fileSystem, fileSystem), ("librdkafka", before.librdkafka, librdkafka),
        ]
        return both.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.2), \($0.1) in the baseline" }
    }
}
