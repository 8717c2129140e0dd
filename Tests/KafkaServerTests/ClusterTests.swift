// Several served brokers: who leads and coordinates what, and what clients see when brokers go down and come up.
import BrokerCore
import Kafka
import KafkaServer
import KafkaWire
import Testing
import World

@Suite("Several served brokers", .serialized) struct ClusterTests {
    private func settings(_ brokers: Int) -> ServerSettings {
        var settings = ServerSettings()
        settings.brokers = brokers
        return settings
    }

    private func start(_ brokers: Int = 3) throws -> KafkaServer { try KafkaServer.start(settings(brokers)) }

    /// Makes a topic and says what clients are told of it.
    private func describe(_ name: String, _ client: BareClient) throws -> [Metadata.Response.Partition] {
        var request = Metadata.Request()
        var topic = Metadata.Request.Topic()
        topic.name = name
        request.topics = [topic]
        return try client.request(Metadata.self, request, version: 9).topics.first?.partitions ?? []
    }

    private func makeTopic(_ name: String, partitions: Int32, copies: Int16, _ client: BareClient) throws
        -> KafkaWire.ErrorCode
    {
        var request = CreateTopics.Request()
        var topic = CreateTopics.Request.Topic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = (name, partitions, copies)
        request.topics = [topic]
        let answer = try client.request(CreateTopics.self, request, version: 5).topics.first
        if answer?.errorCode == KafkaWire.ErrorCode.none, copies > 0 { #expect(answer?.replicationFactor == copies) }
        return answer?.errorCode ?? .unknownServerError
    }

    private func fetch(_ topic: String, _ partition: Int32, wait: Int32 = 0, epoch: Int32 = -1) -> Fetch.Request {
        var request = Fetch.Request()
        (request.maxWaitMs, request.minBytes) = (wait, 1)
        var asked = Fetch.Request.Topic()
        asked.topic = topic
        var part = Fetch.Request.Partition()
        (part.partition, part.partitionMaxBytes, part.currentLeaderEpoch) = (partition, 1 << 20, epoch)
        asked.partitions = [part]
        request.topics = [asked]
        return request
    }

    private func error(of answer: Fetch.Response) -> KafkaWire.ErrorCode? {
        answer.responses.first?.partitions.first?.errorCode
    }

    @Test("spread leaders and copies, and say so alike") func spread() throws {
        let server = try start()
        defer { server.stop() }
        let clients = (1...3).map { BareClient(server, broker: $0) }
        #expect(try makeTopic("t", partitions: 4, copies: 2, clients[0]) == .none)
        #expect(try makeTopic("usual", partitions: 1, copies: -1, clients[0]) == .none)
        #expect(try makeTopic("many", partitions: 1, copies: 4, clients[0]) == .invalidReplicationFactor)
        for client in clients {
            let partitions = try describe("t", client)
            #expect(partitions.map(\.leaderId) == [1, 2, 3, 1])
            #expect(partitions.map(\.replicaNodes) == [[1, 2], [2, 3], [3, 1], [1, 2]])
            #expect(partitions.map(\.isrNodes) == partitions.map(\.replicaNodes))
            #expect(try describe("usual", client).map(\.replicaNodes) == [[1, 2, 3]])
            let cluster = try client.request(DescribeCluster.self, DescribeCluster.Request(), version: 0)
            #expect(cluster.brokers.map(\.brokerId) == [1, 2, 3])
            #expect(cluster.brokers.map { Int($0.port) } == server.brokers.map(\.port))
        }
        #expect(Set(server.brokers.map(\.port)).count == 3)
    }

    @Test("refuse what another leads or coordinates") func refusals() throws {
        let server = try start(2)
        defer { server.stop() }
        let clients = (1...2).map { BareClient(server, broker: $0) }
        #expect(try makeTopic("t", partitions: 2, copies: 2, clients[0]) == .none)
        for partition: Int32 in 0...1 {
            let (leader, other) = (clients[Int(partition)], clients[1 - Int(partition)])
            let answers = try [leader, other].map {
                error(of: try $0.request(Fetch.self, fetch("t", partition), version: 11))
            }
            #expect(answers == [KafkaWire.ErrorCode.none, .notLeaderOrFollower])
            var list = ListOffsets.Request()
            var asked = ListOffsets.Request.Topic()
            asked.name = "t"
            var part = ListOffsets.Request.Partition()
            (part.partitionIndex, part.timestamp) = (partition, -1)
            asked.partitions = [part]
            list.topics = [asked]
            let listed = try other.request(ListOffsets.self, list, version: 5)
            #expect(listed.topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
            var produce = Produce.Request()
            produce.acks = 1
            var sent = Produce.Request.Topic()
            sent.name = "t"
            var piece = Produce.Request.Partition()
            piece.index = partition
            sent.partitionData = [piece]
            produce.topicData = [sent]
            let produced = try other.request(Produce.self, produce, version: 8)
            #expect(produced.responses.first?.partitionResponses.first?.errorCode == .notLeaderOrFollower)
            var delete = DeleteRecords.Request()
            var deleted = DeleteRecords.Request.Topic()
            deleted.name = "t"
            var which = DeleteRecords.Request.Partition()
            which.partitionIndex = partition
            deleted.partitions = [which]
            delete.topics = [deleted]
            let refused = try other.request(DeleteRecords.self, delete, version: 1)
            #expect(refused.topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
        }
        try refuseGroups(server, clients)
    }

    private func refuseGroups(_ server: KafkaServer, _ clients: [BareClient]) throws {
        var find = FindCoordinator.Request()
        find.key = "g"
        let found = try clients.map { try $0.request(FindCoordinator.self, find, version: 3).nodeId }
        #expect(found[0] == found[1])
        #expect(try server.coordinator(of: .group, "g") == found[0])
        let other = clients[2 - Int(found[0])]
        var join = JoinGroup.Request()
        (join.groupId, join.sessionTimeoutMs, join.protocolType) = ("g", 1000, "consumer")
        #expect(try other.request(JoinGroup.self, join, version: 3).errorCode == .notCoordinator)
        var sync = SyncGroup.Request()
        sync.groupId = "g"
        #expect(try other.request(SyncGroup.self, sync, version: 3).errorCode == .notCoordinator)
        var beat = Heartbeat.Request()
        beat.groupId = "g"
        #expect(try other.request(Heartbeat.self, beat, version: 3).errorCode == .notCoordinator)
        var leave = LeaveGroup.Request()
        leave.groupId = "g"
        #expect(try other.request(LeaveGroup.self, leave, version: 3).errorCode == .notCoordinator)
        var offsets = OffsetFetch.Request()
        (offsets.groupId, offsets.topics) = ("g", nil)
        #expect(try other.request(OffsetFetch.self, offsets, version: 5).errorCode == .notCoordinator)
        var delete = OffsetDelete.Request()
        delete.groupId = "g"
        #expect(try other.request(OffsetDelete.self, delete, version: 0).errorCode == .notCoordinator)
        var commit = OffsetCommit.Request()
        commit.groupId = "g"
        var topic = OffsetCommit.Request.Topic()
        topic.name = "t"
        topic.partitions = [OffsetCommit.Request.Partition()]
        commit.topics = [topic]
        let committed = try other.request(OffsetCommit.self, commit, version: 7)
        #expect(committed.topics.first?.partitions.first?.errorCode == .notCoordinator)
    }

    @Test("take over from one that goes down, which keeps its port") func downAndUp() throws {
        let server = try start()
        defer { server.stop() }
        let (first, second) = (BareClient(server), BareClient(server, broker: 2))
        #expect(try makeTopic("t", partitions: 3, copies: 2, first) == .none)
        try server.takeDown(broker: 1)
        #expect(first.isDropped)
        var partitions = try describe("t", second)
        #expect(partitions.map(\.leaderId) == [2, 2, 3])
        #expect(partitions.map(\.leaderEpoch) == [1, 0, 0])
        #expect(partitions.map(\.isrNodes) == [[2], [2, 3], [3]])
        #expect(partitions.map(\.offlineReplicas) == [[1], [], [1]])
        let cluster = try second.request(DescribeCluster.self, DescribeCluster.Request(), version: 0)
        #expect(cluster.brokers.map(\.brokerId) == [2, 3])
        #expect(throws: ClusterError.self) { try server.takeDown(broker: 1) }

        // A leader's number alone does not tell that it is another.
        let answer = try second.request(Fetch.self, fetch("t", 0, epoch: 0), version: 11)
        #expect(error(of: answer) == .fencedLeaderEpoch)

        try server.bringUp(broker: 1)
        let again = BareClient(server)
        partitions = try describe("t", again)
        #expect(partitions.map(\.leaderId) == [2, 2, 3])
        #expect(partitions.map(\.isrNodes) == partitions.map(\.replicaNodes))
        #expect(throws: ClusterError.self) { try server.bringUp(broker: 1) }
        try server.moveLeader(topic: "t", partition: 0, to: 1)
        #expect(try describe("t", again).map(\.leaderEpoch) == [2, 0, 0])
        #expect(try server.leader(topic: "t", partition: 0) == 1)
    }

    @Test("leave a partition without a leader while nobody has all of it") func leaderless() throws {
        let server = try start(2)
        defer { server.stop() }
        let second = BareClient(server, broker: 2)
        #expect(try makeTopic("t", partitions: 2, copies: 1, second) == .none)
        try server.takeDown(broker: 1)
        let partitions = try describe("t", second)
        #expect(partitions.map(\.leaderId) == [-1, 2])
        #expect(partitions.map(\.errorCode) == [.leaderNotAvailable, .none])
        try server.takeDown(broker: 2)
        #expect(try server.leader(topic: "t", partition: 1) == nil)
        try server.bringUp(broker: 1)
        try server.bringUp(broker: 2)
        #expect(try describe("t", BareClient(server)).map(\.leaderId) == [1, 2])
    }

    @Test("tell a waiting fetch that the leader has moved") func waitingFetch() throws {
        let server = try start(2)
        defer { server.stop() }
        let client = BareClient(server)
        #expect(try makeTopic("t", partitions: 1, copies: 2, client) == .none)
        _ = try client.request(Fetch.self, fetch("t", 0, wait: 60_000), version: 11, answers: false)
        // An answer on another connection shows nothing about the first, but the order of answers on the first does.
        try server.moveLeader(topic: "t", partition: 0, to: 2)
        #expect(error(of: try client.answer(Fetch.self, version: 11)) == .notLeaderOrFollower)
    }

    @Test("do only what can be done, and say what is wrong") func errors() throws {
        let server = try start(2)
        let client = BareClient(server)
        #expect(try makeTopic("t", partitions: 1, copies: 1, client) == .none)
        let attempts: [(code: String, body: () throws -> Void)] = [
            ("unknown-broker", { try server.takeDown(broker: 3) }),
            ("unknown-broker", { try server.bringUp(broker: 0) }),
            ("broker-up", { try server.bringUp(broker: 1) }),
            ("unknown-partition", { try server.moveLeader(topic: "t", partition: 1, to: 1) }),
            ("unknown-partition", { try server.moveLeader(topic: "u", partition: 0, to: 1) }),
            ("unknown-partition", { _ = try server.leader(topic: "t", partition: -1) }),
            ("not-in-sync", { try server.moveLeader(topic: "t", partition: 0, to: 2) }),
            ("unknown-broker", { try server.moveCoordinator(of: .group, "g", to: 9) }),
        ]
        for (code, body) in attempts {
            let error = #expect(throws: ClusterError.self, "\(code)") { try body() }
            #expect(error?.code == code)
        }
        server.stop()
        let stopped = #expect(throws: ClusterError.self) { try server.takeDown(broker: 1) }
        #expect(stopped?.code == "stopped")
    }

    @Test("lose nothing of what librdkafka produces and reads while they go down in turn") func failover() throws {
        let topic = try ServedTopic(partitions: 3, settings: settings(3))
        try topic.produce(3000, partitions: 3)
        for broker: Int32 in 1...3 {
            try topic.server.takeDown(broker: broker)
            try topic.produce(300, partitions: 3)
            for partition: Partition in 0..<3 {
                let end = 1000 + 100 * Offset(broker)
                #expect(try topic.numbers(partition, 0..<end).count == Int(end), "\(broker), \(partition)")
            }
            try topic.server.bringUp(broker: broker)
        }
    }

    @Test("keep a group of librdkafka's together when its coordinator goes down or moves") func group() throws {
        let topic = try ServedTopic(partitions: 4, settings: settings(3))
        let membership = GroupSettings(group: "g", sessionTimeoutMilliseconds: 30_000, heartbeatMilliseconds: 100)
        let member = try topic.broker.openGroupReader(membership)
        defer { member.close() }
        var holding: [[Partition]] = [[]]
        #expect(try settle([member], &holding, until: [4]) == [0, 1, 2, 3])
        let coordinator = try #require(try topic.server.coordinator(of: .group, "g"))
        try topic.server.takeDown(broker: coordinator)
        #expect(try topic.server.coordinator(of: .group, "g") != coordinator)
        // The new coordinator knows the generation.
        try member.commit([(partition: 2, next: 7)])
        #expect(try topic.broker.committedOffsets(of: [2], group: "g") == [7])
        try topic.server.bringUp(broker: coordinator)
        try topic.server.moveCoordinator(of: .group, "g", to: coordinator)
        #expect(try topic.server.coordinator(of: .group, "g") == coordinator)
        try member.commit([(partition: 2, next: 9)])
        let second = try topic.broker.openGroupReader(membership)
        defer { second.close() }
        holding.append([])
        #expect(try settle([member, second], &holding, until: [2, 2]) == [0, 1, 2, 3])
        #expect(try topic.broker.committedOffsets(of: [2], group: "g") == [9])
    }
}
