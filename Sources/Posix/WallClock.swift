// The time of day, as records carry it.
internal import Glibc

/// The system's time of day, which may be set back.
public enum WallClock {
    /// Milliseconds since 1970.
    public static func now() -> Int64 {
        var time = timespec()
        // Cannot be: every Linux kernel has this clock.
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { fatalError("no clock") }
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
