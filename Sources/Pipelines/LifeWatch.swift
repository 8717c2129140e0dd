// Watches a life until all is read, written and committed, and asks it to stop then.
internal import Harness
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Synchronization
internal import World

/// What one life is watched with.
struct LifeWatch: Sendable {
    /// How a life came to its end.
    enum Outcome: Equatable, Sendable {
        /// All was done; `by` says what showed it.
        case drained(by: String)
        /// It was not done in time, and was killed.
        case timedOut
    }

    let limits: DrainLimits
    let output: RowFiles
    let proxy: KafkaProxy
    let broker: Handed<KafkaBroker>
    let topic: String
    /// By partition, where its records end.
    let ends: [Offset]
    /// The group whose offsets count; nil: none.
    let group: String?
    private let decided = Decided()

    init(
        limits: DrainLimits, output: RowFiles, proxy: KafkaProxy, broker: Handed<KafkaBroker>, topic: String,
        ends: [Offset], group: String?
    ) {
        self.limits = limits
        self.output = output
        self.proxy = proxy
        self.broker = broker
        self.topic = topic
        self.ends = ends
        self.group = group
    }

    private final class Decided: Sendable {
        let outcome = Mutex<Outcome?>(nil)
    }

    /// nil while nothing is decided, or when the life ended by itself.
    var outcome: Outcome? { decided.outcome.withLock { $0 } }

    private static let pace = Duration.milliseconds(20)

    /// Follows a life until it is done or out of time, and ends it.
    ///
    /// - Throws: `CancellationError` when it ended before, or what asking the broker throws.
    func follow(_ life: Life) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var size = output.size
        var quietSince = start
        while true {
            try await Task.sleep(for: Self.pace)
            let now = clock.now
            if now - start > .seconds(limits.timeoutSeconds) { return end(life, .timedOut) }
            let newSize = output.size
            if newSize != size { (size, quietSince) = (newSize, now) }
            guard try await isRead() else {
                quietSince = now
                continue
            }
            let quiet = now - quietSince
            guard quiet >= .milliseconds(limits.quietMilliseconds) else { continue }
            guard let group else { return try await stop(life, .drained(by: "quiet")) }
            let committed = try await committed(group)
            if committed == ends.map({ $0 }) { return try await stop(life, .drained(by: "committed")) }
            if quiet >= .milliseconds(limits.quietMilliseconds + limits.commitMilliseconds) {
                return try await stop(life, .drained(by: "quiet"))
            }
        }
    }

    /// Whether this life has asked for what comes after the last record of every partition.
    private func isRead() async throws -> Bool {
        let positions = try await BlockingThread.run { proxy.ledger.positions }
        return ends.enumerated().allSatisfy { partition, end in
            (positions[WirePlace(topic, Int32(clamping: partition))] ?? -1) >= end
        }
    }

    /// By partition, where the group goes on; nil where it has said nothing.
    func committed(_ group: String) async throws -> [Offset?] {
        try await BlockingThread.run { [ends, broker] in
            try broker.value.committedOffsets(of: ends.indices.map { Partition($0) }, group: group)
        }
    }

    private func end(_ life: Life, _ outcome: Outcome) {
        decided.outcome.withLock { $0 = outcome }
        life.kill()
    }

    /// Asks for an orderly end, and kills what does not come to one.
    private func stop(_ life: Life, _ outcome: Outcome) async throws {
        decided.outcome.withLock { $0 = outcome }
        life.askToStop()
        try await Task.sleep(for: .seconds(limits.stopSeconds))
        life.kill()
    }
}
