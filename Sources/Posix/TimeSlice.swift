// How long a thread keeps a processor that others wait for.
internal import CPosixShims

/// The time that a thread wants a processor for at once.
public enum TimeSlice {
    /// The shortest that the system knows, in nanoseconds.
    private static let shortest: UInt64 = 100_000

    /// Lets this thread run for short times at once, and therefore soon; those it starts do as usual.
    ///
    /// A thread that wakes up has to wait until the one that runs has had its slice, mostly 3 or 4 ms. For one that waits
    /// for a disk or an answer hundreds of times a second, that is what a sync takes where all processors are busy: many
    /// times as long as the disk. A thread whose slice is shorter goes first; its share of the time remains the same.
    ///
    /// Linux 6.12 knows this; older ones ignore it. So does one for a thread that was given priority.
    public static func shorten() { kbench_set_time_slice(shortest) }

    /// What this thread's slice is, in nanoseconds; 0 where the system does not say.
    public static var current: UInt64 { kbench_time_slice() }
}
