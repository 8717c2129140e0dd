// Requests of a group's members: between the protocol's messages and the coordinator.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore

/// A member that waits for its group.
struct WaitingMember {
    enum Wish {
        /// By the name that it gave.
        case join(String)
        case sync
    }

    let group: String
    let wish: Wish
    let reply: Reply
}

extension Broker {
    // MARK: Membership

    func joinGroup(_ request: JoinGroup.Request, _ clientId: String?, _ reply: Reply) {
        let refusal = refusal(of: .group, request.groupId, at: reply.connection.node)
        guard refusal == .none else { return reply.send(Joined(refusal: refusal, memberId: request.memberId)) }
        let session = Milliseconds(request.sessionTimeoutMs)
        let wish = JoinWish(
            memberId: request.memberId, instanceId: request.groupInstanceId, clientId: clientId ?? "",
            sessionTimeout: session,
            // The oldest version has one time for both.
            rebalanceTimeout: request.rebalanceTimeoutMs < 0 ? session : Milliseconds(request.rebalanceTimeoutMs),
            protocolType: request.protocolType,
            ways: request.protocols.map { JoinWish.Way(name: $0.name, metadata: $0.metadata.array) },
            isNamedFirst: reply.version >= 4)
        groups.join(request.groupId, wish, ticket(request.groupId, .join(request.memberId), reply), at: now)
        settleGroups()
    }

    func syncGroup(_ request: SyncGroup.Request, _ reply: Reply) {
        let refusal = refusal(of: .group, request.groupId, at: reply.connection.node)
        guard refusal == .none else { return reply.send(Synced(refusal: refusal)) }
        let claim = MemberClaim(
            memberId: request.memberId, instanceId: request.groupInstanceId, generation: request.generationId)
        let assignments = Dictionary(
            request.assignments.map { ($0.memberId, $0.assignment.array) }, uniquingKeysWith: { $1 })
        groups.sync(request.groupId, claim, assignments: assignments, ticket(request.groupId, .sync, reply), at: now)
        settleGroups()
    }

    func heartbeat(_ request: Heartbeat.Request, _ reply: Reply) {
        let claim = MemberClaim(
            memberId: request.memberId, instanceId: request.groupInstanceId, generation: request.generationId)
        var response = Heartbeat.Response()
        response.errorCode = refusal(of: .group, request.groupId, at: reply.connection.node)
        if response.errorCode == .none { response.errorCode = groups.heartbeat(request.groupId, claim, at: now) }
        reply.send(Heartbeat.self, response)
        settleGroups()
    }

    func leaveGroup(_ request: LeaveGroup.Request, _ reply: Reply) {
        var response = LeaveGroup.Response()
        response.errorCode = refusal(of: .group, request.groupId, at: reply.connection.node)
        guard response.errorCode == .none else { return reply.send(LeaveGroup.self, response) }
        if reply.version < 3 {
            response.errorCode = groups.leave(
                request.groupId, memberId: request.memberId, instanceId: nil, at: now)
        }
        response.members = request.members.map { member in
            var answer = LeaveGroup.Response.Member()
            (answer.memberId, answer.groupInstanceId) = (member.memberId, member.groupInstanceId)
            answer.errorCode = groups.leave(
                request.groupId, memberId: member.memberId, instanceId: member.groupInstanceId, at: now)
            return answer
        }
        reply.send(LeaveGroup.self, response)
        settleGroups()
    }

    private func ticket(_ group: String, _ wish: WaitingMember.Wish, _ reply: Reply) -> Ticket {
        ticketsGiven += 1
        tickets[ticketsGiven] = WaitingMember(group: group, wish: wish, reply: reply)
        return ticketsGiven
    }

    /// Sends those who wait for a group away, if it is coordinated elsewhere now.
    func settleMovedGroups() {
        for (ticket, waiting) in tickets.sorted(by: { $0.key < $1.key }) {
            let refusal = refusal(of: .group, waiting.group, at: waiting.reply.connection.node)
            guard refusal != .none else { continue }
            tickets[ticket] = nil
            switch waiting.wish {
            case .join(let memberId): waiting.reply.send(Joined(refusal: refusal, memberId: memberId))
            case .sync: waiting.reply.send(Synced(refusal: refusal))
            }
        }
    }

    /// Sends what groups have to say, and sees to it that they are looked at in time.
    func settleGroups() {
        for answer in groups.takeReplies() {
            switch answer {
            case .joined(let ticket, let joined): tickets.removeValue(forKey: ticket)?.reply.send(joined)
            case .synced(let ticket, let synced): tickets.removeValue(forKey: ticket)?.reply.send(synced)
            }
        }
        guard let next = groups.nextDeadline else { return }
        if let groupTimer, groupTimer.deadline <= next { return }
        groupTimer?.task.cancel()
        let task = schedule(at: next) { [unowned self] in
            groupTimer = nil
            groups.tick(at: now)
            settleGroups()
        }
        groupTimer = (next, task)
    }

    // MARK: Offsets

    /// What a client may store beside an offset.
    private static let mostMetadata = 4096

    func offsetCommit(_ request: OffsetCommit.Request, _ node: Node) -> OffsetCommit.Response {
        let claim = MemberClaim(
            memberId: request.memberId, instanceId: request.groupInstanceId,
            generation: request.generationIdOrMemberEpoch)
        var refusal: ErrorCode =
            request.groupId.isEmpty ? .invalidGroupId : self.refusal(of: .group, request.groupId, at: node)
        if refusal == .none { refusal = groups.mayCommit(request.groupId, claim, at: now) }
        var response = OffsetCommit.Response()
        for asked in request.topics {
            var topic = OffsetCommit.Response.Topic()
            topic.name = asked.name
            for partition in asked.partitions {
                var answer = OffsetCommit.Response.Partition()
                answer.partitionIndex = partition.partitionIndex
                let place = TopicPartition(topic: asked.name, partition: partition.partitionIndex)
                answer.errorCode =
                    refusal != .none ? refusal : commitRefusal(of: place, metadata: partition.committedMetadata)
                if answer.errorCode == .none {
                    let offset = CommittedOffset(
                        offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                        metadata: partition.committedMetadata)
                    if isNoted([.offset(OffsetEntry(request.groupId, place, offset))]) {
                        groups.store(offset, request.groupId, for: place, at: now)
                    } else {
                        // As Kafka answers when its own log of offsets fails.
                        answer.errorCode = .coordinatorNotAvailable
                    }
                }
                topic.partitions.append(answer)
            }
            response.topics.append(topic)
        }
        return response
    }

    /// Why nobody can commit an offset for a partition.
    func commitRefusal(of place: TopicPartition, metadata: String?) -> ErrorCode {
        if (metadata?.utf8.count ?? 0) > Self.mostMetadata { return .offsetMetadataTooLarge }
        return log(place.topic, place.partition) == nil ? .unknownTopicOrPartition : .none
    }

    func offsetDelete(_ request: OffsetDelete.Request, _ node: Node) -> OffsetDelete.Response {
        var response = OffsetDelete.Response()
        response.errorCode = refusal(of: .group, request.groupId, at: node)
        if response.errorCode == .none { response.errorCode = groups.offsetRemovalRefusal(request.groupId) }
        guard response.errorCode == .none else { return response }
        response.topics = request.topics.map { asked in
            var topic = OffsetDelete.Response.Topic()
            topic.name = asked.name
            let isRead = groups.isRead(asked.name, by: request.groupId)
            topic.partitions = asked.partitions.map { partition in
                let place = TopicPartition(topic: asked.name, partition: partition.partitionIndex)
                var answer = OffsetDelete.Response.Partition()
                answer.partitionIndex = partition.partitionIndex
                if isRead {
                    answer.errorCode = .groupSubscribedToTopic
                    return answer
                }
                let isThere = log(asked.name, partition.partitionIndex) != nil
                answer.errorCode = isThere ? .none : .unknownTopicOrPartition
                if isNoted([.offset(OffsetEntry(request.groupId, place, nil))]) {
                    groups.removeOffset(request.groupId, for: place)
                } else {
                    answer.errorCode = .coordinatorNotAvailable
                }
                return answer
            }
            return topic
        }
        return response
    }

    func offsetFetch(_ request: OffsetFetch.Request, _ version: Int16, _ node: Node) -> OffsetFetch.Response {
        var response = OffsetFetch.Response()
        if version < 8 {
            let asked = request.topics?.map { ($0.name, $0.partitionIndexes) }
            response.errorCode = refusal(of: .group, request.groupId, at: node)
            response.topics = committed(
                request.groupId, asked, isStable: request.requireStable, response.errorCode
            ).map { name, partitions in
                var topic = OffsetFetch.Response.Topic()
                (topic.name, topic.partitions) = (name, partitions)
                return topic
            }
        }
        response.groups = request.groups.map { asked in
            var group = OffsetFetch.Response.Group()
            group.groupId = asked.groupId
            let topics = asked.topics?.map { ($0.name, $0.partitionIndexes) }
            group.errorCode = refusal(of: .group, asked.groupId, at: node)
            group.topics = committed(
                asked.groupId, topics, isStable: request.requireStable, group.errorCode
            ).map { name, partitions in
                var topic = OffsetFetch.Response.GroupTopic()
                (topic.name, topic.partitions) = (name, partitions)
                return topic
            }
            return group
        }
        return response
    }

    /// What a group has committed for the partitions asked for, nil for all of which it has something; nothing where
    /// it is refused.
    ///
    /// - Parameter isStable: Whether nothing is told that an open transaction may change.
    private func committed(
        _ group: String, _ asked: [(topic: String, partitions: [Int32])]?, isStable: Bool, _ refusal: ErrorCode
    ) -> [(topic: String, partitions: [OffsetFetch.Response.Partition])] {
        let all = asked == nil && refusal == .none ? groups.offsets(group).map(\.place) : []
        let topics =
            asked
            ?? Dictionary(grouping: all, by: \.topic).sorted { $0.key < $1.key }.map { ($0, $1.map(\.partition)) }
        return topics.map { topic, partitions in
            let answers = partitions.map { partition in
                var answer = OffsetFetch.Response.Partition()
                (answer.partitionIndex, answer.errorCode) = (partition, refusal)
                let place = TopicPartition(topic: topic, partition: partition)
                if refusal == .none, isStable, groups.isUnstable(group, for: place) {
                    answer.errorCode = .unstableOffsetCommit
                }
                let found = answer.errorCode == .none ? groups.offset(group, for: place) : nil
                answer.committedOffset = found?.offset ?? -1
                answer.committedLeaderEpoch = found?.leaderEpoch ?? -1
                answer.metadata = found?.metadata ?? ""
                return answer
            }
            return (topic, answers)
        }
    }
}

extension Reply {
    fileprivate func send(_ joined: Joined) {
        var response = JoinGroup.Response()
        response.errorCode = joined.error
        response.generationId = joined.generation
        response.protocolType = joined.protocolType
        response.protocolName = joined.protocolName
        response.leader = joined.leader
        response.memberId = joined.memberId
        response.members = joined.members.map { member in
            var answer = JoinGroup.Response.Member()
            answer.memberId = member.memberId
            answer.groupInstanceId = member.instanceId
            answer.metadata = Bytes(member.metadata)
            return answer
        }
        send(JoinGroup.self, response)
    }

    fileprivate func send(_ synced: Synced) {
        var response = SyncGroup.Response()
        response.errorCode = synced.error
        response.protocolType = synced.protocolType
        response.protocolName = synced.protocolName
        response.assignment = Bytes(synced.assignment)
        send(SyncGroup.self, response)
    }
}
