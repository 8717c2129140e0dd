// Which brokers hold a partition, which of them are in sync, and who leads it.

/// The brokers of a partition, or of a slot of groups. All of them share one log, so whoever is in sync has everything.
package struct Replicas: Equatable, Sendable {
    /// By number, the preferred leader first.
    package let all: [Int32]
    /// Who may lead without anything being lost. It never becomes empty: who was last stays.
    package private(set) var inSync: [Int32]
    /// Nil while nobody who may lead is up.
    package private(set) var leader: Int32?

    /// Brokers that hold something together.
    ///
    /// - Parameters:
    ///   - all: The preferred leader first; not empty.
    ///   - live: The brokers that are up.
    package init(_ all: [Int32], live: Set<Int32>) {
        self.all = all
        let up = all.filter { live.contains($0) }
        inSync = up.isEmpty ? all : up
        leader = up.first
    }

    /// A broker went down. Of those in sync the next leads.
    ///
    /// - Returns: whether somebody else leads now, or nobody.
    package mutating func lose(_ broker: Int32) -> Bool {
        if inSync.contains(broker), inSync.count > 1 { inSync.removeAll { $0 == broker } }
        guard leader == broker else { return false }
        leader = inSync.first { $0 != broker }
        return true
    }

    /// A broker came up. It is in sync at once if somebody leads whom it can follow, and leads if only it may.
    ///
    /// - Parameter live: The brokers that are up, with this one.
    /// - Returns: whether somebody leads whom nobody led before.
    package mutating func regain(_ broker: Int32, live: Set<Int32>) -> Bool {
        guard all.contains(broker) else { return false }
        let isElected = leader == nil && inSync.contains(broker)
        if isElected { leader = broker }
        if leader != nil { inSync = all.filter { live.contains($0) } }
        return isElected
    }

    /// Lets another broker of those in sync lead.
    ///
    /// - Returns: false when it is none of them.
    package mutating func move(to broker: Int32) -> Bool {
        guard leader != nil, inSync.contains(broker) else { return false }
        leader = broker
        return true
    }

    /// Lets a broker lead that need not be in sync: what only the others have is lost, and they follow it.
    ///
    /// - Parameter live: The brokers that are up.
    /// - Returns: false when it holds nothing of this, or is down.
    package mutating func force(_ broker: Int32, live: Set<Int32>) -> Bool {
        guard all.contains(broker), live.contains(broker) else { return false }
        leader = broker
        inSync = all.filter { live.contains($0) }
        return true
    }

    /// Where there is one broker.
    package static func alone(_ partition: Int) -> Replicas { Replicas([1], live: [1]) }

    /// Replicas spread over brokers: the `index`-th begins at the `index`-th broker and takes those behind it.
    ///
    /// - Parameter brokers: Those that are up, in order; at least `factor`.
    package static func spread(_ index: Int, factor: Int, over brokers: [Int32]) -> [Int32] {
        (0..<factor).map { brokers[(index + $0) % brokers.count] }
    }
}

/// What a broker coordinates.
package enum CoordinatedKind: String, CaseIterable, Sendable {
    case group
    case transaction
}

/// Which broker coordinates what. As Kafka's do, groups lie in slots by their names, and a slot moves as a whole.
package struct Coordinators: Sendable {
    /// As many as Kafka has partitions of `__consumer_offsets` and `__transaction_state`.
    package static let slotCount = 50

    private var slots: [CoordinatedKind: [Replicas]] = [:]

    /// Slots spread over all brokers, each of which may take every slot.
    package init(brokers: [Int32]) {
        let spread = (0..<Self.slotCount).map {
            Replicas(Replicas.spread($0, factor: brokers.count, over: brokers), live: Set(brokers))
        }
        for kind in CoordinatedKind.allCases { slots[kind] = spread }
    }

    /// Java's hash of the name, as Kafka's brokers take it.
    package static func slot(of key: String) -> Int {
        let hash = key.utf16.reduce(Int32(0)) { $0 &* 31 &+ Int32($1) }
        return Int(hash & .max) % slotCount
    }

    /// Who coordinates a group, or what has a transactional id; nil while nobody does.
    package func broker(of kind: CoordinatedKind, _ key: String) -> Int32? { slots[kind]?[Self.slot(of: key)].leader }

    /// Lets another broker coordinate a group and all others of its slot; false when that broker is down.
    package mutating func move(_ kind: CoordinatedKind, _ key: String, to broker: Int32) -> Bool {
        slots[kind]?[Self.slot(of: key)].move(to: broker) ?? false
    }

    package mutating func lose(_ broker: Int32) {
        change { _ = $0.lose(broker) }
    }

    package mutating func regain(_ broker: Int32, live: Set<Int32>) {
        change { _ = $0.regain(broker, live: live) }
    }

    private mutating func change(_ body: (inout Replicas) -> Void) {
        slots = slots.mapValues { slots in
            slots.map { slot in
                var slot = slot
                body(&slot)
                return slot
            }
        }
    }
}
