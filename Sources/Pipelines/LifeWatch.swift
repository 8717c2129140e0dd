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
        /// It was not done in time, and was killed; `why` says what was missing.
        case timedOut(why: String)
        /// Its output cannot be read, and it was killed.
        case unreadable(String)
        /// What it reads is not there any more, and it was killed.
        case robbed(String)
    }

    let limits: DrainLimits
    let output: any OutputRows
    let proxy: KafkaProxy
    let offsets: Handed<GroupOffsets>
    let topic: String
    /// By partition, where its records end.
    let ends: [Offset]
    /// Whether the group's offsets count.
    let offsetsAreGroups: Bool
    /// Whether it is killed yet, at a moment of its own: it is not asked to stop then.
    let isKillAhead: Bool
    private let seen = Seen()

    init(
        limits: DrainLimits, output: any OutputRows, proxy: KafkaProxy, offsets: Handed<GroupOffsets>, topic: String,
        ends: [Offset], offsetsAreGroups: Bool, isKillAhead: Bool = false
    ) {
        self.limits = limits
        self.output = output
        self.proxy = proxy
        self.offsets = offsets
        self.topic = topic
        self.ends = ends
        self.offsetsAreGroups = offsetsAreGroups
        self.isKillAhead = isKillAhead
    }

    private final class Seen: Sendable {
        struct State {
            var outcome: Outcome?
            var firstFetch: Duration?
            var hidden = Duration.zero
            var lastChange: Duration?
            var rowsAfterCommit = false
            var lags: [(at: Duration, lag: Int)] = []
        }
        let state = Mutex(State())
    }

    /// nil while nothing is decided, or when the life ended by itself.
    var outcome: Outcome? { seen.state.withLock { $0.outcome } }
    /// When this life asked for records first; nil: it never did.
    var firstFetch: Duration? { seen.state.withLock { $0.firstFetch } }
    /// When the output changed last; nil: nobody looked.
    var lastChange: Duration? { seen.state.withLock { $0.lastChange } }
    /// What lay ahead of where it asked last, whenever that changed.
    var lags: [(at: Duration, lag: Int)] { seen.state.withLock { $0.lags } }
    /// How long rows that were all there could not be seen.
    var hidden: Duration { seen.state.withLock { $0.hidden } }

    /// Whether the output went on changing after an offset had been committed.
    var sawRowsAfterCommit: Bool { seen.state.withLock { $0.rowsAfterCommit } }

    /// How long nothing may happen before it is asked whether there is anything left to read.
    private static let patience = Duration.seconds(5)
    /// What shows that all was done where the group has committed the end.
    static let committed = "committed"

    /// How often it is looked, in milliseconds.
    static let paceMilliseconds = 20
    private static let pace = Duration.milliseconds(paceMilliseconds)

    /// Follows a life until it is done or out of time, and ends it.
    ///
    /// - Throws: `CancellationError` when it ended before, or what asking the broker throws.
    func follow(_ life: Life) async throws {
        do {
            try await watch(life)
        } catch let error as OutputError {
            end(life, .unreadable(error.message))
        }
    }

    private func watch(_ life: Life) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var last: UInt64?
        var progress = ProxyProgress()
        var changed = start
        var quietSince = start
        var missing = "not all records were asked for"
        while true {
            try await Task.sleep(for: Self.pace)
            let now = clock.now
            if now - start > .seconds(limits.timeoutSeconds) { return end(life, .timedOut(why: missing)) }
            func hasChanged(isAnew: Bool) async throws -> Bool {
                let activity = try await output.activity(isAnew: isAnew)
                guard activity != last else { return false }
                if last != nil, progress.commits > 0 { seen.state.withLock { $0.rowsAfterCommit = true } }
                let now = clock.now
                (last, quietSince, changed) = (activity, now, now)
                seen.state.withLock { $0.lastChange = now - start }
                return true
            }
            _ = try await hasChanged(isAnew: false)
            let before = progress
            progress = try await BlockingThread.run { proxy.progress }
            if progress != before { changed = now }
            if progress.positions != before.positions { noteLag(progress.positions, at: now - start) }
            if now - changed > Self.patience {
                if let loss = try await whatIsGone() { return end(life, .robbed(loss)) }
                changed = clock.now
            }
            guard isRead(progress.positions, since: now - start) else {
                quietSince = now
                continue
            }
            let quiet = now - quietSince
            missing = "its output went on changing"
            guard quiet >= .milliseconds(limits.quietMilliseconds) else { continue }
            var by = "quiet"
            if offsetsAreGroups {
                if try await committed() == ends.map({ $0 }) {
                    by = Self.committed
                } else if quiet < .milliseconds(limits.quietMilliseconds + limits.commitMilliseconds) {
                    continue
                }
            }
            if isKillAhead { continue }
            // What was seen last may be from before the time that was waited.
            if try await hasChanged(isAnew: true) { continue }
            missing = "it waited for a disk"
            // However long that takes: a sync on a busy one may take seconds, and rows come behind it.
            if try await BlockingThread.run({ life.isBlocked }) {
                quietSince = clock.now
                continue
            }
            missing = "rows lay behind an open transaction"
            if try await waitUntilShown(until: start + .seconds(limits.timeoutSeconds)) {
                return try await stop(life, .drained(by: by))
            }
        }
    }

    /// Waits until everything that is there can be seen.
    ///
    /// - Returns: Whether it can.
    func waitUntilShown(until deadline: ContinuousClock.Instant) async throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        var isShown = try await !output.isHidden()
        guard !isShown else { return true }
        while !isShown, clock.now < deadline {
            try await Task.sleep(for: Self.pace)
            isShown = try await !output.isHidden()
        }
        let waited = clock.now - start
        seen.state.withLock { $0.hidden += waited }
        return isShown
    }

    /// Whether this life has asked for what comes after the last record of every partition.
    private func isRead(_ positions: [WirePlace: Int64], since start: Duration) -> Bool {
        if !positions.isEmpty { seen.state.withLock { $0.firstFetch = $0.firstFetch ?? start } }
        return ends.enumerated().allSatisfy { partition, end in
            (positions[WirePlace(topic, Int32(clamping: partition))] ?? -1) >= end
        }
    }

    private func noteLag(_ positions: [WirePlace: Int64], at: Duration) {
        let lag = ends.enumerated().reduce(0) { sum, partition in
            let position = positions[WirePlace(topic, Int32(clamping: partition.offset))] ?? 0
            return sum + Int(clamping: max(0, partition.element - position))
        }
        seen.state.withLock { $0.lags.append((at, lag)) }
    }

    /// What the topic lacks that it was filled with, in words; nil: nothing, or nobody can tell just now.
    private func whatIsGone() async throws -> String? {
        let found: [Offset]
        do {
            found = try await BlockingThread.run { [ends, offsets] in
                try offsets.value.ends(of: ends.indices.map { Partition($0) })
            }
        } catch let error as BrokerError {
            return error.code == .unknownTopic ? "the topic \(topic), which it reads, is gone" : nil
        }
        guard let partition = ends.indices.first(where: { found[$0] < ends[$0] }) else { return nil }
        return
            "the topic \(topic), which it reads, was made anew: partition \(partition) ends at \(found[partition]) in "
            + "place of \(ends[partition])"
    }

    /// By partition, where the group goes on; nil where it has said nothing.
    func committed() async throws -> [Offset?] {
        try await BlockingThread.run { [ends, offsets] in
            try offsets.value.committed(of: ends.indices.map { Partition($0) })
        }
    }

    private func end(_ life: Life, _ outcome: Outcome) {
        seen.state.withLock { $0.outcome = outcome }
        life.kill()
    }

    /// Asks for an orderly end, and kills what does not come to one.
    private func stop(_ life: Life, _ outcome: Outcome) async throws {
        seen.state.withLock { $0.outcome = outcome }
        life.askToStop()
        try await Task.sleep(for: .seconds(limits.stopSeconds))
        life.kill()
    }
}
