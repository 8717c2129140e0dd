// Virtual time: passes only when somebody sleeps.
public import World

/// A clock that stands still but for ``sleep(_:)``.
public final class SimulatedClock: Clock {
    private var time: Nanoseconds = 1

    /// A clock at the beginning of time.
    public init() {}

    /// A clock that shows the same and goes its own way from now on.
    public func copy() -> SimulatedClock {
        let copy = SimulatedClock()
        copy.time = time
        return copy
    }

    /// The virtual time now.
    public func now() -> Nanoseconds { time }

    /// Moves time on to `moment`, if it is not past that already.
    func pass(_ moment: Nanoseconds) { time = max(time, moment) }

    /// Moves time on.
    public func sleep(_ duration: Nanoseconds) { time += duration }
}
