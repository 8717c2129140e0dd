// Sends at once, rather than by a timer, where both ends of a connection are on this machine.
internal import NIOCore

extension Channel {
    /// Takes a congestion control that does not pace. BBR, which some systems have for all connections, sends by a
    /// timer's ticks also where there is no network: that costs a sixth of the throughput of reads here, and a third of
    /// the processor time. Every system has Reno, and lets everybody take it.
    ///
    /// It must be called on the loop. Nothing depends on it: where the system refuses, all stays as it was.
    func sendUnpaced() {
        guard let peer = remoteAddress?.ipAddress, Self.isHere(peer) else { return }
        try? syncOptions?.setOption(.tcpOption(.init(rawValue: Self.congestionControl)), value: Self.reno)
    }

    /// Whether an address is this machine's own, as in 127.0.0.1, ::1 and ::ffff:127.0.0.1.
    static func isHere(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    /// Linux's number of `TCP_CONGESTION`.
    private static var congestionControl: CInt { 13 }

    /// The name's letters and a zero, in the place of a number.
    private static var reno: SocketOptionValue { "reno".utf8.reversed().reduce(0) { $0 << 8 | .init($1) } }
}
