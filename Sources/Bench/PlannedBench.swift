// What the commands that measure would run: their steps by name, and how long one takes where nothing is known of it.
internal import Harness
public import Results
internal import World

extension BenchSweep {
    /// The trials of a benchmark, in words; on a topic that is there already as many records are taken as would be produced.
    ///
    /// - Throws: ``Diagnosis`` for a value out of its range.
    public func work() throws -> PlannedWork {
        var names: [String] = []
        var seconds = 0.0
        for (name, settings) in try settings() {
            let place = name.isEmpty ? "" : "\(name): "
            let cells = settings.rawCells + settings.cells
            names += ["\(place)warming up"]
            for round in 1...settings.pairs {
                names += cells.map { "\(place)round \(round) of \(settings.pairs): \($0.label)" }
            }
            if settings.measuresLatency { names += cells.map { "\(place)latency: \($0.label)" } }
            if settings.measuresCrash { names += settings.cells.map { "\(place)crash: \($0.label)" } }
            seconds += settings.shippedSeconds
        }
        var words = base.sizeInWords
        if base.measuresLatency { words += ", latency over \(NumberCheck.plain(base.latencySeconds)) s" }
        if let key { words += ", \(key.rawValue) swept" }
        return PlannedWork(
            kind: "bench", unit: "trial", names: names, size: words,
            shippedSeconds: seconds / Double(max(1, names.count)))
    }
}

extension BenchSettings {
    /// Records a second of a row, roughly the middle of the price table that is shipped.
    private static let shippedRate = 1_600_000.0
    /// What a trial takes besides its records, in seconds: a worker's start, its files, the verdict.
    private static let shippedTrial = 0.4

    /// What decides how long a trial takes, in words.
    fileprivate var sizeInWords: String {
        let load = topic.map { "topic \($0)" } ?? "\(records) records of \(load?.meanBytes ?? recordBytes) bytes"
        return "\(load), \(partitions) partitions, \(clients.map(\.rawValue).joined(separator: "+"))"
    }

    /// How long everything of one setting takes, in seconds.
    fileprivate var shippedSeconds: Double {
        let bytes = Double(max(1, load?.meanBytes ?? recordBytes))
        // Beyond 200 bytes a record costs by its bytes.
        let trial = Self.shippedTrial + Double(records) / Self.shippedRate * max(1, bytes / 200)
        let rows = Double(rawCells.count + cells.count)
        let latency = measuresLatency ? rows * (latencySeconds + 2 * Self.shippedTrial) : 0
        let crash = measuresCrash ? Double(cells.count) * (trial + Self.shippedTrial) : 0
        return trial * (rows * Double(pairs) + 1) + latency + crash
    }
}

extension RecoveryRunner {
    /// The rounds of `bench recovery` for logs of so many million bytes.
    public static func work(_ settings: BenchSettings, megabytes: [Int]) -> PlannedWork {
        let total = Double(megabytes.reduce(0, +)) / Double(max(1, megabytes.count))
        return PlannedWork(
            kind: "bench-recovery", unit: "round",
            names: megabytes.flatMap { size in
                (1...settings.pairs).map { "\(size) MB: round \($0) of \(settings.pairs)" }
            },
            size: "\(megabytes.map(String.init).joined(separator: "+")) MB of \(settings.recordBytes)-byte records, "
                + "\(settings.partitions) partitions, \(settings.clients[0].rawValue)",
            shippedSeconds: 0.2 + total / 400)
    }
}

extension CapacityRunner {
    /// A search doubles about six times and halves about four.
    private static let usualProbes = 10

    /// The probes of a search from a rate on.
    public static func work(_ settings: BenchSettings, start: Double) -> PlannedWork {
        PlannedWork(
            kind: "capacity", unit: "probe", names: settings.cells.map { "\($0.label), from \(Int(start)) records/s" },
            units: settings.cells.count * usualProbes,
            because: "each row is searched until its bracket is close enough, \(usualProbes) probes as a rule",
            size: "\(NumberCheck.plain(settings.latencySeconds)) s a probe, \(settings.recordBytes) bytes, "
                + "\(settings.partitions) partitions",
            shippedSeconds: settings.latencySeconds + 0.3)
    }
}

extension CeilingsRunner.Settings {
    /// What is measured, part by part.
    public var work: PlannedWork {
        PlannedWork(
            kind: "ceilings", unit: "part",
            names: (1...pairs).map { "polling: round \($0) of \(pairs)" }
                + ["disk and zstd", "the log", "the log, four blocks a commit", "verdicts"],
            size: "\(records) records in \(partitions) partitions, verdicts of \(verdictRecords) records",
            shippedSeconds: 0.25 + Double(records) / 2_500_000 + Double(verdictRecords) / 20_000_000 / Double(pairs + 4)
        )
    }
}
