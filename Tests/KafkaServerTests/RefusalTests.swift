// Requests that make, change or remove something, and that a script refuses: nothing of it is done.
import BrokerScript
import KafkaServer
import KafkaWire
import Testing

@Suite("A script that refuses to make or remove", .serialized) struct RefusalTests {
    private func serving(_ events: [String]) throws -> (server: KafkaServer, client: BareClient) {
        var settings = ServerSettings()
        settings.createsTopics = false
        settings.script.script = Script(try events.map { try ScriptEvent(EventWords(line: $0)) })
        let server = try KafkaServer.start(settings)
        return (server, BareClient(server))
    }

    private func partitions(_ topic: String, _ client: BareClient) throws -> Int {
        try client.describe(topic).partitions.count
    }

    private func delete(_ names: [String], _ client: BareClient, version: Int16) throws -> [String: ErrorCode] {
        var request = DeleteTopics.Request()
        request.topicNames = names
        request.topics = names.map { name in
            var topic = DeleteTopics.Request.Topic()
            topic.name = name
            return topic
        }
        if version < 6 { request.topics = [] } else { request.topicNames = [] }
        let answers = try client.request(DeleteTopics.self, request, version: version).responses
        return Dictionary(uniqueKeysWithValues: answers.map { ($0.name ?? "", $0.errorCode) })
    }

    @Test("makes no topic, and the others of the request") func topics() throws {
        let (server, client) = try serving(["on=create-topics topic=b fail=policy-violation"])
        defer { server.stop() }
        var request = CreateTopics.Request()
        request.topics = ["a", "b"].map { name in
            var topic = CreateTopics.Request.Topic()
            (topic.name, topic.numPartitions, topic.replicationFactor) = (name, 1, 1)
            return topic
        }
        let answers = try client.request(CreateTopics.self, request, version: 7).topics
        #expect(answers.map(\.name) == ["a", "b"] && answers.map(\.errorCode) == [.none, .policyViolation])
        #expect(try partitions("a", client) == 1 && partitions("b", client) == 0)
        #expect(server.events.map(\.happened) == [1])
    }

    @Test("removes no topic, by the names of either version", arguments: [Int16(5), 6])
    func removal(version: Int16) throws {
        let (server, client) = try serving([
            "on=delete-topics topic=b fail=topic-authorization-failed", "on=delete-topics nth=2 fail=not-controller",
        ])
        defer { server.stop() }
        for name in ["a", "b"] { #expect(try client.createTopic(name) == .none) }
        let first = try delete(["a", "b"], client, version: version)
        #expect(first == ["a": .none, "b": .topicAuthorizationFailed])
        #expect(try partitions("a", client) == 0 && partitions("b", client) == 1)
        #expect(try delete(["b"], client, version: version) == ["b": .notController])
        #expect(try partitions("b", client) == 1)
    }

    @Test("adds no partitions, changes no settings, removes no group") func others() throws {
        let (server, client) = try serving([
            "on=create-partitions fail=policy-violation", "on=incremental-alter-configs fail=policy-violation",
            "on=delete-groups group=g fail=group-authorization-failed",
        ])
        defer { server.stop() }
        #expect(try client.createTopic("t") == .none)
        var more = CreatePartitions.Request.Topic()
        (more.name, more.count) = ("t", 5)
        var growth = CreatePartitions.Request()
        growth.topics = [more]
        #expect(
            try client.request(CreatePartitions.self, growth, version: 3).results.map(\.errorCode) == [.policyViolation]
        )
        #expect(try partitions("t", client) == 1)

        var config = IncrementalAlterConfigs.Request.Config()
        (config.name, config.value) = ("retention.ms", "5")
        var resource = IncrementalAlterConfigs.Request.Resource()
        (resource.resourceType, resource.resourceName, resource.configs) = (2, "t", [config])
        var change = IncrementalAlterConfigs.Request()
        change.resources = [resource]
        let changed = try client.request(IncrementalAlterConfigs.self, change, version: 1).responses
        #expect(changed.map(\.errorCode) == [.policyViolation] && changed.map(\.resourceName) == ["t"])
        var asked = DescribeConfigs.Request.Resource()
        (asked.resourceType, asked.resourceName, asked.configurationKeys) = (2, "t", ["retention.ms"])
        var question = DescribeConfigs.Request()
        question.resources = [asked]
        let rules = try client.request(DescribeConfigs.self, question, version: 4).results
        #expect(rules.flatMap(\.configs).map(\.value) == ["-1"])

        for group in ["f", "g"] { #expect(try client.commit(3, group: group) == .none) }
        var removal = DeleteGroups.Request()
        removal.groupsNames = ["f", "g"]
        let removed = try client.request(DeleteGroups.self, removal, version: 2).results
        #expect(removed.map(\.groupId) == ["f", "g"])
        #expect(removed.map(\.errorCode) == [.none, .groupAuthorizationFailed])
        #expect(try client.committed(group: "f") == -1 && client.committed(group: "g") == 3)
        #expect(server.events.map(\.happened) == [1, 1, 1])
    }
}
