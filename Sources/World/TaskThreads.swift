// The seam for work that runs at once: threads in the real world, one call after the other in the simulated one.

/// Runs several pieces of work that belong together.
public protocol TaskThreads {
    /// Calls `body` with each number below `count`, at once or in order, and returns when all calls have.
    ///
    /// - Throws: when no thread can be started; the calls that had begun are over then, too.
    func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws

    /// Whether work can go on while its starter does something else.
    var canRunAhead: Bool { get }

    /// A thread for work that goes on by itself. Only where ``canRunAhead``.
    ///
    /// - Throws: when no thread can be started.
    func makeSerialThread() throws -> any SerialThread

    /// A semaphore at zero, to wait for work with that goes on by itself. Only where ``canRunAhead``.
    func makeSemaphore() -> any CountingSemaphore
}

/// A thread that does one piece of work after the other, until nobody holds it any more.
public protocol SerialThread: Sendable {
    /// Calls `body` when what was asked for before is done, and does not wait for it.
    func run(_ body: @escaping @Sendable () -> Void)
}

/// A counting semaphore: wakes a thread that waits for another one's work. Any threads may use it.
public protocol CountingSemaphore: Sendable {
    /// Lets one ``wait()`` return: one that has begun, or the next.
    func signal()

    /// Waits for a signal that no other wait has had.
    func wait()
}

extension TaskThreads {
    /// Nothing goes on by itself, unless a world says otherwise.
    public var canRunAhead: Bool { false }

    /// One that works at once, on the calling thread: there is nobody else to do it.
    public func makeSerialThread() -> any SerialThread { CallersThread() }

    /// A semaphore that never keeps anybody waiting: there is nobody to wait for.
    public func makeSemaphore() -> any CountingSemaphore { OpenSemaphore() }
}

private struct CallersThread: SerialThread {
    func run(_ body: @escaping @Sendable () -> Void) { body() }
}

private struct OpenSemaphore: CountingSemaphore {
    func signal() {}
    func wait() {}
}

/// Makes the calls on the calling thread, in order: what a world that must repeat exactly does.
public struct CallingThread: TaskThreads {
    /// Makes it.
    public init() {}

    /// Calls `body` with 0, 1 and so on.
    public func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        for number in 0..<count { body(number) }
    }
}
