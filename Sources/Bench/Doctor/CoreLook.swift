// The cores: how many, how steady one is with the same work, what all of them are worth at once, who else is there.
internal import Harness
internal import Posix
internal import Results
internal import Statistics
internal import Synchronization
internal import World

/// Looks at the cores.
enum CoreLook {
    /// What a fixed piece of work took.
    struct Steadiness {
        /// The middle of all turns on one core, in seconds.
        var median: Double
        /// By how much the turns differ: from the 10th to the 90th percentile, as a part of the median.
        var spread: Double
        /// The longest turn, as a multiple of the median.
        var worst: Double
        /// What a core does while all are at work, as a part of what one does alone.
        var together: Double
    }

    static func lines(stolenBefore: StolenTime) -> [DoctorResult.Line] {
        let cores = Processes.processorCount()
        let measured = steadiness(cores)
        let stolen = StolenTime.now().share(since: stolenBefore)
        let load = SmallFile.text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
        return [CoreLook.cores(cores), steady(measured), company(load: load, stolen: stolen, cores: cores)]
    }

    /// Work that nothing can shorten.
    private static func work(_ turns: Int) -> UInt64 {
        var value: UInt64 = 0x9e37_79b9_7f4a_7c15
        for _ in 0..<turns {
            value ^= value << 13
            value ^= value >> 7
            value ^= value << 17
        }
        return value
    }

    private static let sink = Atomic<UInt64>(0)

    private static func times(_ count: Int, turns: Int) -> [Double] {
        let clock = MonotonicClock()
        return (0..<count).map { _ in
            let begin = clock.now()
            sink.bitwiseXor(work(turns), ordering: .relaxed)
            return Double(clock.now() - begin) / 1e9
        }
    }

    private static func steadiness(_ cores: Int) -> Steadiness {
        // As many turns as take some 4 ms here, after a while for the clock rate to rise.
        let once = times(20, turns: 20_000).min() ?? 1e-3
        let turns = max(20_000, Int(20_000 * 4e-3 / max(once, 1e-9)))
        let alone = times(80, turns: turns)
        let median = Sample.median(alone)
        let all = Mutex<[Double]>([])
        try? PlainThreads().run(cores) { _ in
            let own = Sample.median(times(60, turns: turns))
            all.withLock { $0.append(own) }
        }
        let slowest = all.withLock { $0 }.max() ?? median
        return Steadiness(
            median: median,
            spread: (Sample.quantile(0.9, of: alone) - Sample.quantile(0.1, of: alone)) / max(median, 1e-9),
            worst: (alone.max() ?? median) / max(median, 1e-9), together: median / max(slowest, 1e-9))
    }

    static func cores(_ count: Int) -> DoctorResult.Line {
        .init(
            "cores", count < 2 ? .warning : .ok, found: "\(count) that may be used",
            means: "broker, harness and worker share them: rates are of all three together",
            mend: "let kbench use two cores or more, or a broker elsewhere with --brokers",
            figures: ["cores": Double(count)])
    }

    static func steady(_ measured: Steadiness) -> DoctorResult.Line {
        let percent = DoctorWords.number(measured.spread * 100, places: 1)
        let isUneven = measured.spread > 0.1
        let isShared = measured.together < 0.75
        return .init(
            "steadiness", isUneven || isShared ? .warning : .ok,
            found:
                "the same work differs by \(percent) % (10th to 90th percentile), \(DoctorWords.number(measured.worst)) "
                + "times the median at worst; with all cores at work each does "
                + "\(DoctorWords.number(min(measured.together, 1) * 100, places: 0)) % of that",
            means: "a difference between two builds that is smaller than this takes more pairs to be seen",
            mend: isUneven
                ? "end what else runs, fix the clock rate, or raise --pairs"
                : "the cores share something, or a quota binds them: compare only what ran on this machine",
            figures: [
                "medianSeconds": measured.median, "spread": measured.spread, "worst": measured.worst,
                "together": measured.together,
            ])
    }

    static func company(load: Double?, stolen: Double?, cores: Int) -> DoctorResult.Line {
        let words = [
            load.map { "load \(DoctorWords.number($0))" },
            stolen.map { "\(DoctorWords.number($0 * 100, places: 1)) % of the time went to other machines" },
        ].compactMap(\.self)
        let isBusy = load.map { $0 > Double(cores) * 0.75 } == true || stolen.map { $0 > 0.02 } == true
        return .init(
            "other work", isBusy ? .warning : .ok,
            found: words.isEmpty ? "the system does not say" : words.joined(separator: ", "),
            means: "what others take is missing in rates; counts of duplicates and losses do not depend on it",
            mend: "measure when the machine is quiet; crash scenarios and judge may run all the same",
            figures: ["load": load, "stolenShare": stolen].compactMapValues(\.self))
    }
}

/// Processor time that the machine below took for others, as the kernel counts it.
struct StolenTime {
    private var stolen = 0.0
    private var all = 0.0

    static func now() -> StolenTime { StolenTime(SmallFile.text("/proc/stat") ?? "") }

    /// Takes the first line of `/proc/stat`, whose eighth number is what was stolen.
    init(_ text: String) {
        let numbers = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count >= 8 else { return }
        stolen = numbers[7]
        all = numbers.prefix(8).reduce(0, +)
    }

    /// The share of all time since an earlier moment; nil where the kernel does not say.
    func share(since earlier: StolenTime) -> Double? {
        all > earlier.all ? (stolen - earlier.stolen) / (all - earlier.all) : nil
    }
}
