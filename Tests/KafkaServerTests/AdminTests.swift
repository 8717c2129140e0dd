// What those see who look after a served cluster: partitions, settings, groups.
import BrokerCore
import Kafka
import KafkaServer
import KafkaWire
import Testing
import World

@Suite("To those who look after it, a served broker", .serialized) struct AdminTests {
    typealias Code = KafkaWire.ErrorCode
    private let server: KafkaServer
    private let client: BareClient

    init() throws {
        var settings = ServerSettings()
        settings.brokers = 2
        server = try KafkaServer.start(settings)
        client = BareClient(server)
    }

    private func grow(
        _ name: String, to count: Int32, _ assignments: [[Int32]]? = nil, isTrial: Bool = false
    ) throws -> Code? {
        var request = CreatePartitions.Request()
        request.validateOnly = isTrial
        var topic = CreatePartitions.Request.Topic()
        (topic.name, topic.count) = (name, count)
        topic.assignments = assignments?.map { ids in
            var assignment = CreatePartitions.Request.Assignment()
            assignment.brokerIds = ids
            return assignment
        }
        request.topics = [topic]
        return try client.request(CreatePartitions.self, request, version: 3).results.first?.errorCode
    }

    @Test("adds partitions, and says why not") func partitions() throws {
        #expect(try client.createTopic("t", partitions: 2) == .none)
        #expect(try grow("t", to: 2) == .invalidPartitions)
        #expect(try grow("t", to: 1) == .invalidPartitions)
        #expect(try grow("u", to: 2) == .unknownTopicOrPartition)
        #expect(try grow("t", to: 200_000) == .policyViolation)
        #expect(try grow("t", to: 3, [[3]]) == .invalidReplicaAssignment)
        #expect(try grow("t", to: 4, [[1]]) == .invalidReplicaAssignment)
        #expect(try grow("t", to: 4, isTrial: true) == Code.none)
        #expect(try client.describe("t").partitions.count == 2)
        #expect(try grow("t", to: 4, []) == Code.none)
        #expect(try grow("t", to: 6, [[2], [2, 1]]) == Code.none)
        let leaders = try client.describe("t").partitions.map(\.leaderId)
        #expect(leaders == [1, 2, 1, 2, 2, 2])
        #expect(try client.describe("t").partitions.last?.replicaNodes == [2, 1])
    }

    private func configs(
        _ type: Int8, _ name: String, _ keys: [String]? = nil
    ) throws -> DescribeConfigs.Response.Result? {
        var resource = DescribeConfigs.Request.Resource()
        (resource.resourceType, resource.resourceName, resource.configurationKeys) = (type, name, keys)
        var request = DescribeConfigs.Request()
        (request.resources, request.includeSynonyms) = ([resource], true)
        return try client.request(DescribeConfigs.self, request, version: 4).results.first
    }

    private func alter(
        _ name: String, _ operation: Int8, _ value: String?, of topic: String = "t", type: Int8 = 2
    ) throws -> IncrementalAlterConfigs.Response.Resource? {
        var config = IncrementalAlterConfigs.Request.Config()
        (config.name, config.configOperation, config.value) = (name, operation, value)
        var resource = IncrementalAlterConfigs.Request.Resource()
        (resource.resourceType, resource.resourceName, resource.configs) = (type, topic, [config])
        var request = IncrementalAlterConfigs.Request()
        request.resources = [resource]
        return try client.request(IncrementalAlterConfigs.self, request, version: 1).responses.first
    }

    @Test("tells and changes the settings of a topic") func settings() throws {
        #expect(try client.createTopic("t", settings: ["retention.ms": "1000", "flush.ms": "5"]) == .none)
        let all = try configs(2, "t")
        #expect(all?.errorCode == Code.none)
        #expect(all?.configs.map(\.name) == TopicRules.settings.map(\.name))
        let retention = all?.configs.first { $0.name == "retention.ms" }
        #expect(retention?.value == "1000")
        #expect(retention?.configSource == 1)
        #expect(retention?.synonyms.map(\.value) == ["1000", "-1"])
        let policy = all?.configs.first { $0.name == "cleanup.policy" }
        #expect(policy?.value == "delete")
        #expect(policy?.configSource == 5)

        let steps: [(name: String, operation: Int8, value: String?, code: Code, now: String)] = [
            ("retention.ms", 0, "2000", .none, "2000"),
            ("retention.ms", 0, "-2", .invalidConfig, "2000"),
            ("retention.ms", 0, nil, .invalidConfig, "2000"),
            ("retention.ms", 2, "1", .invalidConfig, "2000"),
            ("retention.ms", 9, "1", .invalidConfig, "2000"),
            ("retention.ms", 1, nil, .none, "-1"),
            ("cleanup.policy", 2, "compact", .none, "delete,compact"),
            ("cleanup.policy", 3, "delete", .none, "compact"),
            ("cleanup.policy", 0, "shred", .invalidConfig, "compact"),
            ("compression.type", 0, "gzip", .invalidConfig, "producer"),
        ]
        for step in steps {
            #expect(try alter(step.name, step.operation, step.value)?.errorCode == step.code, "\(step)")
            #expect(try configs(2, "t", [step.name])?.configs.map(\.value) == [step.now], "\(step)")
        }
        let unknown = try alter("retention.seconds", 0, "1")
        #expect(unknown?.errorCode == .invalidConfig)
        #expect(unknown?.errorMessage == "Unknown topic config name: retention.seconds")
        #expect(try client.createTopic("u", settings: ["retention.seconds": "1"]) == .invalidConfig)
        #expect(try alter("retention.ms", 0, "1", of: "none")?.errorCode == .unknownTopicOrPartition)
        #expect(try alter("log.retention.ms", 0, "1", of: "1", type: 4)?.errorCode == .invalidRequest)
    }

    @Test("sets all settings of a topic anew") func allSettings() throws {
        #expect(try client.createTopic("t", settings: ["retention.ms": "1000", "flush.ms": "5"]) == .none)
        func set(
            _ values: KeyValuePairs<String, String?>, of topic: String = "t", isTrial: Bool = false
        ) throws -> AlterConfigs.Response.Resource? {
            var resource = AlterConfigs.Request.Resource()
            (resource.resourceType, resource.resourceName) = (2, topic)
            resource.configs = values.map { name, value in
                var config = AlterConfigs.Request.Config()
                (config.name, config.value) = (name, value)
                return config
            }
            var request = AlterConfigs.Request()
            (request.resources, request.validateOnly) = ([resource], isTrial)
            return try client.request(AlterConfigs.self, request, version: 2).responses.first
        }
        func now() throws -> [String?]? { try configs(2, "t", ["flush.ms", "retention.ms"])?.configs.map(\.value) }
        let before = try now()
        for refused: KeyValuePairs<String, String?> in [
            ["flush.ms": "7", "retention.ms": "-2"], ["flush.ms": nil], ["retention.seconds": "1"],
        ] {
            #expect(try set(refused)?.errorCode == .invalidConfig, "\(refused)")
        }
        #expect(try set(["flush.ms": "7"], of: "none")?.errorCode == .unknownTopicOrPartition)
        #expect(try set(["flush.ms": "7"], isTrial: true)?.errorCode == Code.none)
        #expect(try now() == before)
        #expect(try set(["flush.ms": "7"])?.errorCode == Code.none)
        #expect(try now() == ["7", "-1"])
        #expect(try set([:])?.errorCode == Code.none)
        #expect(try now()?.last == "-1")
        #expect(try now()?.first != "7")
    }

    @Test("tells the settings of a broker") func brokerSettings() throws {
        let found = try configs(4, "2", ["broker.id", "default.replication.factor", "num.partitions"])
        #expect(found?.configs.map(\.value) == ["2", "2", "1"])
        #expect(found?.configs.allSatisfy { $0.readOnly } == true)
        #expect(try configs(4, "3")?.errorCode == .invalidRequest)
        #expect(try configs(4, "")?.configs.isEmpty == true)
        #expect(try configs(2, "none")?.errorCode == .unknownTopicOrPartition)
        #expect(try configs(8, "1")?.errorCode == .invalidRequest)
    }

    @Test("takes no records that too few brokers would have") func leastInSync() throws {
        var request = CreateTopics.Request()
        var topic = CreateTopics.Request.Topic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = ("t", 1, 2)
        var config = CreateTopics.Request.Config()
        (config.name, config.value) = ("min.insync.replicas", "2")
        topic.configs = [config]
        request.topics = [topic]
        #expect(try client.request(CreateTopics.self, request, version: 5).topics.first?.errorCode == Code.none)
        #expect(try client.produce([[1]]).errorCode == .none)
        try server.takeDown(broker: 2)
        #expect(try client.produce([[2]]).errorCode == .notEnoughReplicas)
        try server.bringUp(broker: 2)
        #expect(try client.produce([[3]]).errorCode == .none)
        #expect(try client.values().values == [[1], [3]])
    }

    @Test("lists, describes and removes groups, each broker its own") func groups() throws {
        let topic = try ServedTopic(partitions: 2)
        let member = try topic.broker.openGroupReader(
            GroupSettings(group: "g", sessionTimeoutMilliseconds: 30_000, heartbeatMilliseconds: 100))
        defer { member.close() }
        var holding: [[Int32]] = [[]]
        #expect(try settle([member], &holding, until: [2]) == [0, 1])
        try topic.broker.commit([(partition: 0, next: 5)], group: "offsets")
        let client = BareClient(topic.server)

        var list = ListGroups.Request()
        let all = try client.request(ListGroups.self, list, version: 5).groups
        #expect(all.map(\.groupId) == ["g", "offsets"])
        #expect(all.map(\.groupState) == ["Stable", "Empty"])
        #expect(all.first?.protocolType == "consumer")
        list.statesFilter = ["stable"]
        #expect(try client.request(ListGroups.self, list, version: 5).groups.map(\.groupId) == ["g"])
        list.typesFilter = ["consumer"]
        #expect(try client.request(ListGroups.self, list, version: 5).groups.isEmpty)

        var describe = DescribeGroups.Request()
        describe.groups = ["g", "offsets", "none"]
        let described = try client.request(DescribeGroups.self, describe, version: 5).groups
        #expect(described.map(\.groupState) == ["Stable", "Empty", "Dead"])
        #expect(described.first?.members.count == 1)
        #expect(described.first?.protocolData.isEmpty == false)
        #expect(described.first?.members.first?.memberAssignment.array.isEmpty == false)
        let newest = try client.request(DescribeGroups.self, describe, version: 6).groups
        #expect(newest.map(\.errorCode) == [.none, .none, .groupIdNotFound])

        var delete = DeleteGroups.Request()
        delete.groupsNames = ["g", "offsets", "none"]
        let deleted = try client.request(DeleteGroups.self, delete, version: 2).results
        #expect(deleted.map(\.errorCode) == [.nonEmptyGroup, .none, .groupIdNotFound])
        #expect(try topic.broker.committedOffsets(of: [0], group: "offsets") == [nil])
    }

    @Test("tells at one broker nothing of groups that another coordinates") func groupsElsewhere() throws {
        #expect(try client.createTopic("t") == .none)
        let coordinator = try #require(try server.coordinator(of: .group, "g"))
        let clients = [Int(coordinator), 3 - Int(coordinator)].map { BareClient(server, broker: $0) }
        #expect(try clients[0].commit(1) == .none)
        let lists = try clients.map { try $0.request(ListGroups.self, ListGroups.Request(), version: 4).groups.count }
        #expect(lists == [1, 0])
        var describe = DescribeGroups.Request()
        describe.groups = ["g"]
        let described = try clients.map {
            try $0.request(DescribeGroups.self, describe, version: 5).groups.first?.errorCode
        }
        #expect(described == [Code.none, .notCoordinator])
        var delete = DeleteGroups.Request()
        delete.groupsNames = ["g"]
        #expect(
            try clients[1].request(DeleteGroups.self, delete, version: 2).results.first?.errorCode == .notCoordinator)
    }
}
