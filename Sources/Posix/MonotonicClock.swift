// The real clock behind the clock seam.
internal import Glibc
public import World

/// The system's monotonic clock; its readings can be compared between processes of one machine.
public final class MonotonicClock: Clock, Sendable {
    /// Makes a clock.
    public init() {}

    /// The time now.
    public func now() -> Nanoseconds {
        var time = timespec()
        // Cannot be: every Linux kernel has this clock.
        guard clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { fatalError("no monotonic clock") }
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }

    /// Lets `duration` nanoseconds pass.
    public func sleep(_ duration: Nanoseconds) {
        // Until a point in time, so that signals do not lengthen the sleep.
        let (sum, overflow) = now().addingReportingOverflow(duration)
        let end = overflow ? Nanoseconds.max : sum
        var until = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil) == EINTR {}
    }
}
