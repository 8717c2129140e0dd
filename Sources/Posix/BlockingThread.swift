// Plain threads for work that blocks and must not hold up the concurrency runtime's few threads.
internal import Glibc

/// Plain threads for work that blocks.
public enum BlockingThread {
    /// Runs `body` on a fresh thread and waits for it without blocking the caller's.
    ///
    /// - Throws: What `body` throws, or ``SystemError`` when no thread can be started.
    public static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try start { continuation.resume(with: Swift.Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Starts a fresh thread that runs `body` and ends; nobody waits for it.
    ///
    /// - Throws: ``SystemError``.
    public static func start(_ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let errorNumber = pthread_create(
            &thread, nil,
            { argument in
                // Cannot be: the pointer is the box retained above.
                guard let argument else { fatalError("a thread without its body") }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard errorNumber == 0 else {
            box.release()
            throw SystemError(operation: "start a thread", errorNumber: errorNumber)
        }
        pthread_detach(thread)
    }

    /// Carries a closure through a C pointer.
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
