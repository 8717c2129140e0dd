// A deadline that moves: how long a read may stand still before it is an error.
internal import World

/// Measures the time since records last came.
final class Deadline {
    private let milliseconds: Int
    private let clock: any Clock
    private var progressAt: Nanoseconds

    init(configuration: EngineConfiguration, clock: any Clock) {
        milliseconds = configuration.readTimeoutMilliseconds
        self.clock = clock
        progressAt = clock.now()
    }

    /// The reader does not expect anything before now.
    func start() { progressAt = clock.now() }

    /// Notes a read at `location`, written as `topic/partition@offset`.
    ///
    /// - Throws: ``EngineError``, `unreadableRange` when nothing has come for too long.
    func check(isProgress: Bool, _ location: @autoclosure () -> String) throws {
        if isProgress {
            progressAt = clock.now()
        } else if clock.now() > progressAt + UInt64(milliseconds) * 1_000_000 {
            throw EngineError(
                .unreadableRange, "no record came for \(milliseconds) ms, and the input does not end here",
                location: location())
        }
    }
}
