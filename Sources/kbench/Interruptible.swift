// Work that Ctrl-C ends in order.
internal import Posix

/// Runs work in a task that the first SIGINT or SIGTERM cancels: the worker is ended and its files are removed.
enum Interruptible {
    static func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task.detached { try await body() }
        try Interrupts.whenInterrupted { task.cancel() }
        return try await task.value
    }
}
