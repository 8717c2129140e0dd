// Virtual time: passes only when somebody sleeps.
public import World

/// A clock that stands still but for ``sleep(_:)``.
public final class SimulatedClock: Clock {
    private var time: Nanoseconds = 1

    /// A clock at the beginning of time.
    public init() {}

    /// The virtual time now.
    public func now() -> Nanoseconds { time }

    /// Moves time on.
    public func sleep(_ duration: Nanoseconds) { time += duration }
}
