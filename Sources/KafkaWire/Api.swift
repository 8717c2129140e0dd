// What can be asked of a broker, and how requests and answers become frames.

/// The numbers of the requests that are known here.
package enum ApiKey: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case saslHandshake = 17
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerId = 22
    case offsetForLeaderEpoch = 23
    case addPartitionsToTxn = 24
    case addOffsetsToTxn = 25
    case endTxn = 26
    case txnOffsetCommit = 28
    case describeConfigs = 32
    case alterConfigs = 33
    case saslAuthenticate = 36
    case createPartitions = 37
    case deleteGroups = 42
    case incrementalAlterConfigs = 44
    case offsetDelete = 47
    case describeCluster = 60

    /// The messages of this number.
    package var api: any Api.Type {
        switch self {
        case .produce: Produce.self
        case .fetch: Fetch.self
        case .listOffsets: ListOffsets.self
        case .metadata: Metadata.self
        case .offsetCommit: OffsetCommit.self
        case .offsetFetch: OffsetFetch.self
        case .findCoordinator: FindCoordinator.self
        case .joinGroup: JoinGroup.self
        case .heartbeat: Heartbeat.self
        case .leaveGroup: LeaveGroup.self
        case .syncGroup: SyncGroup.self
        case .describeGroups: DescribeGroups.self
        case .listGroups: ListGroups.self
        case .saslHandshake: SaslHandshake.self
        case .apiVersions: ApiVersions.self
        case .createTopics: CreateTopics.self
        case .deleteTopics: DeleteTopics.self
        case .deleteRecords: DeleteRecords.self
        case .initProducerId: InitProducerId.self
        case .offsetForLeaderEpoch: OffsetForLeaderEpoch.self
        case .addPartitionsToTxn: AddPartitionsToTxn.self
        case .addOffsetsToTxn: AddOffsetsToTxn.self
        case .endTxn: EndTxn.self
        case .txnOffsetCommit: TxnOffsetCommit.self
        case .describeConfigs: DescribeConfigs.self
        case .alterConfigs: AlterConfigs.self
        case .saslAuthenticate: SaslAuthenticate.self
        case .createPartitions: CreatePartitions.self
        case .deleteGroups: DeleteGroups.self
        case .incrementalAlterConfigs: IncrementalAlterConfigs.self
        case .offsetDelete: OffsetDelete.self
        case .describeCluster: DescribeCluster.self
        }
    }
}

/// A request and its answer.
package protocol Api {
    associatedtype Request: Structure
    associatedtype Response: Structure
    static var key: ApiKey { get }
    /// The versions that can be read and written.
    static var versions: ClosedRange<Int16> { get }
    /// The first version with compact lengths and tagged fields; nil where none has them.
    static var flexibleSince: Int16? { get }
}

extension Api {
    package static func isFlexible(_ version: Int16) -> Bool { flexibleSince.map { version >= $0 } ?? false }

    /// An answer to ApiVersions is understood before the versions are known, so its header never changes.
    private static func responseHeaderIsFlexible(_ version: Int16) -> Bool {
        key != .apiVersions && isFlexible(version)
    }

    private static func check(_ version: Int16) throws(WireError) {
        guard versions.contains(version) else { throw WireError(.version, "\(key) version \(version)", at: 2) }
    }

    /// The request behind a header of its own kind. Bytes behind its last field are left alone, as Kafka's broker leaves
    /// them: librdkafka sends three, when it asks for all topics.
    package static func decodeRequest(
        _ frame: UnsafeRawBufferPointer, _ header: RequestHeader
    ) throws(WireError) -> Request {
        try check(header.version)
        var reader = WireReader(
            frame, from: header.length, version: header.version, isFlexible: isFlexible(header.version))
        return try Request(from: &reader)
    }

    /// The frame of a request.
    package static func encodeRequest(
        _ request: Request, version: Int16, correlationId: Int32, clientId: String?
    ) throws(WireError) -> EncodedFrame {
        try check(version)
        var writer = WireWriter.frame(version: version, isFlexible: isFlexible(version))
        try RequestHeader(key: key.rawValue, version: version, correlationId: correlationId, clientId: clientId)
            .write(to: &writer)
        try request.write(to: &writer)
        return try writer.framed()
    }

    /// An answer, and the number of the request that it belongs to.
    package static func decodeResponse(
        _ frame: UnsafeRawBufferPointer, version: Int16
    ) throws(WireError) -> (correlationId: Int32, response: Response) {
        try check(version)
        var reader = WireReader(frame, version: version, isFlexible: isFlexible(version))
        let correlationId: Int32 = try reader.integer()
        if responseHeaderIsFlexible(version) { try reader.skipTags() }
        let response = try Response(from: &reader)
        try reader.finish()
        return (correlationId, response)
    }

    /// The frame of an answer.
    package static func encodeResponse(
        _ response: Response, version: Int16, correlationId: Int32
    ) throws(WireError) -> EncodedFrame {
        try check(version)
        var writer = WireWriter.frame(version: version, isFlexible: isFlexible(version))
        writer.integer(correlationId)
        if responseHeaderIsFlexible(version) { writer.unsignedVarint(0) }
        try response.write(to: &writer)
        return try writer.framed()
    }
}
