// The broker seam: what the engine asks of Kafka, whether real or simulated.

/// A Kafka cluster as the engine sees it, bound to one topic, and the store of its groups' offsets. Calls block; one
/// thread uses a broker at a time.
public protocol Broker: OffsetStore {
    /// The topic that every call is about.
    var topic: String { get }

    /// Whether readers add batches as they came to a block that is one of batches; others add to blocks of runs only.
    var keepsBatches: Bool { get }

    /// The number of partitions the topic has now.
    ///
    /// - Throws: ``BrokerError``.
    func partitionCount() throws -> Int

    /// The ends of one partition's log, asked of its leader.
    ///
    /// - Throws: ``BrokerError``.
    func watermarks(of partition: Partition) throws -> Watermarks

    /// The ends of several partitions' logs, in their order; asked at once where that can be.
    ///
    /// - Throws: ``BrokerError``.
    func watermarks(of partitions: [Partition]) throws -> [Watermarks]

    /// Opens a reader on all partitions in `positions`, each starting at its offset.
    ///
    /// - Throws: ``BrokerError``.
    func openReader(at positions: [(partition: Partition, offset: Offset)]) throws -> any RecordReader

    /// As ``openReader(at:)``, for a reader of which nothing is asked but to discard.
    ///
    /// - Throws: ``BrokerError``.
    func openDiscardingReader(at positions: [(partition: Partition, offset: Offset)]) throws -> any RecordReader

    /// Joins a consumer group; which partitions to read comes later, as a ``GroupChange``.
    ///
    /// - Throws: ``BrokerError``.
    func openGroupReader(_ settings: GroupSettings) throws -> any GroupReader
}

extension Broker {
    /// Its readers open batches by themselves.
    public var keepsBatches: Bool { false }

    /// Asks for one partition after the other.
    ///
    /// - Throws: ``BrokerError``.
    public func watermarks(of partitions: [Partition]) throws -> [Watermarks] {
        var ends: [Watermarks] = []
        for partition in partitions { ends.append(try watermarks(of: partition)) }
        return ends
    }

    /// A reader like any other.
    ///
    /// - Throws: ``BrokerError``.
    public func openDiscardingReader(
        at positions: [(partition: Partition, offset: Offset)]
    ) throws -> any RecordReader { try openReader(at: positions) }
}

/// Reads records of several partitions, each at a position of its own. One thread uses a reader at a time.
public protocol RecordReader: AnyObject {
    /// Moves a partition's position; costs nothing when it is there already.
    ///
    /// - Throws: ``BrokerError``.
    func seek(_ partition: Partition, to offset: Offset) throws

    /// Appends to `block` the records of `partition` from its position on, in order, until `limit` records were
    /// added, the position reached `until`, or `timeout` was over. Records at or past `until` are never added.
    ///
    /// - Returns: the records added, and the new position: the offset after the last record added, or `until` (or more)
    ///   where the broker has said that no record is left before it, which is how a range ends in a gap.
    /// - Throws: ``BrokerError``; `offsetOutOfRange` when the position is no longer (or not yet) in the log.
    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset)

    /// Lends records of `partition` where they lie, from its position on, in order: as a fetch, but at most
    /// ``RecordBatch/capacity`` records, and whatever is there when the first has come. They are valid until the next call.
    ///
    /// - Returns: as a fetch.
    /// - Throws: ``BrokerError``, as a fetch.
    func lend(
        _ partition: Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
    ) throws -> (count: Int, position: Offset)

    /// Takes up to `limit` records of any partitions and drops them uncopied: the speed of the library itself.
    ///
    /// - Returns: the records and their value bytes. Positions of partitions are tracked as in a fetch.
    /// - Throws: ``BrokerError``.
    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int)

    /// The position of `partition`: the offset of the next record it will deliver.
    func position(of partition: Partition) -> Offset

    /// Gives back the library's resources; the reader is not used afterwards.
    func close()
}

/// What a broker, real or simulated, refused or failed to do.
public struct BrokerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<BrokerError>

    /// The kind of failure.
    public var code: Code
    /// What happened, naming the thing and the value.
    public var message: String
    /// librdkafka's own code and name, such as `-195 _TRANSPORT`; nil where the library was not involved.
    public var cause: Cause?
    /// Where: the broker's address, and the topic, partition and offset where they apply, such as `orders/3@1041`.
    public var location: String

    /// The error of librdkafka behind a ``BrokerError``.
    public struct Cause: Equatable, Sendable {
        /// The value of `rd_kafka_resp_err_t`.
        public var number: Int32
        /// The name, without `RD_KAFKA_RESP_ERR_`.
        public var name: String
        /// Makes a cause.
        public init(number: Int32, name: String) {
            self.number = number
            self.name = name
        }
    }

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: Cause? = nil, location: String) {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = location
    }

    /// One line: message, place and the library's code.
    public var description: String {
        let library = cause.map { " [librdkafka \($0.number) \($0.name)]" } ?? ""
        return "\(message) (\(location))\(library)"
    }
}

extension ErrorCode<BrokerError> {
    /// No broker answered at the address given.
    public static var unreachable: Self { Self(rawValue: "unreachable") }
    /// The topic or partition does not exist.
    public static var unknownTopic: Self { Self(rawValue: "unknown-topic") }
    /// The topic exists already.
    public static var topicExists: Self { Self(rawValue: "topic-exists") }
    /// There is no consumer group of this name.
    public static var unknownGroup: Self { Self(rawValue: "unknown-group") }
    /// The consumer group has members.
    public static var groupInUse: Self { Self(rawValue: "group-in-use") }
    /// The offset asked for is not in the log: evicted by retention, or past its end.
    public static var offsetOutOfRange: Self { Self(rawValue: "offset-out-of-range") }
    /// The group has gone on without this member, whose commit no longer counts.
    public static var fenced: Self { Self(rawValue: "fenced") }
    /// No answer came in time.
    public static var timedOut: Self { Self(rawValue: "timed-out") }
    /// A configuration property is unknown or its value impossible.
    public static var configuration: Self { Self(rawValue: "configuration") }
    /// A record could not be delivered, or its delivery was not confirmed.
    public static var notDelivered: Self { Self(rawValue: "not-delivered") }
    /// The caller may not do this (authentication, authorisation).
    public static var notAllowed: Self { Self(rawValue: "not-allowed") }
    /// Any other failure; `cause` has the library's own code.
    public static var failed: Self { Self(rawValue: "failed") }
}
