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
    func makeWorker() throws -> any Worker

    /// Something to wait for work with that goes on by itself. Only where ``canRunAhead``.
    func makeBell() -> any Bell
}

/// A thread that does one piece of work after the other, until nobody holds it any more.
public protocol Worker: Sendable {
    /// Calls `body` when what was asked for before is done, and does not wait for it.
    func run(_ body: @escaping @Sendable () -> Void)
}

/// Wakes a thread that waits for another one's work. Any threads may use it.
public protocol Bell: Sendable {
    /// Lets one ``wait()`` return: one that has begun, or the next.
    func ring()

    /// Waits for a ring that no other wait has heard.
    func wait()
}

extension TaskThreads {
    /// Nothing goes on by itself, unless a world says otherwise.
    public var canRunAhead: Bool { false }

    /// One that works at once, on the calling thread: there is nobody else to do it.
    public func makeWorker() -> any Worker { WorkerAtOnce() }

    /// A bell that never keeps anybody waiting: there is nobody to wait for.
    public func makeBell() -> any Bell { SilentBell() }
}

private struct WorkerAtOnce: Worker {
    func run(_ body: @escaping @Sendable () -> Void) { body() }
}

private struct SilentBell: Bell {
    func ring() {}
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
