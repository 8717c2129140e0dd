// One classic group: members, generations and the steps between them, on a clock that is passed in.
internal import KafkaWire

/// A group. Each step may bring answers to those who wait, in `replies`.
struct Group {
    /// Where a group stands between two generations.
    enum Phase: Equatable {
        case empty
        /// Members have until then to join again; before `notBefore` it does not end.
        case joining(notBefore: Milliseconds, until: Milliseconds)
        /// The leader has until then to give assignments, and the others to ask for theirs.
        case syncing(until: Milliseconds)
        case stable
    }

    struct Member {
        var id: String
        var instanceId: String?
        var clientId: String
        var sessionTimeout: Milliseconds
        var rebalanceTimeout: Milliseconds
        var ways: [JoinWish.Way]
        /// When it counts as dead, unless it waits for an answer.
        var deadline: Milliseconds = 0
        var join: Ticket?
        var sync: Ticket?
        /// Whether it asked for its assignment in this generation.
        var hasSynced = false
        var assignment: [UInt8] = []

        mutating func lives(_ now: Milliseconds) { deadline = now + sessionTimeout }
    }

    /// How long the first generation waits for more members.
    let initialDelay: Milliseconds
    private(set) var phase = Phase.empty
    private(set) var generation: Int32 = 0
    private(set) var protocolType: String?
    private(set) var protocolName: String?
    private var leader: String?
    /// In the order in which they came.
    private(set) var members: [Member] = []
    /// When the last member went; before the first came, the beginning of time.
    private(set) var emptySince = Milliseconds.min
    /// Newcomers that were told their name and have not joined by it, with the time when the name is forgotten.
    private var named: [String: Milliseconds] = [:]
    private var replies: [GroupReply] = []

    init(initialDelay: Milliseconds) { self.initialDelay = initialDelay }

    /// Answers that steps have brought, each once.
    mutating func takeReplies() -> [GroupReply] {
        defer { replies = [] }
        return replies
    }

    /// Whether nobody is in it or about to be.
    var isDeserted: Bool { members.isEmpty && named.isEmpty }

    /// Whether it never had a generation, so that nothing is lost with it.
    var isForgettable: Bool { isDeserted && generation == 0 }

    private func index(of id: String) -> Int? { members.firstIndex { $0.id == id } }

    // MARK: Joining

    /// `newId`: the name of a newcomer.
    mutating func join(_ wish: JoinWish, newId: String, _ ticket: Ticket, at now: Milliseconds) {
        guard accepts(wish) else { return refuse(ticket, .inconsistentGroupProtocol, wish.memberId) }
        if let instanceId = wish.instanceId, let index = members.firstIndex(where: { $0.instanceId == instanceId }) {
            if wish.memberId.isEmpty { return replace(at: index, wish, newId, ticket, now) }
            guard members[index].id == wish.memberId else { return refuse(ticket, .fencedInstanceId, wish.memberId) }
        }
        if wish.memberId.isEmpty {
            guard wish.isNamedFirst, wish.instanceId == nil else { return add(newId, wish, ticket, now) }
            named[newId] = now + wish.sessionTimeout
            return refuse(ticket, .memberIdRequired, newId)
        }
        if named.removeValue(forKey: wish.memberId) != nil { return add(wish.memberId, wish, ticket, now) }
        guard let index = index(of: wish.memberId) else { return refuse(ticket, .unknownMemberId, wish.memberId) }
        joinAgain(at: index, wish, ticket, now)
    }

    /// Whether everybody could agree on a way with whoever wishes this.
    private func accepts(_ wish: JoinWish) -> Bool {
        guard !wish.protocolType.isEmpty, !wish.ways.isEmpty else { return false }
        let others = members.filter { $0.id != wish.memberId }
        if others.isEmpty { return true }
        return wish.protocolType == protocolType
            && wish.ways.contains { way in others.allSatisfy { $0.ways.contains { $0.name == way.name } } }
    }

    private mutating func refuse(_ ticket: Ticket, _ error: ErrorCode, _ memberId: String) {
        replies.append(.joined(ticket, Joined(error: error, memberId: memberId)))
    }

    private mutating func add(_ id: String, _ wish: JoinWish, _ ticket: Ticket, _ now: Milliseconds) {
        protocolType = wish.protocolType
        members.append(
            Member(
                id: id, instanceId: wish.instanceId, clientId: wish.clientId, sessionTimeout: wish.sessionTimeout,
                rebalanceTimeout: wish.rebalanceTimeout, ways: wish.ways, join: ticket))
        members[members.count - 1].lives(now)
        rebalance(at: now)
    }

    /// A static member came back under a new name; the old one is fenced off.
    private mutating func replace(
        at index: Int, _ wish: JoinWish, _ newId: String, _ ticket: Ticket, _ now: Milliseconds
    ) {
        let oldId = members[index].id
        if let join = members[index].join { refuse(join, .fencedInstanceId, oldId) }
        if let sync = members[index].sync { replies.append(.synced(sync, Synced(error: .fencedInstanceId))) }
        (members[index].join, members[index].sync) = (nil, nil)
        members[index].id = newId
        if leader == oldId { leader = newId }
        joinAgain(at: index, wish, ticket, now)
    }

    private mutating func joinAgain(at index: Int, _ wish: JoinWish, _ ticket: Ticket, _ now: Milliseconds) {
        let isSame = members[index].ways == wish.ways
        members[index].ways = wish.ways
        members[index].sessionTimeout = wish.sessionTimeout
        members[index].rebalanceTimeout = wish.rebalanceTimeout
        members[index].lives(now)
        // Who asked before on another connection waits no more.
        if let earlier = members[index].join { refuse(earlier, .rebalanceInProgress, members[index].id) }
        members[index].join = ticket
        let isLeader = members[index].id == leader
        switch phase {
        case .syncing where isSame, .stable where isSame && !isLeader: answerJoin(at: index, now)
        case .empty, .syncing, .stable, .joining: rebalance(at: now)
        }
    }

    /// Everybody has to join again.
    private mutating func rebalance(at now: Milliseconds) {
        switch phase {
        case .joining: break
        case .empty: phase = .joining(notBefore: now + initialDelay, until: now + longestRebalance)
        case .syncing, .stable:
            for index in members.indices {
                members[index].assignment = []
                guard let sync = members[index].sync else { continue }
                members[index].sync = nil
                members[index].lives(now)
                replies.append(.synced(sync, Synced(error: .rebalanceInProgress)))
            }
            phase = .joining(notBefore: now, until: now + longestRebalance)
        }
        completeIfAllJoined(now)
    }

    private var longestRebalance: Milliseconds { max(members.map(\.rebalanceTimeout).max() ?? 0, initialDelay) }

    private mutating func completeIfAllJoined(_ now: Milliseconds) {
        guard case .joining(let notBefore, let until) = phase else { return }
        let areAllHere = named.isEmpty && members.allSatisfy { $0.join != nil }
        if now >= until || (areAllHere && now >= notBefore) { beginGeneration(now) }
    }

    private mutating func beginGeneration(_ now: Milliseconds) {
        // A static member keeps its place until its session ends.
        members.removeAll { $0.join == nil && $0.instanceId == nil }
        guard !members.isEmpty else { return becomeEmpty(now) }
        guard members.contains(where: { $0.join != nil }) else {
            phase = .joining(notBefore: now, until: now + max(longestRebalance, 1))
            return
        }
        countGeneration()
        protocolName = chosenWay()
        if !members.contains(where: { $0.id == leader && $0.join != nil }) {
            leader = members.first { $0.join != nil }?.id
        }
        phase = .syncing(until: now + max(longestRebalance, 1))
        for index in members.indices {
            members[index].hasSynced = false
            if members[index].join != nil { answerJoin(at: index, now) }
        }
    }

    private mutating func becomeEmpty(_ now: Milliseconds) {
        phase = .empty
        emptySince = now
        leader = nil
        countGeneration()
    }

    private mutating func countGeneration() { generation = generation == .max ? 1 : generation + 1 }

    /// The way that most members like best of those that all know.
    private func chosenWay() -> String? {
        let known = members[0].ways.map(\.name).filter { name in
            members.allSatisfy { $0.ways.contains { $0.name == name } }
        }
        var votes: [String: Int] = [:]
        for member in members {
            guard let best = member.ways.first(where: { known.contains($0.name) }) else { continue }
            votes[best.name, default: 0] += 1
        }
        let most = votes.values.max()
        return known.first { votes[$0] == most }
    }

    private mutating func answerJoin(at index: Int, _ now: Milliseconds) {
        guard let ticket = members[index].join else { return }
        members[index].join = nil
        members[index].lives(now)
        var answer = Joined(
            generation: generation, protocolType: protocolType, protocolName: protocolName, leader: leader ?? "",
            memberId: members[index].id)
        if members[index].id == leader {
            answer.members = members.map { member in
                Joined.Member(
                    memberId: member.id, instanceId: member.instanceId,
                    metadata: member.ways.first { $0.name == protocolName }?.metadata ?? [])
            }
        }
        replies.append(.joined(ticket, answer))
    }

    // MARK: Being a member

    /// Why who claims this is no member of this generation; nil for one that is, which lives.
    private mutating func refusal(_ claim: MemberClaim, at now: Milliseconds) -> ErrorCode? {
        if let instanceId = claim.instanceId, let known = members.first(where: { $0.instanceId == instanceId }),
            known.id != claim.memberId
        {
            return .fencedInstanceId
        }
        guard let index = index(of: claim.memberId) else { return .unknownMemberId }
        guard claim.generation == generation else { return .illegalGeneration }
        members[index].lives(now)
        return nil
    }

    /// `assignments`: by member, from the leader.
    mutating func sync(
        _ claim: MemberClaim, assignments: [String: [UInt8]], _ ticket: Ticket, at now: Milliseconds
    ) {
        var error = refusal(claim, at: now)
        if case .joining = phase, error == nil { error = .rebalanceInProgress }
        guard error == nil, let index = index(of: claim.memberId) else {
            replies.append(.synced(ticket, Synced(error: error ?? .unknownMemberId)))
            return
        }
        members[index].sync = ticket
        members[index].hasSynced = true
        if case .syncing = phase {
            guard claim.memberId == leader else { return }
            for index in members.indices { members[index].assignment = assignments[members[index].id] ?? [] }
            phase = .stable
        }
        for index in members.indices {
            guard let ticket = members[index].sync else { continue }
            members[index].sync = nil
            members[index].lives(now)
            let answer = Synced(
                protocolType: protocolType, protocolName: protocolName, assignment: members[index].assignment)
            replies.append(.synced(ticket, answer))
        }
    }

    mutating func heartbeat(_ claim: MemberClaim, at now: Milliseconds) -> ErrorCode {
        if let error = refusal(claim, at: now) { return error }
        if case .joining = phase { return .rebalanceInProgress }
        return .none
    }

    /// Whether offsets may be committed by who claims this.
    mutating func commit(_ claim: MemberClaim, isTransactional: Bool, at now: Milliseconds) -> ErrorCode {
        // Who is no member may, as long as nobody is, or in a transaction as before KIP-447.
        let isNobody = claim.generation < 0 && claim.memberId.isEmpty && claim.instanceId == nil
        if isNobody && isTransactional || claim.generation < 0 && members.isEmpty { return .none }
        if let error = refusal(claim, at: now) { return error }
        if case .syncing = phase, !isTransactional { return .rebalanceInProgress }
        return .none
    }

    mutating func leave(memberId: String, instanceId: String?, at now: Milliseconds) -> ErrorCode {
        if named.removeValue(forKey: memberId) != nil {
            completeIfAllJoined(now)
            return .none
        }
        let found = members.firstIndex { instanceId == nil ? $0.id == memberId : $0.instanceId == instanceId }
        guard let found else { return .unknownMemberId }
        guard memberId.isEmpty || members[found].id == memberId else { return .fencedInstanceId }
        remove(at: found, now)
        return .none
    }

    /// Makes all members join again; false where there are none.
    mutating func disturb(at now: Milliseconds) -> Bool {
        guard !members.isEmpty else { return false }
        rebalance(at: now)
        return true
    }

    /// Forgets all members, as if their sessions were over; false where there are none.
    mutating func expelMembers(at now: Milliseconds) -> Bool {
        guard !members.isEmpty else { return false }
        while !members.isEmpty { remove(at: members.count - 1, now) }
        return true
    }

    private mutating func remove(at index: Int, _ now: Milliseconds) {
        let member = members.remove(at: index)
        if let join = member.join { refuse(join, .unknownMemberId, member.id) }
        if let sync = member.sync { replies.append(.synced(sync, Synced(error: .unknownMemberId))) }
        if leader == member.id { leader = nil }
        if members.isEmpty { becomeEmpty(now) } else { rebalance(at: now) }
    }

    // MARK: Time

    /// When ``tick(at:)`` has something to do; nil for nothing.
    var nextDeadline: Milliseconds? {
        var deadlines = named.values.map { $0 } + members.filter { $0.join == nil && $0.sync == nil }.map(\.deadline)
        switch phase {
        case .empty, .stable: break
        case .syncing(let until): deadlines.append(until)
        case .joining(let notBefore, let until):
            let areAllHere = named.isEmpty && members.allSatisfy { $0.join != nil }
            deadlines.append(areAllHere ? notBefore : until)
        }
        return deadlines.min()
    }

    /// Sessions and steps whose time is over end.
    mutating func tick(at now: Milliseconds) {
        named = named.filter { $0.value > now }
        while let dead = members.firstIndex(where: { $0.join == nil && $0.sync == nil && $0.deadline <= now }) {
            remove(at: dead, now)
        }
        if case .syncing(let until) = phase, until <= now {
            // The leader is one of them: with its assignments the phase would be over.
            while let silent = members.firstIndex(where: { !$0.hasSynced }) { remove(at: silent, now) }
        }
        completeIfAllJoined(now)
    }
}
