// Words of scripts: what they mean, and what is said of those that mean nothing.
import BrokerScript
import KafkaWire
import Testing

@Suite("The words of a script") struct WordsTests {
    private static func filter(_ api: ApiKey, _ change: (inout RequestFilter) -> Void = { _ in }) -> Moment {
        var filter = RequestFilter(api)
        change(&filter)
        return .on(filter)
    }

    static let meanings: [(line: String, moment: Moment, act: Act)] = [
        ("on=produce fail=not-leader-or-follower", filter(.produce), .fail(.notLeaderOrFollower)),
        ("on=produce fail=NOT_LEADER_OR_FOLLOWER", filter(.produce), .fail(.notLeaderOrFollower)),
        ("on=fetch delay=500ms", filter(.fetch), .delay(500)),
        ("on=offset-commit answer-delay=2s", filter(.offsetCommit), .answerDelay(2_000)),
        (
            "on=produce nth=3 times=2 topic=orders partition=1 client=\"my app\" broker=2 cut=after",
            filter(.produce) {
                ($0.nth, $0.times, $0.topic, $0.partition, $0.client, $0.broker) = (3...3, 2, "orders", 1, "my app", 2)
            }, .cutAfter
        ),
        ("on=join-group group=g cut=before", filter(.joinGroup) { $0.group = "g" }, .cutBefore),
        ("on=produce nth=1..100 lose=records", filter(.produce) { $0.nth = 1...100 }, .loseRecords),
        ("on=end-txn lose=answer", filter(.endTxn), .loseAnswer),
        ("at=2s blackhole=5s", .at(2_000), .blackhole(5_000, broker: nil)),
        ("at=2s blackhole=5s broker=2", .at(2_000), .blackhole(5_000, broker: 2)),
        ("at=0s broker-down=2", .at(0), .brokerDown(2)),
        ("after=3m broker-up broker=2", .after(180_000), .brokerUp(2)),
        (
            "at=1s leader-moves topic=orders partition=0 to=2", .at(1_000),
            .leaderMoves(topic: "orders", partition: 0, to: 2)
        ),
        (
            "on=fetch topic=orders partition=4 leader-moves to=3",
            filter(.fetch) { ($0.topic, $0.partition) = ("orders", 4) },
            .leaderMoves(topic: "orders", partition: 4, to: 3)
        ),
        (
            "at=1s unclean-election topic=t partition=0 lose=10", .at(1_000),
            .uncleanElection(topic: "t", partition: 0, lose: 10, to: nil)
        ),
        ("at=1s retention topic=t keep=0", .at(1_000), .retention(topic: "t", partition: nil, keep: 0)),
        (
            "at=1s delete-records topic=t partition=0 before=1_200", .at(1_000),
            .deleteRecords(topic: "t", partition: 0, before: 1_200)
        ),
        ("at=1s topic-anew=t", .at(1_000), .topicAnew(topic: "t")),
        ("on=fetch topic=t topic-anew", filter(.fetch) { $0.topic = "t" }, .topicAnew(topic: "t")),
        ("at=1s add-partitions topic=t count=2", .at(1_000), .addPartitions(topic: "t", count: 2)),
        ("at=1s add-partitions=2 topic=t", .at(1_000), .addPartitions(topic: "t", count: 2)),
        ("at=1s forget-offsets=g", .at(1_000), .forgetOffsets(group: "g", topic: nil)),
        (
            "at=1s move-offsets group=g by=-100", .at(1_000),
            .moveOffsets(group: "g", topic: nil, partition: nil, by: -100)
        ),
        ("at=1s coordinator-moves group=g to=2", .at(1_000), .groupMoves(group: "g", to: 2)),
        (
            "at=1s coordinator-moves transactional-id=x to=2", .at(1_000),
            .transactionsMove(transactionalId: "x", to: 2)
        ),
        ("on=heartbeat group=g rebalance", filter(.heartbeat) { $0.group = "g" }, .rebalance(group: "g")),
        ("on=offset-commit nth=2 expel-members=g", filter(.offsetCommit) { $0.nth = 2...2 }, .expelMembers(group: "g")),
        ("on=end-txn fence-producer=x", filter(.endTxn), .fenceProducer(transactionalId: "x")),
    ]

    @Test("mean this, and are written again as they were", arguments: meanings)
    func means(line: String, moment: Moment, act: Act) throws {
        let words = try EventWords(line: line)
        let event = try ScriptEvent(words)
        #expect(event.moment == moment)
        #expect(event.act == act)
        #expect(event.words == words.line)
        #expect(try EventWords(line: words.line) == words)
    }

    @Test("have an example each, which is one")
    func examples() throws {
        for form in Act.table {
            let event = try ScriptEvent(EventWords(line: form.example))
            #expect(event.words.contains(form.name), "\(form.example)")
            #expect(Set(form.required).isDisjoint(with: form.optional))
        }
        // Each has a meaning of its own, and none is forgotten.
        #expect(Set(Act.names).count == Act.names.count)
        for form in Act.table { #expect(Self.meanings.contains { $0.line.contains(form.name) }, "\(form.name)") }
    }

    static let mistakes: [(line: String, path: [String], says: String)] = [
        ("", [], "there is no word"),
        ("on=produce", [], "does not say what happens"),
        ("cut=after", [], "does not say when"),
        ("on=prodce cut=after", ["on"], "'prodce' is none of the requests"),
        ("on=produce ct=after", ["ct"], "'ct' is none of the words of an event"),
        ("on=produce cut=between", ["cut"], "'between' is none of the words for cut"),
        ("on=produce cut", ["cut"], "cut does not say when"),
        ("on=produce fail=no-such-error", ["fail"], "no error is called 'no-such-error'"),
        ("on=produce fail=none", ["fail"], "no error is called 'none'"),
        ("on=produce nth=0 cut=after", ["nth"], "0 is not within 1 to"),
        ("on=produce nth=5..2 cut=after", ["nth"], "'5..2' is no range"),
        ("on=produce nth=x cut=after", ["nth"], "'x' is not a whole number"),
        ("on=produce nth=1 nth=2 cut=after", ["nth"], "given twice"),
        ("on=produce at=2s cut=after", ["at"], "two moments"),
        ("at=2s cut=after", [], "there is none"),
        ("at=2s topic=t topic-anew=t", ["topic"], "has no effect"),
        ("at=2 blackhole=5s", ["at"], "'2' is no time"),
        ("at=9999999m blackhole=5s", ["at"], "not within"),
        ("at=2s leader-moves topic=t partition=0", ["leader-moves"], "does not say to"),
        ("at=2s leader-moves=t", ["leader-moves"], "does not say what to"),
        ("at=2s leader-moves topic=t partition=0 too=2", ["leader-moves", "too"], "'too' is none of the keys"),
        ("at=2s leader-moves topic=t partition=-1 to=2", ["leader-moves", "partition"], "-1 is not within"),
        ("at=2s leader-moves topic=t topic=u partition=0 to=2", ["leader-moves", "topic"], "given twice"),
        ("at=2s topic-anew=t topic-anew=t", ["topic-anew", "topic-anew"], "none of the keys"),
        ("on=fetch lose=records", ["lose"], "only a produce"),
        ("on=api-versions fail=unsupported-version", ["fail"], "cannot be refused"),
        ("on=produce client=\"my app cut=after", ["client"], "quotes do not end"),
        ("at=2s leader-moves topic", ["leader-moves"], "'topic' has no value"),
        ("at=2s coordinator-moves to=2", ["coordinator-moves"], "does not say group"),
        ("at=2s add-partitions topic=t count=99999999999999999999", ["add-partitions", "count"], "not a whole number"),
    ]

    @Test("that mean nothing are refused, with the word and a way out", arguments: mistakes)
    func refusals(line: String, path: [String], says: String) {
        let error = #expect(throws: WordError.self) { try ScriptEvent(EventWords(line: line)) }
        #expect(error?.path == path, "\(error?.line ?? "")")
        #expect(error?.message.contains(says) == true, "\(error?.line ?? "")")
        #expect(error?.fix.isEmpty == false)
    }
}
