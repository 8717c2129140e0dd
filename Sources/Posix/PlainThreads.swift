// Threads for tasks that run at once, and for work that runs ahead.
internal import Glibc
internal import Synchronization
public import World

/// Starts a thread for each call and waits for all of them.
public struct PlainThreads: TaskThreads {
    /// Makes it; threads are started by each ``run(_:_:)``.
    public init() {}

    /// Calls `body` with each number below `count`, each on a thread of its own, and returns when all calls have.
    ///
    /// - Throws: ``SystemError`` when a thread cannot be started; the calls that had begun are over then, too.
    public func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
        let ended = SystemSemaphore()
        var started = 0
        defer { for _ in 0..<started { ended.wait() } }
        for number in 0..<count {
            try BlockingThread.start {
                body(number)
                ended.signal()
            }
            started += 1
        }
    }

    /// Work goes on while its starter does something else.
    public var canRunAhead: Bool { true }

    /// A thread that waits for work until nobody holds it.
    ///
    /// - Throws: ``SystemError`` when no thread can be started.
    public func makeSerialThread() throws -> any SerialThread { try PlainSerialThread() }

    /// A semaphore that puts its waiter to sleep.
    public func makeSemaphore() -> any CountingSemaphore { SystemSemaphore() }
}

/// A semaphore of the system. Safe to share between threads: it is made for it.
private final class SystemSemaphore: CountingSemaphore, @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    // An interrupted wait is taken up again.
    func wait() { while sem_wait(semaphore) != 0 {} }
}

/// One thread for one piece of work after the other: the memory that it takes and others give back comes to it again, which
/// with a new thread each time it would not.
private final class PlainSerialThread: SerialThread {
    private final class Work: Sendable {
        let pending = Mutex<[(@Sendable () -> Void)?]>([])
        let arrivals = SystemSemaphore()

        func add(_ body: (@Sendable () -> Void)?) {
            pending.withLock { $0.append(body) }
            arrivals.signal()
        }
    }

    private let work = Work()

    init() throws {
        try BlockingThread.start { [work] in
            while true {
                work.arrivals.wait()
                guard let body = work.pending.withLock({ $0.removeFirst() }) else { return }
                body()
            }
        }
    }

    deinit { work.add(nil) }

    func run(_ body: @escaping @Sendable () -> Void) { work.add(body) }
}
