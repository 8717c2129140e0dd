// A receiver's seat in a consumer group: what the group decided, and what has been committed as its member.
internal import Ingestion
internal import World

/// Keeps the books of one member: which partitions it owns, what it has pushed, and whether the group has all.
final class GroupSeat {
    /// How long to wait before asking again whether the group is through.
    private static let pause: Nanoseconds = 50_000_000

    let reader: any GroupReader
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private let discovery: PartitionDiscovery
    private var nextLook: Nanoseconds = 0
    /// The partitions that are this member's now, in order.
    private(set) var owned: [Partition] = []
    /// Whether the group wants the partitions back, and waits until what was polled of them is committed.
    private(set) var isRevoked = false
    /// Whether a commit was refused and the group has not said yet what becomes of the partitions: nothing more is polled
    /// until then, so that at most what was in flight is read again by somebody else.
    private(set) var isSuspended = false
    /// Whether the group has committed all of the run's input.
    private(set) var groupIsThrough = false
    /// By partition: the offset to commit, and the one that is committed.
    private var wanted: [Offset?]
    private var committed: [Offset?]
    /// What the group as a whole had committed when it was last asked, and how long that may stay so.
    private var groupOffsets: [Offset?] = []
    private let deadline: Deadline

    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, sessionTimeout: Int,
        heartbeat: Int
    ) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        discovery = PartitionDiscovery(configuration: configuration, seams: seams)
        wanted = configuration.ends.map { _ in nil }
        committed = wanted
        var waiting = configuration
        // A dead member's partitions stand still for a session timeout before anybody else gets them.
        waiting.readTimeoutMilliseconds += 2 * sessionTimeout
        deadline = Deadline(configuration: waiting, clock: seams.clock)
        reader = try seams.broker.openGroupReader(
            GroupSettings(
                group: configuration.group, sessionTimeoutMilliseconds: sessionTimeout,
                heartbeatMilliseconds: heartbeat))
    }

    /// What the group decided. Partitions outside of the run's input are never read.
    func poll() throws -> GroupChange? {
        guard let change = try reader.poll(timeout: .zero) else {
            if isSuspended, seams.clock.now() >= nextLook {
                nextLook = seams.clock.now() + GroupSeat.pause
                try commitWanted()
            }
            return nil
        }
        if change == .revoked { isRevoked = true }
        if case .assigned = change { return change }
        counters.add(.revocations, 1)
        return change
    }

    /// Takes the partitions over from where the group is with them. Returns their positions.
    func takeOver(_ partitions: [Partition]) throws -> [(partition: Partition, offset: Offset)] {
        owned = partitions.filter { configuration.ends.indices.contains(Int($0)) }
        let known = try reader.committedOffsets(of: owned)
        let positions = zip(owned, known).map { partition, offset in
            (partition: partition, offset: offset ?? configuration.starts[Int(partition)])
        }
        for (partition, offset) in zip(owned, known) {
            committed[Int(partition)] = offset
            wanted[Int(partition)] = offset
        }
        try reader.start(at: positions)
        return positions
    }

    /// Answers a revocation: what is pushed and not yet committed gets its last chance, then the partitions go.
    func giveUp() throws {
        try commitWanted()
        try drop()
    }

    /// The partitions are gone.
    func drop() throws {
        try reader.giveUp()
        owned = []
        isRevoked = false
        isSuspended = false
    }

    /// Commits what has been pushed. A refusal is no failure: whoever has the partitions now reads the same again.
    func commit(_ offsets: [(partition: Partition, next: Offset)]) throws {
        for (partition, next) in offsets { wanted[Int(partition)] = next }
        try commitWanted()
    }

    private func commitWanted() throws {
        let late = owned.compactMap { partition -> (partition: Partition, next: Offset)? in
            guard let next = wanted[Int(partition)], next != committed[Int(partition)] else { return nil }
            return (partition, next)
        }
        if late.isEmpty { return }
        do {
            try reader.commit(late)
        } catch let error as BrokerError where error.code == .fenced {
            // Tried again and again while the group makes up its mind, and counted once.
            if !isSuspended { counters.add(.commitsRefused, 1) }
            isSuspended = true
            return
        }
        isSuspended = false
        for (partition, next) in late { committed[Int(partition)] = next }
    }

    /// Nothing was to be expected of the group until now.
    func isBusy() { deadline.start() }

    /// All that this member owns is pushed: asks now and then whether the others are through too.
    ///
    /// `positions` is where this member is; behind its last record there may be a gap up to the input's end, which no
    /// block will ever carry past.
    func lookWhetherGroupIsThrough(positions: [Offset]) throws {
        let now = seams.clock.now()
        guard !groupIsThrough, now >= nextLook else { return }
        nextLook = now + GroupSeat.pause
        for partition in owned where positions[Int(partition)] >= configuration.ends[Int(partition)] {
            let index = Int(partition)
            if configuration.ends[index] > configuration.starts[index] { wanted[index] = reached(index) }
        }
        try commitWanted()
        try discovery.look()
        guard discovery.isComplete else { return }
        let offsets = try reader.committedOffsets(of: configuration.partitions)
        try deadline.check(
            isProgress: offsets != groupOffsets,
            "\(seams.broker.topic), group \(configuration.group) at offsets \(offsets.map { $0 ?? 0 })")
        groupOffsets = offsets
        groupIsThrough = offsets.indices.allSatisfy { index in
            configuration.ends[index] == configuration.starts[index] || (offsets[index] ?? 0) >= reached(index)
        }
    }

    /// What is committed of a partition whose input is all pushed.
    private func reached(_ index: Int) -> Offset {
        configuration.ends[index] - (configuration.fidelity.has(.commitsLastOffset) ? 1 : 0)
    }
}
