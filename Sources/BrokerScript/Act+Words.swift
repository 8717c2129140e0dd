// Which acts there are, as people write them: names, keys, examples, and how words become an act.
internal import KafkaWire

/// An act as people write it.
package struct ActWords: Sendable {
    package var name: String
    /// The key that a value beside the name stands for; nil where there is none.
    package var main: String?
    /// All keys, those that must be there first.
    package var required: [String]
    package var optional: [String] = []
    /// A line that may be typed.
    package var example: String
    /// What it does, in a few words.
    package var does: String
}

extension Act {
    /// All acts, those that happen to requests first.
    package static let table: [ActWords] = [
        ActWords(
            name: "fail", main: "with", required: ["with"], example: "on=produce nth=3 fail=not-leader-or-follower",
            does: "the request is refused with this error and has no effect"),
        ActWords(
            name: "delay", main: "for", required: ["for"], example: "on=fetch delay=500ms",
            does: "the request is carried out so much later"),
        ActWords(
            name: "answer-delay", main: "for", required: ["for"], example: "on=offset-commit answer-delay=2s",
            does: "the request is carried out, and answered so much later"),
        ActWords(
            name: "cut", main: "when", required: ["when"], example: "on=produce nth=3 cut=after",
            does: "the connection is closed before or after the request is carried out"),
        ActWords(
            name: "lose", main: "what", required: ["what"], example: "on=produce nth=3 lose=records",
            does: "records: acknowledged and not kept; answer: carried out and never answered"),
        ActWords(
            name: "blackhole", main: "for", required: ["for"], optional: ["broker"],
            example: "at=2s blackhole=5s", does: "the broker, or all, answers nothing for so long"),
        ActWords(
            name: "broker-down", main: "broker", required: ["broker"], example: "at=2s broker-down=2",
            does: "its port and connections are closed, and others lead what it led"),
        ActWords(
            name: "broker-up", main: "broker", required: ["broker"], example: "after=3s broker-up=2",
            does: "it listens again at its port"),
        ActWords(
            name: "leader-moves", required: ["topic", "partition", "to"],
            example: "at=2s leader-moves topic=orders partition=0 to=2", does: "another broker leads the partition"),
        ActWords(
            name: "unclean-election", required: ["topic", "partition", "lose"], optional: ["to"],
            example: "at=2s unclean-election topic=orders partition=0 lose=10",
            does: "a broker leads that lacks so many of the newest records"),
        ActWords(
            name: "retention", required: ["topic", "keep"], optional: ["partition"],
            example: "at=2s retention topic=orders keep=500", does: "the oldest offsets go, until so many are left"),
        ActWords(
            name: "delete-records", required: ["topic", "partition", "before"],
            example: "at=2s delete-records topic=orders partition=0 before=1200",
            does: "the records before an offset go"),
        ActWords(
            name: "topic-anew", main: "topic", required: ["topic"], example: "at=2s topic-anew=orders",
            does: "the topic is deleted and made again, empty"),
        ActWords(
            name: "add-partitions", main: "count", required: ["topic", "count"],
            example: "at=2s add-partitions topic=orders count=2", does: "the topic gets so many partitions more"),
        ActWords(
            name: "forget-offsets", main: "group", required: ["group"], optional: ["topic"],
            example: "at=2s forget-offsets=billing", does: "what the group has committed is gone"),
        ActWords(
            name: "move-offsets", required: ["group", "by"], optional: ["topic", "partition"],
            example: "at=2s move-offsets group=billing by=-100", does: "what the group has committed moves"),
        ActWords(
            name: "coordinator-moves", required: ["to"], optional: ["group", "transactional-id"],
            example: "at=2s coordinator-moves group=billing to=2",
            does: "another broker coordinates the group, or the transactional id"),
        ActWords(
            name: "rebalance", main: "group", required: ["group"], example: "on=heartbeat nth=5 rebalance=billing",
            does: "all members have to join again"),
        ActWords(
            name: "expel-members", main: "group", required: ["group"],
            example: "on=offset-commit nth=2 expel-members=billing", does: "all members are forgotten"),
        ActWords(
            name: "fence-producer", main: "transactional-id", required: ["transactional-id"],
            example: "on=end-txn fence-producer=payments", does: "whoever has the transactional id is fenced off"),
    ]

    package static let names = table.map(\.name)

    /// Reads an act. `inherited` are topic, partition, group and the like of the request that it happens at, which it
    /// has unless it names others.
    init(_ name: String, _ value: EventWords.Value, inherited: [EventWords.Word]) throws(WordError) {
        guard let form = Self.table.first(where: { $0.name == name }) else {
            throw .unknown(.unknownName, name, of: "events", Self.names, at: [name])
        }
        let words = try ActReader(form, value, inherited)
        switch name {
        case "fail": self = .fail(try words.error("with"))
        case "delay": self = .delay(try words.duration("for"))
        case "answer-delay": self = .answerDelay(try words.duration("for"))
        case "cut": self = try words.choice("when", ["before", "after"]) == "before" ? .cutBefore : .cutAfter
        case "lose": self = try words.choice("what", ["records", "answer"]) == "records" ? .loseRecords : .loseAnswer
        case "blackhole": self = .blackhole(try words.duration("for"), broker: try words.broker("broker"))
        case "broker-down": self = .brokerDown(try words.required("broker", words.broker))
        case "broker-up": self = .brokerUp(try words.required("broker", words.broker))
        case "leader-moves":
            self = .leaderMoves(
                topic: try words.text("topic"), partition: try words.required("partition", words.partition),
                to: try words.required("to", words.broker))
        case "unclean-election":
            self = .uncleanElection(
                topic: try words.text("topic"), partition: try words.required("partition", words.partition),
                lose: try words.offset("lose", in: 1...EventLimits.mostOffset), to: try words.broker("to"))
        case "retention":
            self = .retention(
                topic: try words.text("topic"), partition: try words.partition("partition"),
                keep: try words.offset("keep", in: 0...EventLimits.mostOffset))
        case "delete-records":
            self = .deleteRecords(
                topic: try words.text("topic"), partition: try words.required("partition", words.partition),
                before: try words.offset("before", in: 0...EventLimits.mostOffset))
        case "topic-anew": self = .topicAnew(topic: try words.text("topic"))
        case "add-partitions":
            self = .addPartitions(
                topic: try words.text("topic"),
                count: Int(try words.offset("count", in: 1...EventLimits.mostPartitions)))
        case "forget-offsets": self = .forgetOffsets(group: try words.text("group"), topic: words["topic"])
        case "move-offsets":
            self = .moveOffsets(
                group: try words.text("group"), topic: words["topic"], partition: try words.partition("partition"),
                by: try words.offset("by", in: -EventLimits.mostOffset...EventLimits.mostOffset))
        case "coordinator-moves":
            let to = try words.required("to", words.broker)
            self =
                if let id = words["transactional-id"] {
                    .transactionsMove(transactionalId: id, to: to)
                } else {
                    .groupMoves(group: try words.text("group"), to: to)
                }
        case "rebalance": self = .rebalance(group: try words.text("group"))
        case "expel-members": self = .expelMembers(group: try words.text("group"))
        default: self = .fenceProducer(transactionalId: try words.text("transactional-id"))
        }
    }
}

/// What numbers of a script may be.
package enum EventLimits {
    package static let mostOffset: Int64 = 1_000_000_000_000
    package static let mostPartitions: Int64 = 10_000
    package static let mostBrokers: Int64 = 100
    /// A day.
    package static let longest: ScriptTime = 86_400_000
    package static let mostRequests: Int64 = 1_000_000_000
}
