// The offset-store seam: who keeps the offsets that a consumer group has committed.

/// A place that keeps committed offsets by group, as a Kafka cluster does. Calls block.
public protocol OffsetStore: AnyObject {
    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: the store's own error, such as ``BrokerError``.
    func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?]

    /// Commits, for each partition, the offset of the next record the group wants; returns once the store has it.
    ///
    /// - Throws: the store's own error, such as ``BrokerError``.
    func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws
}

/// What an offset store that is not Kafka itself refused or failed to do.
public struct OffsetStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<OffsetStoreError>

    /// The kind of failure.
    public var code: Code
    /// What happened, naming the thing and the value.
    public var message: String
    /// The library's own code and words, such as `-4 connection loss`; nil where no library was involved.
    public var cause: String?
    /// Where: the server and the node, or the file.
    public var location: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: String? = nil, location: String) {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = location
    }

    /// One line: message, place and the library's words.
    public var description: String { "\(message) (\(location))" + (cause.map { " [\($0)]" } ?? "") }
}

extension ErrorCode<OffsetStoreError> {
    /// The store's server gave no answer in time: it is down, too slow, or not there.
    public static var unreachable: Self { Self(rawValue: "unreachable") }
    /// What the store holds is not an offset.
    public static var damaged: Self { Self(rawValue: "damaged") }
    /// The caller may not do this.
    public static var notAllowed: Self { Self(rawValue: "not-allowed") }
    /// An address, a group or a topic that no store can have.
    public static var configuration: Self { Self(rawValue: "configuration") }
    /// Any other failure; `cause` has the library's own words.
    public static var failed: Self { Self(rawValue: "failed") }
}
