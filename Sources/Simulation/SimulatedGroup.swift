// A consumer group in memory: members, generations, and who has which partitions.
internal import World

/// The eager protocol: before a new generation begins, every member gives all its partitions back.
final class SimulatedGroup {
    private(set) var generation = 0
    private var members: [SimulatedMember] = []
    private var isRebalancing = false

    func join(_ member: SimulatedMember, partitions: Int) {
        members.append(member)
        rebalance(partitions)
    }

    func leave(_ member: SimulatedMember, partitions: Int) {
        guard has(member) else { return }
        members.removeAll { $0 === member }
        rebalance(partitions)
    }

    func expel(_ place: Int, partitions: Int) {
        let member = members[place]
        leave(member, partitions: partitions)
        member.decide(.lost)
    }

    /// The sessions of all members have timed out: their processes are gone.
    func endSessions() {
        members = []
        isRebalancing = false
    }

    /// Whether anybody is in the group.
    var hasMembers: Bool { !members.isEmpty }

    func has(_ member: SimulatedMember) -> Bool { members.contains { $0 === member } }

    /// A member has given everything back; when all have, the next generation begins.
    func gaveUp(_ partitions: Int) { if isRebalancing { assign(partitions) } }

    private func rebalance(_ partitions: Int) {
        isRebalancing = true
        for member in members { member.decide(.revoked) }
        assign(partitions)
    }

    private func assign(_ partitions: Int) {
        guard members.allSatisfy({ !$0.holdsPartitions }) else { return }
        isRebalancing = false
        generation += 1
        for (place, member) in members.enumerated() {
            let share = (0..<Partition(partitions)).filter { Int($0) % members.count == place }
            member.decide(.assigned(share))
        }
    }
}

/// A member of the group.
final class SimulatedMember: GroupReader {
    private let broker: SimulatedBroker
    private let group: String
    private let reader: SimulatedReader
    private var decision: GroupChange?
    /// The generation in which this member got its partitions.
    private var generation = 0
    /// From the assignment, taken note of or not, until they are given up.
    private(set) var holdsPartitions = false

    init(broker: SimulatedBroker, group: String) {
        self.broker = broker
        self.group = group
        reader = SimulatedReader(broker: broker, positions: [])
        broker.members.join(self, partitions: broker.partitionCount())
    }

    /// The group has decided; an assignment nobody has taken note of is simply overtaken.
    func decide(_ change: GroupChange) {
        switch change {
        case .assigned:
            holdsPartitions = true
            generation = broker.members.generation
        case .revoked:
            if !holdsPartitions { return }
            if case .assigned? = decision {
                holdsPartitions = false
                decision = nil
                return
            }
        case .lost: break
        }
        decision = change
    }

    func poll(timeout: Duration) -> GroupChange? {
        defer { decision = nil }
        return decision
    }

    func start(at positions: [(partition: Partition, offset: Offset)]) { reader.assign(positions) }

    func giveUp() {
        reader.unassign()
        holdsPartitions = false
        if broker.members.has(self) {
            broker.members.gaveUp(broker.partitionCount())
        } else {
            // Expelled and alive: it comes back as a new member.
            broker.members.join(self, partitions: broker.partitionCount())
        }
    }

    func committedOffsets(of partitions: [Partition]) -> [Offset?] {
        broker.committedOffsets(of: partitions, group: group)
    }

    func commit(_ offsets: [(partition: Partition, next: Offset)]) throws {
        try broker.commit(offsets, group: group) {
            guard broker.members.has(self), generation == broker.members.generation else {
                throw BrokerError(
                    .fenced, "generation \(generation) is over, the group is in \(broker.members.generation)",
                    location: "group \(group)")
            }
        }
    }

    func seek(_ partition: Partition, to offset: Offset) { reader.seek(partition, to: offset) }

    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        try reader.fetch(partition, until: until, limit: limit, into: block, timeout: timeout)
    }

    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        try reader.discard(limit: limit, timeout: timeout)
    }

    func position(of partition: Partition) -> Offset { reader.position(of: partition) }

    func close() {
        holdsPartitions = false
        broker.members.leave(self, partitions: broker.partitionCount())
    }
}
