// Ctrl-C and its like: the first one asks for an orderly end, a later one for an end at once.
internal import CPosixShims
internal import Glibc
internal import Synchronization

/// SIGINT, SIGTERM and SIGHUP as requests for an end.
public enum Interrupts {
    private static let installation: Int32 = kbench_install_interrupts()
    private static let isHandled = Atomic(false)

    /// Signals within this time of the first are the same request: `timeout` sends two at once, and a terminal's Ctrl-C
    /// reaches a program a second time through whoever started it. In nanoseconds.
    static let sameRequest: UInt64 = 300_000_000

    /// From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and a write to a pipe that nobody
    /// reads is an error and no signal. Who was started with nohup goes on ignoring SIGHUP. Calling it again changes
    /// nothing.
    ///
    /// - Throws: ``SystemError``.
    public static func install() throws {
        guard installation == 0 else {
            throw SystemError(operation: "handle interrupts", errorNumber: installation)
        }
    }

    /// Whether a signal has come since ``install()``.
    public static var wasInterrupted: Bool { signal != nil }

    /// The signal that came last; nil for none.
    public static var signal: Int32? {
        let signal = kbench_interrupting_signal()
        return signal == 0 ? nil : signal
    }

    /// Runs `body` on a plain thread, not in the signal handler, once a signal has come; installs the handler.
    ///
    /// - Throws: ``SystemError``.
    public static func whenInterrupted(_ body: @escaping @Sendable () -> Void) throws {
        try install()
        try BlockingThread.start {
            if kbench_wait_for_interrupt() == 0 { body() }
        }
    }

    /// Runs `first` on a plain thread once a signal has come, and `second` on another once one comes that is no longer the
    /// same request, though `first` may still be at work. To be called once; installs the handler.
    ///
    /// - Throws: ``SystemError``.
    public static func handle(
        first: @escaping @Sendable () -> Void, second: @escaping @Sendable () -> Void
    ) throws {
        try install()
        isHandled.store(true, ordering: .relaxed)
        try BlockingThread.start {
            guard kbench_take_interrupt() == 0 else { return }
            let clock = MonotonicClock()
            let asked = clock.now()
            // Without a thread there is no orderly end; whoever asks again gets the other one.
            try? BlockingThread.start(first)
            while kbench_take_interrupt() == 0 {
                if clock.now() - asked >= sameRequest { return second() }
            }
        }
    }

    /// Where a signal has come that ``handle(first:second:)`` looks after, waits for ever: the end of the process is that
    /// one's matter by now. A process that only takes note of a signal, such as a worker that leaves in order, goes on.
    public static func leaveTheEndToItsHandler() {
        guard wasInterrupted, isHandled.load(ordering: .relaxed) else { return }
        while true { pause() }
    }
}
