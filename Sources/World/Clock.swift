// The clock seam: time as the engine sees it, whether real or simulated.

/// A point in time: nanoseconds since the clock began, never going back.
public typealias Nanoseconds = UInt64

/// A monotonic clock.
public protocol Clock: AnyObject {
    /// The time now.
    func now() -> Nanoseconds
    /// Lets `duration` nanoseconds pass.
    func sleep(_ duration: Nanoseconds)
}
