// The clocks: where the time comes from, how fine it is, and whether the time of day was set meanwhile.
internal import Harness
internal import Posix
internal import Results
internal import World

/// Looks at the clocks.
enum ClockLook {
    /// What reading the clock again and again showed.
    struct Readings {
        /// Seconds that a reading takes.
        var cost: Double
        /// The smallest step that was seen, in seconds.
        var step: Double
        /// The longest time between two readings, in seconds.
        var gap: Double
        /// Readings that were earlier than the one before.
        var backwards: Int
    }

    /// What `source` says is quick to read.
    private static let quick: Set = ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "xen"]

    static func lines(monotonicBefore: Nanoseconds, wallBefore: Int64) -> [DoctorResult.Line] {
        let source = SmallFile.text("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        let readings = read()
        let elapsed = Double(MonotonicClock().now() - monotonicBefore) / 1e6
        let drift = Double(WallClock.now() - wallBefore) - elapsed
        return [clock(source: source?.split(separator: "\n").first.map(String.init), readings), wall(drift: drift)]
    }

    private static func read() -> Readings {
        let clock = MonotonicClock()
        var readings = Readings(cost: 0, step: .infinity, gap: 0, backwards: 0)
        let count = 100_000
        let begin = clock.now()
        var last = begin
        for _ in 0..<count {
            let now = clock.now()
            if now < last {
                readings.backwards += 1
            } else if now > last {
                readings.step = min(readings.step, Double(now - last) / 1e9)
                readings.gap = max(readings.gap, Double(now - last) / 1e9)
            }
            last = now
        }
        readings.cost = Double(last - min(begin, last)) / 1e9 / Double(count)
        return readings
    }

    static func clock(source: String?, _ readings: Readings) -> DoctorResult.Line {
        let found =
            "from \(source ?? "an unknown source"); a reading takes \(DoctorWords.time(readings.cost)), the finest "
            + "step is \(DoctorWords.time(readings.step)), the longest gap was \(DoctorWords.time(readings.gap))"
        let figures = [
            "readSeconds": readings.cost, "stepSeconds": readings.step, "gapSeconds": readings.gap,
        ].filter { $0.value.isFinite }
        if readings.backwards > 0 {
            return .init(
                "clock", .failure, found: found + "; it went back \(readings.backwards) times",
                means: "no latency or rate can be believed", mend: "choose another source of the clock",
                figures: figures)
        }
        let isSlow = readings.cost > 1e-6 || source.map { !quick.contains($0) } == true
        return .init(
            "clock", isSlow ? .warning : .ok, found: found,
            means: "latencies are no finer than a step; a slow clock slows what is measured down",
            mend: "choose tsc or the clock of the hypervisor (current_clocksource)", figures: figures)
    }

    /// `drift`: by how many milliseconds the time of day went ahead of the monotonic clock meanwhile.
    static func wall(drift: Double) -> DoctorResult.Line {
        // Each reading is cut to a millisecond.
        .init(
            "time of day", abs(drift) > 3 ? .warning : .ok,
            found: abs(drift) > 3
                ? "it was set by \(DoctorWords.number(drift, places: 1)) ms meanwhile" : "it was not set meanwhile",
            means: "timestamps of records and start-timestamp go by it; durations do not",
            mend: "let the time be slewed, and not stepped, while kbench runs", figures: ["stepMilliseconds": drift])
    }
}
