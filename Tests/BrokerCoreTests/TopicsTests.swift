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
