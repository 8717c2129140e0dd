// Sends at once, rather than by a timer, where both ends of a connection are on this machine.
internal import NIOCore
internal import Posix

extension Channel {
    /// Takes a congestion control that does not pace, where the peer is on this machine.
    ///
    /// It must be called on the loop. Nothing depends on it: where the system refuses, all stays as it was.
    func sendUnpaced() {
        guard let peer = remoteAddress?.ipAddress, Pacing.isHere(peer) else { return }
        try? syncOptions?.setOption(.tcpOption(.init(rawValue: Pacing.option)), value: Pacing.none)
    }
}
