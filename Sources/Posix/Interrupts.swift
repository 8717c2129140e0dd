// Ctrl-C and its like: the first one asks for an orderly end, the second one ends the process.
internal import CPosixShims

/// SIGINT and SIGTERM as requests for an orderly end.
public enum Interrupts {
    private static let installation: Int32 = kbench_install_interrupts()

    /// From now on the first SIGINT or SIGTERM is noted instead of ending the process; a second one of the same kind
    /// ends it at once. Calling it again changes nothing.
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
}
