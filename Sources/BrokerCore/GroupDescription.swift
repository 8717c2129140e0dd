// What can be said of a group from outside, and groups removed.
package import KafkaWire

/// A group as it stands.
package struct GroupDescription: Equatable, Sendable {
    package struct Member: Equatable, Sendable {
        package var id: String
        package var instanceId: String?
        package var clientId: String
        package var metadata: [UInt8]
        package var assignment: [UInt8]
    }

    /// By the names that Kafka has for them.
    package enum State: String, Sendable {
        case preparingRebalance = "PreparingRebalance"
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
        case empty = "Empty"
        case dead = "Dead"
    }

    package var state: State
    package var protocolType = ""
    /// Empty where members have not agreed on one.
    package var protocolName = ""
    package var members: [Member] = []
}

extension Group {
    var description: GroupDescription {
        let state: GroupDescription.State =
            switch phase {
            case .empty: .empty
            case .joining: .preparingRebalance
            case .syncing: .completingRebalance
            case .stable: .stable
            }
        let isSettled = state == .stable
        return GroupDescription(
            state: state, protocolType: protocolType ?? "", protocolName: isSettled ? protocolName ?? "" : "",
            members: members.map { member in
                GroupDescription.Member(
                    id: member.id, instanceId: member.instanceId, clientId: member.clientId,
                    metadata: isSettled ? member.ways.first { $0.name == protocolName }?.metadata ?? [] : [],
                    assignment: isSettled ? member.assignment : [])
            })
    }
}

extension Group {
    /// The type of a group whose members tell each other by Kafka's own words what they read.
    static let consumers = "consumer"

    /// Whether a member has said that it reads a topic. What is not Kafka's words says nothing.
    fileprivate func reads(_ topic: String) -> Bool {
        guard protocolType == Self.consumers else { return false }
        return members.contains { member in
            member.ways.contains { way in
                let wanted = way.metadata.withUnsafeBytes { try? ConsumerSubscription.decode($0) }
                return wanted?.topics.contains(topic) ?? false
            }
        }
    }
}

extension GroupCoordinator {
    /// The names of all groups that have members or offsets, in order.
    package var names: [String] { Set(groups.keys).union(offsets.keys).sorted() }

    /// A group as it stands: dead where nobody knows it.
    package func description(of name: String) -> GroupDescription {
        if let group = groups[name] { return group.description }
        return GroupDescription(state: offsets[name] == nil ? .dead : .empty)
    }

    /// Why none of a group's offsets can be removed from outside: nobody knows it, or it has members that are no
    /// consumers, of which nobody can say what they read.
    package func offsetRemovalRefusal(_ name: String) -> ErrorCode {
        let refusal = removalRefusal(name)
        return refusal == .nonEmptyGroup && groups[name]?.protocolType == Group.consumers ? .none : refusal
    }

    /// Whether a member of a group has said that it reads a topic, whose offsets then stay (KIP-496).
    package func isRead(_ topic: String, by name: String) -> Bool { groups[name]?.reads(topic) ?? false }

    /// Removes a group without members and what it has committed; why not, otherwise.
    package mutating func delete(_ name: String) -> ErrorCode {
        let refusal = removalRefusal(name)
        guard refusal == .none else { return refusal }
        groups[name] = nil
        offsets[name] = nil
        return .none
    }
}
