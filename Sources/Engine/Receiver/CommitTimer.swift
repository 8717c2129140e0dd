// When a receiver's offsets are committed, where that goes by time.
internal import World

/// Says when the next commit is due.
final class CommitTimer {
    private let clock: any Clock
    private let interval: Nanoseconds
    private var due: Nanoseconds

    /// Nil where commits go by blocks.
    init?(_ configuration: EngineConfiguration, clock: any Clock) {
        guard let milliseconds = configuration.commitIntervalMilliseconds else { return nil }
        self.clock = clock
        interval = Nanoseconds(milliseconds) * 1_000_000
        due = clock.now() + interval
    }

    /// Whether a commit is due; the next one then is an interval from now.
    func isDue() -> Bool {
        let now = clock.now()
        guard now >= due else { return false }
        due = now + interval
        return true
    }
}
