// Which topics can be made, and what is left of them when they are removed.
import BrokerCore
import KafkaWire
import Testing

@Suite("Topics") struct TopicsTests {
    @Test(
        "have names that Kafka allows, partitions, and a limit",
        arguments: [
            ("a.b_c-9", 3, nil), ("", 1, .invalidTopicException), (".", 1, .invalidTopicException),
            ("..", 1, .invalidTopicException), ("a b", 1, .invalidTopicException), ("ä", 1, .invalidTopicException),
            (String(repeating: "x", count: 250), 1, .invalidTopicException), ("there", 1, .topicAlreadyExists),
            ("none", 0, .invalidPartitions), ("few", -5, .invalidPartitions), ("many", 100_000, .policyViolation),
        ] as [(String, Int, ErrorCode?)])
    func refusals(name: String, partitions: Int, refusal: ErrorCode?) {
        var topics = Topics<ArraySegment>()
        _ = topics.create("there", partitions: 1)
        #expect(topics.refusal(name: name, partitions: partitions) == refusal)
        let made = topics.create(name, partitions: partitions)
        #expect((made == nil) == (refusal != nil))
    }

    @Test("are others when they are made anew") func anew() throws {
        var topics = Topics<ArraySegment>()
        let made = topics.create("t", partitions: 2)
        let first = try #require(made)
        _ = first.partitions[0].append(try batch())
        #expect(topics[first.id]?.name == "t")
        let deletions = [topics.delete("t"), topics.delete("t")]
        #expect(deletions == [true, false])
        #expect(topics[first.id] == nil)
        let remade = topics.create("t", partitions: 1)
        let second = try #require(remade)
        #expect(second.id != first.id)
        #expect(second.partitions.map(\.endOffset) == [0])
        #expect(topics.all.map(\.name) == ["t"])
    }
}

@Suite("The rules of a topic") struct TopicRulesTests {
    @Test("are Kafka's until another value is given, and refuse what is not honoured")
    func values() {
        let cases: [(name: String, value: String?, isTaken: Bool)] = [
            ("retention.ms", "5", true), ("retention.ms", "-1", true), ("retention.ms", "-2", false),
            ("retention.ms", "soon", false), ("retention.ms", nil, true), ("retention.bytes", "0", true),
            ("cleanup.policy", "compact", true), ("cleanup.policy", "compact, delete", true),
            ("cleanup.policy", "", false), ("cleanup.policy", "delete,burn", false),
            ("compression.type", "producer", true), ("compression.type", "gzip", false),
            ("message.timestamp.type", "LogAppendTime", true), ("message.timestamp.type", "never", false),
            ("max.message.bytes", "2147483647", true), ("max.message.bytes", "2147483648", false),
            ("min.cleanable.dirty.ratio", "0.3", true), ("min.cleanable.dirty.ratio", "1.5", false),
            ("max.compaction.lag.ms", "0", false), ("segment.bytes", "13", false), ("no.such.name", "1", false),
        ]
        for (name, value, isTaken) in cases {
            var rules = TopicRules()
            #expect(rules.set(name, value) == isTaken, "\(name)=\(value ?? "nil")")
            #expect(rules.given[name] == (isTaken ? value : nil), "\(name)=\(value ?? "nil")")
            if !isTaken { #expect(rules == TopicRules(), "\(name)=\(value ?? "nil")") }
        }
    }

    @Test("read back as they were given")
    func reading() {
        var rules = TopicRules()
        #expect(rules.retentionTime == nil && rules.retentionBytes == nil && rules.deletes && !rules.compacts)
        let taken = [rules.set("retention.ms", "5"), rules.set("cleanup.policy", "compact")]
        #expect(taken == [true, true])
        #expect(rules.retentionTime == 5 && rules.compacts && !rules.deletes)
        #expect(rules["retention.ms"] == "5" && rules["delete.retention.ms"] == "86400000" && rules["x"] == nil)
        #expect(TopicRules.settings.map(\.name) == TopicRules.settings.map(\.name).sorted())
        #expect(rules.set("retention.ms", nil) && rules.given.keys.sorted() == ["cleanup.policy"])
    }
}
