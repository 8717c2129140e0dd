// The group seam: a reader whose partitions a consumer group hands out and takes away.

/// What a group has decided about one of its members.
public enum GroupChange: Equatable, Sendable {
    /// These partitions are the member's now; it answers with ``GroupReader/start(at:)``.
    case assigned([Partition])
    /// All partitions are to be given up; the member may finish and commit first, then answers with
    /// ``GroupReader/giveUp()``.
    case revoked
    /// All partitions are gone already, and others may be reading them: the member was taken for dead.
    case lost
}

/// How to be a member of a group.
public struct GroupSettings: Equatable, Sendable {
    /// The group's name.
    public var group: String
    /// Milliseconds without a heartbeat after which the group takes a member for dead.
    public var sessionTimeoutMilliseconds: Int
    /// Milliseconds between two heartbeats, at most a third of the session timeout.
    public var heartbeatMilliseconds: Int

    /// Makes settings.
    public init(group: String, sessionTimeoutMilliseconds: Int, heartbeatMilliseconds: Int) {
        self.group = group
        self.sessionTimeoutMilliseconds = sessionTimeoutMilliseconds
        self.heartbeatMilliseconds = heartbeatMilliseconds
    }
}

/// A reader that is a member of a consumer group. All its partitions come and go together. One thread uses it at a
/// time; closing it leaves the group.
public protocol GroupReader: RecordReader {
    /// What the group has decided since the last call; nil when nothing came within `timeout`.
    ///
    /// - Throws: ``BrokerError``.
    func poll(timeout: Duration) throws -> GroupChange?

    /// Reads these partitions, of those just assigned, each from its offset on.
    ///
    /// - Throws: ``BrokerError``.
    func start(at positions: [(partition: Partition, offset: Offset)]) throws

    /// Stops reading and gives all partitions back.
    ///
    /// - Throws: ``BrokerError``.
    func giveUp() throws

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: ``BrokerError``.
    func committedOffsets(of partitions: [Partition]) throws -> [Offset?]

    /// Commits as the member of the generation it was assigned its partitions in.
    ///
    /// - Throws: ``BrokerError``; `fenced` when the group has moved on without this member.
    func commit(_ offsets: [(partition: Partition, next: Offset)]) throws
}

extension Broker {
    /// A broker that keeps no groups refuses.
    ///
    /// - Throws: ``BrokerError``, `failed`.
    public func openGroupReader(_ settings: GroupSettings) throws -> any GroupReader {
        throw BrokerError(.failed, "this broker has no consumer groups to join", location: "group \(settings.group)")
    }
}
