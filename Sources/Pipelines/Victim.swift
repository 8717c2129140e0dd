// The life that a kill is meant for, which may come before anybody knows its process.
internal import Harness
internal import Synchronization

/// What the proxy kills when a frame comes to its point.
final class Victim: Sendable {
    private struct State {
        var life: Life?
        var hasFired = false
    }

    private let state = Mutex(State())

    /// Whether the kill has come.
    var hasFired: Bool { state.withLock { $0.hasFired } }

    /// A life that may be killed from now on; nil: there is none.
    func set(_ life: Life?) {
        let isTooLate = state.withLock { state in
            state.life = life
            return state.hasFired && life != nil
        }
        if isTooLate { life?.kill() }
    }

    /// Kills the life that there is, or the next one.
    func kill() {
        let life = state.withLock { state in
            state.hasFired = true
            return state.life
        }
        life?.kill()
    }

    /// The killed life is over; the next one is let live.
    func spare() {
        state.withLock { $0 = State() }
    }
}
