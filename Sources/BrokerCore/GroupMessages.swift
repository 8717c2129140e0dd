// What members of a group ask, and what they are told, apart from any version of the protocol.
package import KafkaWire

/// Who waits for an answer: a number that the caller chose.
package typealias Ticket = UInt64
/// Milliseconds on the caller's clock.
package typealias Milliseconds = Int64

/// A wish to become or to stay a member.
package struct JoinWish: Equatable, Sendable {
    /// A way to assign partitions that the member knows, with what it has to say about itself.
    package struct Way: Equatable, Sendable {
        package var name: String
        package var metadata: [UInt8]

        package init(name: String, metadata: [UInt8]) {
            self.name = name
            self.metadata = metadata
        }
    }

    /// Empty for a newcomer.
    package var memberId: String
    /// The name of a static member.
    package var instanceId: String?
    /// What the name of a new member begins with.
    package var clientId: String
    package var sessionTimeout: Milliseconds
    package var rebalanceTimeout: Milliseconds
    package var protocolType: String
    /// The best first.
    package var ways: [Way]
    /// Whether a newcomer is told its name first, and joins by it.
    package var isNamedFirst: Bool

    package init(
        memberId: String, instanceId: String? = nil, clientId: String, sessionTimeout: Milliseconds,
        rebalanceTimeout: Milliseconds, protocolType: String, ways: [Way], isNamedFirst: Bool
    ) {
        self.memberId = memberId
        self.instanceId = instanceId
        self.clientId = clientId
        self.sessionTimeout = sessionTimeout
        self.rebalanceTimeout = rebalanceTimeout
        self.protocolType = protocolType
        self.ways = ways
        self.isNamedFirst = isNamedFirst
    }
}

/// Who asks, in which generation of its group.
package struct MemberClaim: Equatable, Sendable {
    package var memberId: String
    package var instanceId: String?
    package var generation: Int32

    package init(memberId: String, instanceId: String? = nil, generation: Int32) {
        self.memberId = memberId
        self.instanceId = instanceId
        self.generation = generation
    }
}

/// The answer to a ``JoinWish``.
package struct Joined: Equatable, Sendable {
    package struct Member: Equatable, Sendable {
        package var memberId: String
        package var instanceId: String?
        package var metadata: [UInt8]
    }

    package var error: ErrorCode = .none
    package var generation: Int32 = -1
    package var protocolType: String?
    package var protocolName: String?
    package var leader = ""
    package var memberId = ""
    /// Everybody, for the leader; empty for the others.
    package var members: [Member] = []
}

/// The answer to a member that waits for its assignment.
package struct Synced: Equatable, Sendable {
    package var error: ErrorCode = .none
    package var protocolType: String?
    package var protocolName: String?
    package var assignment: [UInt8] = []
}

/// What is to be told to whom.
package enum GroupReply: Equatable, Sendable {
    case joined(Ticket, Joined)
    case synced(Ticket, Synced)
}

extension Joined {
    /// An answer to who cannot join.
    package init(refusal: ErrorCode, memberId: String) { self.init(error: refusal, memberId: memberId) }
}

extension Synced {
    /// An answer to who gets no assignment.
    package init(refusal: ErrorCode) { self.init(error: refusal) }
}
