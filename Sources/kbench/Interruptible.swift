// Work that ends when somebody asks for it.
internal import Harness
internal import Posix
internal import World

/// Runs work in a task that the first signal cancels, so that it begins nothing new; see ``OrderlyEnd`` for what it began.
enum Interruptible {
    /// Fewer open files than this are not enough for a broker, its clients and a worker.
    private static let fewestFiles = 64

    static func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        guard Processes.openFileLimit >= fewestFiles else {
            throw Diagnosis(
                cause: "Too many open files: this process may have \(Processes.openFileLimit) at once",
                fix: "raise the limit of open files, such as with ulimit -n 1024", exitCode: .internalError)
        }
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
