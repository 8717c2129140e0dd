// What lets a socket send at once, rather than by a timer, where both its ends are on this machine.

/// A congestion control that does not pace.
///
/// BBR, which some systems have for all connections, sends by a timer's ticks also where there is no network: that costs a
/// sixth of the throughput of reads here, and a third of the processor time. Every system has Reno, and lets everybody take
/// it.
public enum Pacing {
    /// Linux's number of `TCP_CONGESTION`.
    public static let option: CInt = 13

    /// The name of Reno and a zero, in the place of a number.
    public static let none: Int = "reno".utf8.reversed().reduce(0) { $0 << 8 | Int($1) }

    /// Whether an address is this machine's own, as in 127.0.0.1, ::1 and ::ffff:127.0.0.1.
    public static func isHere(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
