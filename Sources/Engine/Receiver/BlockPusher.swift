// The pusher: the stage that stores and announces blocks, and only then commits their offsets, at once or by a timer.
internal import Ingestion
internal import World

/// Takes a group of blocks through log, event and commit, in that order.
final class BlockPusher {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let receiver: Receiver
    private let log: BlockLog
    /// Nil where each group of blocks has a commit of its own.
    private let timer: CommitTimer?
    /// By partition, what is pushed and waits for the timer.
    private var uncommitted: [Offset?]

    init(configuration: EngineConfiguration, seams: Seams, receiver: Receiver, log: BlockLog) {
        self.configuration = configuration
        self.seams = seams
        self.receiver = receiver
        self.log = log
        timer = CommitTimer(configuration, clock: seams.clock)
        uncommitted = configuration.ends.map { _ in nil }
    }

    /// Pushes one group. False: there is none yet.
    func step() throws -> Bool {
        if try commitIfDue() { return true }
        let isCounted = if case .count = configuration.cuts { true } else { false }
        // A group by count waits until it is whole, or until it is the last; by time it takes what is there.
        let needed = isCounted && !receiver.mustDrain ? configuration.groupCommitBlocks : 1
        guard receiver.queue.count >= needed else { return false }
        let group = receiver.takeBlocks(configuration.groupCommitBlocks)
        let commits = !configuration.strategy.traits.commitsUnasked
        if commits, seams.mistakes.contains(.commitsBeforeLog) { try commit(offsets(behind: group)) }
        try log.add(group)
        if configuration.strategy.traits.logsBlocks {
            seams.observer?.reached(.durable, group.flatMap(\.offsetRanges))
        }
        guard commits, !seams.mistakes.contains(.commitsBeforeLog) else { return true }
        guard timer != nil else {
            try commit(offsets(behind: group))
            return true
        }
        uncommitted = zip(uncommitted, offsets(behind: group)).map { $1 ?? $0 }
        return true
    }

    /// Commits what waits for the timer, when it says so, or when nothing more comes that could wait with it.
    private func commitIfDue() throws -> Bool {
        guard let timer, uncommitted.contains(where: { $0 != nil }),
            timer.isDue() || (receiver.mustDrain && receiver.queue.isEmpty)
        else { return false }
        try commit(uncommitted)
        uncommitted = uncommitted.map { _ in nil }
        return true
    }

    /// By partition, the offsets behind the records of a group.
    private func offsets(behind group: [Block]) -> [Offset?] {
        var next: [Offset?] = configuration.ends.map { _ in nil }
        for range in group.flatMap(\.offsetRanges) {
            next[Int(range.partition)] = max(next[Int(range.partition)] ?? 0, range.until)
        }
        return next
    }

    private func commit(_ next: [Offset?]) throws {
        let step: Offset = configuration.fidelity.has(.commitsLastOffset) ? 1 : 0
        let offsets = next.enumerated().compactMap { partition, offset in
            offset.map { (partition: Partition(partition), next: $0 - step) }
        }
        try seams.crash.before(.receiverOffsetsCommit)
        if let part = seams.crash.tear(.receiverOffsetsCommit, length: offsets.count) {
            // The original wrote one partition after the other, so a crash can fall between two of them.
            if part > 0 { try receiver.commit(Array(offsets.prefix(part))) }
            try seams.crash.torn(.receiverOffsetsCommit)
        }
        try receiver.commit(offsets)
        try seams.crash.after(.receiverOffsetsCommit)
    }
}

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
