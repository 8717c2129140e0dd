// Work that ends when somebody asks for it.
internal import Posix

/// Runs work in a task that the first signal cancels, so that it begins nothing new; see ``OrderlyEnd`` for what it began.
enum Interruptible {
    static func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task.detached { try await body() }
        try Interrupts.whenInterrupted { task.cancel() }
        do {
            let result = try await task.value
            // Nothing is printed any more by then.
            if Interrupts.wasInterrupted { throw CancellationError() }
            return result
        } catch {
            // Whatever went wrong then went wrong because of it.
            throw Interrupts.wasInterrupted ? CancellationError() : error
        }
    }
}
