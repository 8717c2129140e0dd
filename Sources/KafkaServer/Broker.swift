// All that the broker knows, on one event loop, and which request goes where.
internal import BrokerCore
internal import Compression
internal import KafkaWire
internal import NIOCore
internal import NIOSSL

/// The state behind all connections. Everything here runs on one event loop.
final class Broker {
    /// What is served, in which versions: topics by name, transactions as before KIP-890.
    static let versions: [ApiKey: ClosedRange<Int16>] = [
        .produce: 0...9, .fetch: 0...12, .listOffsets: 0...7, .metadata: 0...12, .offsetCommit: 0...9,
        .offsetFetch: 0...9, .findCoordinator: 0...4, .joinGroup: 0...9, .heartbeat: 0...4, .leaveGroup: 0...5,
        .syncGroup: 0...5, .apiVersions: 0...4, .createTopics: 0...7, .deleteTopics: 0...6, .deleteRecords: 0...2,
        .initProducerId: 0...4, .offsetForLeaderEpoch: 0...4, .addPartitionsToTxn: 0...3, .addOffsetsToTxn: 0...3,
        .endTxn: 0...3, .txnOffsetCommit: 0...3, .offsetDelete: 0...0, .describeCluster: 0...1,
        .createPartitions: 0...3, .describeConfigs: 0...4, .alterConfigs: 0...2, .incrementalAlterConfigs: 0...1,
        .describeGroups: 0...6,
        .listGroups: 0...5, .deleteGroups: 0...2, .saslHandshake: 0...1, .saslAuthenticate: 0...2,
    ]
    static let clusterId = "kbench"

    let settings: ServerSettings
    let loop: any EventLoop
    /// The brokers that clients see, by their numbers.
    let nodes: [Node]
    var coordinators: Coordinators
    /// Those who may connect; anybody, if there are none.
    let users: Users
    /// What connections are encrypted with; nil where they are not.
    let tls: NIOSSLContext?
    var topics: Topics<BufferSegment>
    /// Where all is kept that is to come back; nil for memory alone.
    let data: DataStore?
    let unpacker = Unpacker()

    /// Fetches that wait for records, each with the end of its patience.
    var fetches: [ObjectIdentifier: WaitingFetch] = [:]
    /// Which of them wait for a partition.
    var watchers: [TopicPartition: Set<ObjectIdentifier>] = [:]

    /// What happens to requests and to the broker; nil for nothing.
    var script: ServedScript?

    var groups: GroupCoordinator
    /// Members that wait for their group.
    var tickets: [Ticket: WaitingMember] = [:]
    var ticketsGiven: Ticket = 0
    /// When groups are looked at next.
    var groupTimer: (deadline: Milliseconds, task: Scheduled<Void>)?

    /// Those of all brokers.
    var transactions: TransactionCoordinator
    /// Ends of transactions with the partitions where no marker could be written so far.
    var unwrittenEnds: [TransactionEnd] = []
    /// When transactions are looked at next.
    var transactionTimer: (deadline: Milliseconds, task: Scheduled<Void>)?

    /// - Throws: ``DataError``, ``CertificateError``.
    init(_ settings: ServerSettings, _ loop: any EventLoop) throws {
        self.settings = settings
        self.loop = loop
        tls = try settings.certificate?.context()
        let data = try settings.data.map { try DataStore.open($0, loop) }
        self.data = data
        topics = Topics { [files = data?.files] id, partition in
            files.map { LogHome(files: $0, topic: id.low, partition: partition) }
        }
        groups = GroupCoordinator(settings.groups)
        transactions = TransactionCoordinator(settings.transactions)
        nodes = (0..<max(1, settings.brokers)).map { index in
            Node(id: Int32(index + 1), port: settings.port == 0 ? 0 : settings.port + index)
        }
        coordinators = Coordinators(brokers: nodes.map(\.id))
        users = Users(settings.users)
        if settings.script.isWanted { script = ServedScript(settings.script, self) }
        try restore()
        keepCleaning()
    }

    /// The loop's clock.
    var now: Milliseconds { Milliseconds(loop.now.uptimeNanoseconds / 1_000_000) }

    /// Runs `body` on the loop when the clock says `deadline`.
    func schedule(at deadline: Milliseconds, _ body: @escaping () -> Void) -> Scheduled<Void> {
        let time = NIODeadline.uptimeNanoseconds(UInt64(max(0, deadline)) * 1_000_000)
        return loop.assumeIsolated().scheduleTask(deadline: time, body)
    }

    /// The log of a partition, whoever leads it; nil where there is none.
    func log(_ topic: String, _ partition: Int32) -> PartitionLog<BufferSegment>? {
        guard let topic = topics[topic], topic.partitions.indices.contains(Int(partition)) else { return nil }
        return topic.partitions[Int(partition)]
    }

    /// Serves one request, now or later.
    ///
    /// - Throws: ``WireError`` for bytes that are no request; the connection has to be closed.
    func serve(_ frame: UnsafeRawBufferPointer, on connection: Connection) throws(WireError) {
        if connection.authentication.expectsBareMessage { return serveBare(frame, on: connection) }
        let header = try RequestHeader(frame)
        let reply = Reply(connection: connection, version: header.version, correlationId: header.correlationId)
        guard let key = header.api, let versions = Self.versions[key] else {
            throw WireError(.version, "request \(header.key)", at: 0)
        }
        guard versions.contains(header.version) else {
            guard key == .apiVersions else { throw WireError(.version, "\(key) version \(header.version)", at: 2) }
            // The one request that is sent before anything is known of the broker: the answer is in the oldest form.
            let oldest = Reply(connection: connection, version: 0, correlationId: header.correlationId)
            return oldest.send(ApiVersions.self, apiVersions(.unsupportedVersion))
        }
        // Kafka closes the connection, too: who does not say whose it is gets no answer.
        guard users.mechanisms.isEmpty || connection.authentication.allows(key) else { return connection.close() }
        if let script, script.isConcerned(with: key, connection.node.id) {
            return try script.take(key.api, frame, header, reply)
        }
        try dispatch(key, frame, header, reply)
    }

    /// Carries out one request whose version is known here.
    func dispatch(
        _ key: ApiKey, _ frame: UnsafeRawBufferPointer, _ header: RequestHeader, _ reply: Reply
    ) throws(WireError) {
        let node = reply.connection.node
        switch key {
        case .produce: produce(try Produce.decodeRequest(frame, header), frame, reply)
        case .fetch: fetch(try Fetch.decodeRequest(frame, header), reply)
        case .listOffsets: reply.send(ListOffsets.self, listOffsets(try ListOffsets.decodeRequest(frame, header), node))
        case .metadata: reply.send(Metadata.self, metadata(try Metadata.decodeRequest(frame, header), header.version))
        case .createTopics: reply.send(CreateTopics.self, createTopics(try CreateTopics.decodeRequest(frame, header)))
        case .deleteTopics:
            reply.send(DeleteTopics.self, deleteTopics(try DeleteTopics.decodeRequest(frame, header), header.version))
        case .deleteRecords:
            reply.send(DeleteRecords.self, deleteRecords(try DeleteRecords.decodeRequest(frame, header), node))
        case .findCoordinator:
            reply.send(
                FindCoordinator.self, findCoordinator(try FindCoordinator.decodeRequest(frame, header), header.version))
        case .offsetCommit:
            reply.send(OffsetCommit.self, offsetCommit(try OffsetCommit.decodeRequest(frame, header), node))
        case .offsetFetch:
            reply.send(
                OffsetFetch.self, offsetFetch(try OffsetFetch.decodeRequest(frame, header), header.version, node))
        case .offsetDelete:
            reply.send(OffsetDelete.self, offsetDelete(try OffsetDelete.decodeRequest(frame, header), node))
        case .joinGroup: joinGroup(try JoinGroup.decodeRequest(frame, header), header.clientId, reply)
        case .syncGroup: syncGroup(try SyncGroup.decodeRequest(frame, header), reply)
        case .heartbeat: heartbeat(try Heartbeat.decodeRequest(frame, header), reply)
        case .leaveGroup: leaveGroup(try LeaveGroup.decodeRequest(frame, header), reply)
        case .initProducerId:
            reply.send(
                InitProducerId.self,
                initProducerId(try InitProducerId.decodeRequest(frame, header), header.version, node))
        case .addPartitionsToTxn:
            reply.send(
                AddPartitionsToTxn.self,
                addPartitionsToTxn(try AddPartitionsToTxn.decodeRequest(frame, header), header.version, node))
        case .addOffsetsToTxn:
            reply.send(
                AddOffsetsToTxn.self,
                addOffsetsToTxn(try AddOffsetsToTxn.decodeRequest(frame, header), header.version, node))
        case .endTxn: reply.send(EndTxn.self, endTxn(try EndTxn.decodeRequest(frame, header), header.version, node))
        case .txnOffsetCommit:
            reply.send(TxnOffsetCommit.self, txnOffsetCommit(try TxnOffsetCommit.decodeRequest(frame, header), node))
        case .offsetForLeaderEpoch:
            reply.send(
                OffsetForLeaderEpoch.self,
                offsetForLeaderEpoch(try OffsetForLeaderEpoch.decodeRequest(frame, header), node))
        case .describeGroups:
            reply.send(
                DescribeGroups.self,
                describeGroups(try DescribeGroups.decodeRequest(frame, header), header.version, node))
        case .listGroups: reply.send(ListGroups.self, listGroups(try ListGroups.decodeRequest(frame, header), node))
        case .deleteGroups:
            reply.send(DeleteGroups.self, deleteGroups(try DeleteGroups.decodeRequest(frame, header), node))
        case .saslHandshake: saslHandshake(try SaslHandshake.decodeRequest(frame, header), reply)
        case .saslAuthenticate: saslAuthenticate(try SaslAuthenticate.decodeRequest(frame, header), reply)
        case .createPartitions:
            reply.send(CreatePartitions.self, createPartitions(try CreatePartitions.decodeRequest(frame, header)))
        case .describeConfigs:
            reply.send(DescribeConfigs.self, describeConfigs(try DescribeConfigs.decodeRequest(frame, header)))
        case .alterConfigs:
            reply.send(AlterConfigs.self, alterConfigs(try AlterConfigs.decodeRequest(frame, header)))
        case .incrementalAlterConfigs:
            reply.send(
                IncrementalAlterConfigs.self, alterConfigs(try IncrementalAlterConfigs.decodeRequest(frame, header)))
        case .describeCluster:
            _ = try DescribeCluster.decodeRequest(frame, header)
            reply.send(DescribeCluster.self, describeCluster())
        default:
            // ApiVersions: every other number that `versions` has is above.
            _ = try ApiVersions.decodeRequest(frame, header)
            reply.send(ApiVersions.self, apiVersions(.none))
        }
    }

    /// Forgets whoever waits on a connection that is closed.
    func forget(_ connection: Connection) {
        stopWaiting(ObjectIdentifier(connection))
        script?.forget(connection)
    }

    private func apiVersions(_ error: ErrorCode) -> ApiVersions.Response {
        var response = ApiVersions.Response()
        response.errorCode = error
        response.apiKeys = Self.versions.sorted { $0.key.rawValue < $1.key.rawValue }.map { key, versions in
            var entry = ApiVersions.Response.ApiVersion()
            (entry.apiKey, entry.minVersion, entry.maxVersion) = (
                key.rawValue, versions.lowerBound, versions.upperBound
            )
            return entry
        }
        return response
    }
}
