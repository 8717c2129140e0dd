// The progress bar, shared between the threads that report progress.
internal import Rendering
internal import Synchronization

/// One bar on standard error.
final class SharedProgressBar: Sendable {
    private struct State: ~Copyable {
        var bar: ProgressBar
        var isOver = false
    }

    private let state: Mutex<State>

    init(isTerminal: Bool) { state = Mutex(State(bar: ProgressBar(isTerminal: isTerminal))) }

    func show(_ fraction: Double, _ label: String) {
        state.withLock { state in
            // A late report must not draw over what is printed after the end.
            if !state.isOver { state.bar.show(fraction, label) }
        }
    }

    func finish() {
        state.withLock { state in
            state.isOver = true
            state.bar.finish()
        }
    }
}
