// Faults of brokers, leaders and transactions by a script, as librdkafka sees them.
import BrokerCore
import BrokerScript
import Kafka
import KafkaServer
import Testing
import World

@Suite("A script of several brokers, seen through librdkafka", .serialized) struct ScriptClusterTests {
    @Test("moves a leader as a produce comes: the client finds the new one, and nothing is lost or twice")
    func leaderMoves() throws {
        let scripted = try ScriptedTopic(
            ["on=produce topic=numbers partition=0 leader-moves to=2"], brokers: 3)
        let server = scripted.topic.server
        #expect(try server.leader(topic: "numbers", partition: 0) == 1)
        #expect(try scripted.topic.produce(10).confirmed == 10)
        #expect(try server.leader(topic: "numbers", partition: 0) == 2)
        #expect(try scripted.numbers() == Array(0..<10))
        #expect(scripted.log.count(#""errors":["numbers/0 not-leader-or-follower"]"#) > 0)
        #expect(scripted.log.count(#""broker":2,"api":"produce""#) > 0)
        scripted.expectAllHappened()
    }

    @Test("takes a broker down and up again: clients go on with the others meanwhile")
    func downAndUp() throws {
        let scripted = try ScriptedTopic(["on=produce topic=numbers broker-down=1"], brokers: 3)
        #expect(try scripted.topic.produce(10).confirmed == 10)
        #expect(try scripted.topic.server.leader(topic: "numbers", partition: 0) == 2)
        #expect(scripted.topic.server.tell("broker-down=1") == ["error broker 1 is down"])
        #expect(scripted.topic.server.tell("broker-up=1") == ["ok broker-up=1"])
        #expect(scripted.topic.server.tell("leader-moves topic=numbers partition=0 to=1").last?.hasPrefix("ok") == true)
        #expect(try scripted.numbers() == Array(0..<10))
        scripted.expectAllHappened()
    }

    @Test("elects a leader that lacks the newest records: they are gone, and a reader behind them is out of range")
    func uncleanElection() throws {
        for brokers in [1, 3] {
            let scripted = try ScriptedTopic(
                ["on=list-offsets topic=numbers unclean-election partition=0 lose=10"], brokers: brokers)
            try scripted.topic.produce(100)
            #expect(try scripted.topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: 90))
            #expect(try scripted.topic.server.leader(topic: "numbers", partition: 0) == (brokers == 1 ? 1 : 2))
            #expect(try scripted.topic.numbers(0, 0..<90) == Array(0..<90))
            let error = #expect(throws: BrokerError.self) { try scripted.topic.numbers(0, 95..<100) }
            #expect(error?.code == .offsetOutOfRange, "\(String(describing: error))")
            scripted.expectAllHappened()
        }
    }

    @Test("moves a group's coordinator, and makes a topic larger")
    func coordinatorAndPartitions() throws {
        let scripted = try ScriptedTopic(
            [
                "on=offset-commit group=g coordinator-moves to=3",
                "on=offset-fetch group=g add-partitions topic=numbers count=2",
            ],
            brokers: 3)
        try scripted.topic.broker.commit([(partition: 0, next: 5)], group: "g")
        #expect(try scripted.topic.server.coordinator(of: .group, "g") == 3)
        #expect(try scripted.topic.broker.committedOffsets(of: [0], group: "g") == [5])
        #expect(try scripted.topic.cluster.partitionCount(of: "numbers") == 3)
        scripted.expectAllHappened()
    }

    @Test("fences a producer as it commits: the commit fails, and its transaction is aborted")
    func fencing() throws {
        let scripted = try ScriptedTopic(["on=end-txn transactional-id=payments fence-producer"])
        let writer = try KafkaTransactions(scripted.topic.configuration, topic: "numbers", name: "payments")
        defer { writer.close() }
        #expect(throws: BrokerError.self) {
            try writer.produce(.commit, count: 3, recordCapacity: 8) { index, buffer in
                buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self)
                return OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        #expect(try scripted.numbers() == [])
        #expect(scripted.topic.server.tell("fence-producer=nobody") == ["error nobody has the transactional id nobody"])
        scripted.expectAllHappened()
    }
}
