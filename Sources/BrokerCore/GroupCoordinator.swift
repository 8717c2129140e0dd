// All groups and the offsets they have committed, on a clock that is passed in.
package import KafkaWire

/// How groups behave.
package struct GroupRules: Equatable, Sendable {
    /// How long the first generation of an empty group waits for more members.
    package var initialDelay: Milliseconds = 0
    /// What members may ask for.
    package var sessionTimeouts: ClosedRange<Milliseconds> = 1...1_800_000

    package init() {}
}

/// A partition of a topic, by name.
package struct TopicPartition: Hashable, Sendable {
    package var topic: String
    package var partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// What a group has committed for a partition.
package struct CommittedOffset: Equatable, Sendable {
    /// The next offset to read.
    package var offset: Int64
    package var leaderEpoch: Int32
    package var metadata: String?

    package init(offset: Int64, leaderEpoch: Int32 = -1, metadata: String? = nil) {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

/// The coordinator of all groups, stepped by one thread.
///
/// Answers come at once or later, by the tickets of those who asked: whoever steps it takes what ``takeReplies()`` has,
/// and calls ``tick(at:)`` when ``nextDeadline`` is there.
package struct GroupCoordinator {
    private let rules: GroupRules
    private var groups: [String: Group] = [:]
    private var offsets: [String: [TopicPartition: CommittedOffset]] = [:]
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
    package var nextDeadline: Milliseconds? { groups.values.compactMap(\.nextDeadline).min() }

    /// Ends what is over by now.
    package mutating func tick(at now: Milliseconds) {
        // In the order of names, so that two runs answer alike.
        for (name, group) in groups.sorted(by: { $0.key < $1.key }) {
            guard let deadline = group.nextDeadline, deadline <= now else { continue }
            step(name) { $0.tick(at: now) }
        }
    }

    // MARK: Offsets

    /// Whether whoever claims this may commit; ``store(_:_:for:)`` does then.
    package mutating func mayCommit(_ name: String, _ claim: MemberClaim, at now: Milliseconds) -> ErrorCode {
        step(name) { $0.commit(claim, at: now) }
    }

    package mutating func store(_ offset: CommittedOffset, _ name: String, for place: TopicPartition) {
        offsets[name, default: [:]][place] = offset
    }

    package func offset(_ name: String, for place: TopicPartition) -> CommittedOffset? { offsets[name]?[place] }

    /// All that a group has committed, by topic and partition.
    package func offsets(_ name: String) -> [(place: TopicPartition, offset: CommittedOffset)] {
        (offsets[name] ?? [:]).map { ($0.key, $0.value) }
            .sorted { ($0.place.topic, $0.place.partition) < ($1.place.topic, $1.place.partition) }
    }

    /// Why a group's offsets cannot be removed from outside: nobody knows it, or it has members.
    package func removalRefusal(_ name: String) -> ErrorCode {
        if let group = groups[name], !group.members.isEmpty { return .nonEmptyGroup }
        return groups[name] == nil && offsets[name] == nil ? .groupIdNotFound : .none
    }

    package mutating func removeOffset(_ name: String, for place: TopicPartition) { offsets[name]?[place] = nil }

    /// Forgets what all groups have committed for a topic that is gone.
    package mutating func forgetOffsets(ofTopic topic: String) {
        for name in offsets.keys { offsets[name] = offsets[name]?.filter { $0.key.topic != topic } }
    }
}
