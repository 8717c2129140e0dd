// All groups and the offsets they have committed, on a clock that is passed in.
package import KafkaWire

/// How groups behave.
package struct GroupRules: Equatable, Sendable {
    /// How long the first generation of an empty group waits for more members.
    package var initialDelay: Milliseconds = 0
    /// What members may ask for.
    package var sessionTimeouts: ClosedRange<Milliseconds> = 1...1_800_000
    /// How long the offsets of a group are kept that nobody is in: Kafka's offsets.retention.minutes.
    package var offsetRetention: Milliseconds = 7 * 24 * 3_600_000

    package init() {}
}

/// The coordinator of all groups, stepped by one thread.
///
/// Answers come at once or later, by the tickets of those who asked: whoever steps it takes what ``takeReplies()`` has,
/// and calls ``tick(at:)`` when ``nextDeadline`` is there.
package struct GroupCoordinator {
    private let rules: GroupRules
    var groups: [String: Group] = [:]
    var offsets: [String: GroupOffsets] = [:]
    private var namesGiven = 0
    private var replies: [GroupReply] = []

    package init(_ rules: GroupRules = GroupRules()) { self.rules = rules }

    /// Answers that have become due, each once.
    package mutating func takeReplies() -> [GroupReply] {
        defer { replies = [] }
        return replies
    }

    /// Steps a group, which is made where there is none, and forgotten where nothing came of it.
    private mutating func step<R>(_ name: String, _ body: (inout Group) -> R) -> R {
        // Taken out, so that the step does not copy it.
        var group = groups.removeValue(forKey: name) ?? Group(initialDelay: rules.initialDelay)
        let result = body(&group)
        replies += group.takeReplies()
        if !group.isForgettable { groups[name] = group }
        return result
    }

    package mutating func join(_ name: String, _ wish: JoinWish, _ ticket: Ticket, at now: Milliseconds) {
        let error: ErrorCode =
            name.isEmpty
            ? .invalidGroupId
            : rules.sessionTimeouts.contains(wish.sessionTimeout) ? .none : .invalidSessionTimeout
        guard error == .none else {
            replies.append(.joined(ticket, Joined(error: error, memberId: wish.memberId)))
            return
        }
        namesGiven += 1
        let newId = "\(wish.instanceId ?? wish.clientId)-\(namesGiven)"
        step(name) { $0.join(wish, newId: newId, ticket, at: now) }
    }

    package mutating func sync(
        _ name: String, _ claim: MemberClaim, assignments: [String: [UInt8]], _ ticket: Ticket, at now: Milliseconds
    ) {
        step(name) { $0.sync(claim, assignments: assignments, ticket, at: now) }
    }

    package mutating func heartbeat(_ name: String, _ claim: MemberClaim, at now: Milliseconds) -> ErrorCode {
        step(name) { $0.heartbeat(claim, at: now) }
    }

    package mutating func leave(
        _ name: String, memberId: String, instanceId: String?, at now: Milliseconds
    ) -> ErrorCode {
        step(name) { $0.leave(memberId: memberId, instanceId: instanceId, at: now) }
    }

    /// Makes all members join again; false where there are none.
    package mutating func rebalance(_ name: String, at now: Milliseconds) -> Bool {
        step(name) { $0.disturb(at: now) }
    }

    /// Forgets all members, as if their sessions were over; false where there are none.
    package mutating func expelMembers(_ name: String, at now: Milliseconds) -> Bool {
        step(name) { $0.expelMembers(at: now) }
    }

    /// When ``tick(at:)`` has something to do; nil for nothing.
    package var nextDeadline: Milliseconds? {
        let steps = groups.values.compactMap(\.nextDeadline).min()
        let expiries = offsets.compactMap { name, offsets in expiry(of: offsets, name) }.min()
        return [steps, expiries].compactMap { $0 }.min()
    }

    /// Since when nobody is in a group, which then loses its offsets one day; nil while somebody is.
    private func emptySince(_ name: String) -> Milliseconds? {
        guard let group = groups[name] else { return .min }
        return group.members.isEmpty ? group.emptySince : nil
    }

    private func expiry(of offsets: GroupOffsets, _ name: String) -> Milliseconds? {
        emptySince(name).flatMap { offsets.expiry(keeping: rules.offsetRetention, emptySince: $0) }
    }

    /// Ends what is over by now.
    package mutating func tick(at now: Milliseconds) {
        // In the order of names, so that two runs answer alike.
        for (name, group) in groups.sorted(by: { $0.key < $1.key }) {
            guard let deadline = group.nextDeadline, deadline <= now else { continue }
            step(name) { $0.tick(at: now) }
        }
        for name in offsets.keys.sorted() {
            guard let emptySince = emptySince(name) else { continue }
            let time = rules.offsetRetention
            change(name) { $0.expire(at: now, keeping: time, emptySince: emptySince) }
            if offsets[name] == nil, groups[name]?.isDeserted == true { groups[name] = nil }
        }
    }

    // MARK: Offsets

    private mutating func change<R>(_ name: String, _ body: (inout GroupOffsets) -> R) -> R {
        var changed = offsets.removeValue(forKey: name) ?? GroupOffsets()
        defer { if !changed.isEmpty { offsets[name] = changed } }
        return body(&changed)
    }

    /// Whether whoever claims this may commit; ``store(_:_:for:at:)`` does then.
    package mutating func mayCommit(
        _ name: String, _ claim: MemberClaim, isTransactional: Bool = false, at now: Milliseconds
    ) -> ErrorCode {
        guard groups[name] != nil || offsets[name] != nil || claim.generation < 0 else { return .illegalGeneration }
        return step(name) { $0.commit(claim, isTransactional: isTransactional, at: now) }
    }

    /// Stores an offset; in a transaction, once that commits.
    package mutating func store(
        _ offset: CommittedOffset, _ name: String, for place: TopicPartition, inTransactionOf producerId: Int64? = nil,
        at now: Milliseconds
    ) {
        change(name) { $0.commit(offset, for: place, inTransactionOf: producerId, at: now) }
    }

    /// Stores or drops what the transaction of a producer has brought; returns what is stored by it.
    @discardableResult
    package mutating func endTransaction(
        of producerId: Int64, in name: String, commits: Bool
    ) -> [(place: TopicPartition, offset: CommittedOffset)] {
        change(name) { $0.endTransaction(of: producerId, commits: commits) }
    }

    package func offset(_ name: String, for place: TopicPartition) -> CommittedOffset? { offsets[name]?[place] }

    /// Whether an open transaction may change what a group has committed for a partition.
    package func isUnstable(_ name: String, for place: TopicPartition) -> Bool {
        offsets[name]?.isUnstable(place) ?? false
    }

    /// All that a group has committed, by topic and partition.
    package func offsets(_ name: String) -> [(place: TopicPartition, offset: CommittedOffset)] {
        offsets[name]?.all ?? []
    }

    /// All that all groups have committed, in the order of their names.
    package var allOffsets: [(group: String, place: TopicPartition, offset: CommittedOffset)] {
        offsets.keys.sorted().flatMap { group in offsets(group).map { (group, $0.place, $0.offset) } }
    }

    /// All that waits for the end of a transaction, in the order of the groups' names.
    package var pendingOffsets: [(group: String, producerId: Int64, place: TopicPartition, offset: CommittedOffset)] {
        offsets.sorted { $0.key < $1.key }.flatMap { group, offsets in
            offsets.allPending.map { (group, $0.producerId, $0.place, $0.offset) }
        }
    }

    /// Why a group's offsets cannot be removed from outside: nobody knows it, or it has members.
    package func removalRefusal(_ name: String) -> ErrorCode {
        if let group = groups[name], !group.members.isEmpty { return .nonEmptyGroup }
        return groups[name] == nil && offsets[name] == nil ? .groupIdNotFound : .none
    }

    package mutating func removeOffset(_ name: String, for place: TopicPartition) { change(name) { $0.remove(place) } }

    /// Forgets what a group has committed, as when it expires or is lost, whether anybody is in the group or not.
    package mutating func forgetOffsets(of name: String) { change(name) { $0.removeAll() } }

    /// Forgets what all groups have committed for a topic that is gone.
    package mutating func forgetOffsets(ofTopic topic: String) {
        for name in Array(offsets.keys) { change(name) { $0.remove(topic: topic) } }
    }
}
