// Every fault of a script as librdkafka sees it: the client's error or the changed log, and the line in the event log.
import BrokerScript
import Glibc
import Kafka
import KafkaServer
import Synchronization
import Testing
import World

/// The lines of an event log.
final class LogKeeper: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }

    /// How many lines have all of these parts.
    func count(_ parts: String...) -> Int {
        lines.count { line in parts.allSatisfy { line.contains($0) } }
    }
}

/// A topic behind a broker with a script.
struct ScriptedTopic {
    let topic: ServedTopic
    let log = LogKeeper()

    init(
        _ events: [String], partitions: Int = 1, brokers: Int = 1, properties: [KafkaProperty] = [], seed: UInt64 = 1
    ) throws {
        var settings = ServerSettings()
        settings.brokers = brokers
        settings.script.script = Script(try events.map { try ScriptEvent(EventWords(line: $0)) })
        settings.script.seed = seed
        settings.script.log = { [log] in log.add($0) }
        topic = try ServedTopic(partitions: partitions, settings: settings, properties: properties)
    }

    /// What the topic holds: the numbers of its records.
    func numbers(_ partition: Partition = 0) throws -> [Int] {
        let end = try topic.broker.watermarks(of: partition)
        return try topic.numbers(partition, end.low..<end.high)
    }

    /// Expects that each event happened, and that the log says so.
    func expectAllHappened(sourceLocation: SourceLocation = #_sourceLocation) {
        for event in topic.server.events {
            #expect(event.happened > 0, "\(event.words): \(event.outcome)", sourceLocation: sourceLocation)
            #expect(
                log.count("{\"event\":\(event.number),", event.words, "\"happened\":true}") == event.happened,
                "\(log.lines)", sourceLocation: sourceLocation)
        }
    }
}

@Suite("A script, seen through librdkafka", .serialized) struct ScriptTests {
    @Test("fails a produce: what may be tried again is, once, and what may not is an error")
    func failingProduce() throws {
        let again = try ScriptedTopic(["on=produce topic=numbers fail=not-leader-or-follower"])
        #expect(try again.topic.produce(10).confirmed == 10)
        #expect(try again.numbers() == Array(0..<10))
        #expect(again.log.count(#""errors":["numbers/0 not-leader-or-follower"]"#) == 1)
        #expect(again.log.count(#""api":"produce""#) == 2)
        again.expectAllHappened()

        let never = try ScriptedTopic(["on=produce fail=topic-authorization-failed"])
        let error = #expect(throws: BrokerError.self) { try never.topic.produce(10) }
        #expect(error?.cause?.name == "TOPIC_AUTHORIZATION_FAILED", "\(String(describing: error))")
        #expect(try never.numbers() == [])
        #expect(never.log.count(#""errors":["numbers/0 topic-authorization-failed"]"#) == 1)
        never.expectAllHappened()
    }

    @Test("fails one partition of a request, and carries out the rest")
    func failingPartition() throws {
        let scripted = try ScriptedTopic(["on=produce partition=1 times=9 fail=message-too-large"], partitions: 2)
        #expect(throws: BrokerError.self) { try scripted.topic.produce(20, partitions: 2) }
        #expect(try scripted.numbers(0) == Array(stride(from: 0, to: 20, by: 2)))
        #expect(try scripted.numbers(1) == [])
        #expect(scripted.log.count("numbers/1 message-too-large") > 0)
        #expect(scripted.log.count("numbers/0 ") == 0)
    }

    /// An error at an API, and the call that meets it.
    struct Refused: Sendable, CustomTestStringConvertible {
        var event: String
        var cause: String
        var call: @Sendable (ServedTopic) throws -> Void
        var testDescription: String { event }
    }

    static let refused = [
        // The library's own word for it, where it may not begin elsewhere.
        Refused(event: "on=fetch topic=numbers fail=offset-out-of-range", cause: "_AUTO_OFFSET_RESET") {
            _ = try $0.numbers(0, 0..<10)
        },
        Refused(event: "on=list-offsets fail=topic-authorization-failed", cause: "TOPIC_AUTHORIZATION_FAILED") {
            _ = try $0.broker.offsets(of: [0], at: 0)
        },
        Refused(event: "on=offset-fetch group=g fail=group-authorization-failed", cause: "GROUP_AUTHORIZATION_FAILED") {
            _ = try $0.broker.committedOffsets(of: [0], group: "g")
        },
        Refused(event: "on=offset-commit group=g fail=offset-metadata-too-large", cause: "OFFSET_METADATA_TOO_LARGE") {
            try $0.broker.commit([(partition: 0, next: 5)], group: "g")
        },
        Refused(event: "on=delete-records topic=numbers fail=policy-violation", cause: "POLICY_VIOLATION") {
            try $0.cluster.deleteRecords(before: [(partition: 0, before: 5)], of: "numbers")
        },
    ]

    @Test("fails a request of any kind, which has no effect then", arguments: refused)
    func failing(_ refused: Refused) throws {
        let scripted = try ScriptedTopic([refused.event])
        try scripted.topic.produce(10)
        let error = #expect(throws: BrokerError.self) { try refused.call(scripted.topic) }
        #expect(error?.cause?.name == refused.cause, "\(String(describing: error))")
        #expect(try scripted.topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: 10))
        #expect(try scripted.topic.broker.committedOffsets(of: [0], group: "g") == [nil])
        scripted.expectAllHappened()
    }

    @Test("fails to name a coordinator: the client asks again")
    func failingCoordinator() throws {
        let scripted = try ScriptedTopic(["on=find-coordinator group=g times=2 fail=coordinator-not-available"])
        try scripted.topic.broker.commit([(partition: 0, next: 5)], group: "g")
        #expect(scripted.log.count(#""errors":["coordinator-not-available"]"#) == 2)
        #expect(try scripted.topic.broker.committedOffsets(of: [0], group: "g") == [5])
        scripted.expectAllHappened()
    }

    @Test("cuts a connection before a produce or after it; an idempotent producer has its records once either way")
    func cutting() throws {
        for moment in ["before", "after"] {
            let scripted = try ScriptedTopic(["on=produce cut=\(moment)"])
            #expect(try scripted.topic.produce(10).confirmed == 10)
            #expect(try scripted.numbers() == Array(0..<10))
            #expect(scripted.log.count(#""api":"produce""#) == 2)
            #expect(scripted.log.count(#""fate":"cut""#) == (moment == "after" ? 1 : 0))
            scripted.expectAllHappened()
        }
    }

    @Test("loses records that it acknowledges")
    func losingRecords() throws {
        let scripted = try ScriptedTopic(["on=produce topic=numbers lose=records"])
        let delivery = try scripted.topic.produce(10)
        #expect(delivery.confirmed == 10)
        #expect(try scripted.topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: 0))
        scripted.expectAllHappened()
    }

    @Test("loses an answer: the client gives up waiting, and asks again on another connection")
    func losingAnswers() throws {
        let patience = KafkaProperty(name: "socket.timeout.ms", value: "1000")
        let scripted = try ScriptedTopic(["on=produce lose=answer"], properties: [patience])
        #expect(try scripted.topic.produce(10).confirmed == 10)
        #expect(try scripted.numbers() == Array(0..<10))
        #expect(scripted.log.count(#""fate":"lost""#) == 1)
        #expect(scripted.log.count(#""api":"produce""#) == 2)
        scripted.expectAllHappened()
    }

    @Test("shows a producer that does not count its records twice where the answer was lost", .enabled(if: hasKcat))
    func duplicates() throws {
        for (event, copies) in [("on=produce cut=before", 1), ("on=produce cut=after", 2)] {
            let scripted = try ScriptedTopic([event])
            let bootstrap = scripted.topic.server.bootstrap
            let typed = "kcat -P -b \(bootstrap) -t numbers -E -X enable.idempotence=false"
            #expect(output("echo once | timeout 60 \(typed)") == "")
            let end = try scripted.topic.broker.watermarks(of: 0).high
            #expect(end == Offset(copies), "\(event): \(scripted.log.lines)")
            scripted.expectAllHappened()
        }
    }

    @Test("delays a request, or its answer, or all that a broker says")
    func delays() throws {
        let clock = ContinuousClock()
        for event in [
            "on=offset-commit delay=400ms", "on=offset-commit answer-delay=400ms", "on=offset-commit blackhole=400ms",
        ] {
            let scripted = try ScriptedTopic([event])
            // Where it is known who coordinates the group, the next call is the commit alone.
            _ = try scripted.topic.broker.committedOffsets(of: [0], group: "g")
            let took = try clock.measure { try scripted.topic.broker.commit([(partition: 0, next: 5)], group: "g") }
            #expect(took >= .milliseconds(400), "\(event): \(took)")
            #expect(try scripted.topic.broker.committedOffsets(of: [0], group: "g") == [5])
            scripted.expectAllHappened()
        }
    }

    @Test("changes topics and offsets as a request comes")
    func topicsAndOffsets() throws {
        let scripted = try ScriptedTopic(
            [
                "on=list-offsets nth=1 retention topic=numbers keep=60",
                "on=list-offsets nth=3 delete-records topic=numbers partition=0 before=70",
                "on=offset-fetch nth=2 group=g move-offsets by=-3",
                "on=offset-fetch nth=3 group=g move-offsets by=-100",
                "on=offset-fetch nth=4 forget-offsets=g", "on=list-offsets nth=5 topic=numbers topic-anew",
            ])
        let broker = scripted.topic.broker
        try scripted.topic.produce(100)
        try broker.commit([(partition: 0, next: 42)], group: "g")
        // Each question for both ends is two requests.
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 40, high: 100))
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 70, high: 100))
        let committed = try (1...4).map { _ in try broker.committedOffsets(of: [0], group: "g")[0] }
        #expect(committed == [42, 39, 0, nil])
        #expect(try broker.watermarks(of: 0) == Watermarks(low: 0, high: 0))
        scripted.expectAllHappened()
    }

    @Test("makes a group's members join again, or forgets them, and then their commits are refused")
    func groups() throws {
        let scripted = try ScriptedTopic([], partitions: 2)
        let (server, broker) = (scripted.topic.server, scripted.topic.broker)
        let settings = GroupSettings(group: "g", sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 100)
        let member = try broker.openGroupReader(settings)
        defer { member.close() }
        #expect(server.tell("rebalance=g") == ["error g has no members"])
        #expect(try events(of: member, until: "assigned") == ["assigned"])
        #expect(server.tell("rebalance=g") == ["ok rebalance=g"])
        #expect(try events(of: member, until: "assigned") == ["revoked", "assigned"])
        #expect(server.tell("expel-members=g") == ["ok expel-members=g"])
        #expect(throws: BrokerError.self) { try member.commit([(partition: 0, next: 9)]) }
        #expect(try events(of: member, until: "assigned") == ["lost", "assigned"])
        #expect(try broker.committedOffsets(of: [0], group: "g") == [nil])
        #expect(scripted.log.count(#"{"told":true,"words":"rebalance=g","happened":true}"#) == 1)
        #expect(scripted.log.count("unknown-member-id") > 0)
    }

    /// What a member is told, up to `last`.
    private func events(of member: any GroupReader, until last: String) throws -> [String] {
        var seen: [String] = []
        for _ in 0..<600 where seen.last != last {
            switch try member.poll(timeout: .milliseconds(50)) {
            case .assigned(let partitions)?:
                try member.start(at: partitions.map { ($0, 0) })
                seen.append("assigned")
            case .revoked?:
                try member.giveUp()
                seen.append("revoked")
            case .lost?:
                try member.giveUp()
                seen.append("lost")
            case nil: break
            }
        }
        return seen
    }

    @Test("says of each event what became of it, also of those that never happened")
    func status() throws {
        let scripted = try ScriptedTopic(["on=produce nth=5 cut=after", "at=0s topic-anew=nosuch"])
        try scripted.topic.produce(1)
        let server = scripted.topic.server
        #expect(server.events.map(\.happened) == [0, 0])
        #expect(server.events.map(\.outcome) == ["1 of 5 requests came", "could not happen: there is no topic nosuch"])
        #expect(server.tell("on=list-offsets delay=1ms") == ["ok event 3 waits: on=list-offsets delay=1ms"])
        _ = try scripted.topic.broker.watermarks(of: 0)
        let status = server.tell("status")
        #expect(status.last == "ok 1 of 3 events happened")
        #expect(
            status.dropLast().last
                == #"{"event":3,"words":"on=list-offsets delay=1ms","happened":1,"outcome":"happened"}"#)
        #expect(server.tell("log").dropLast() == scripted.log.lines[...])
        #expect(server.tell("log from=3").dropLast() == scripted.log.lines[2...])
        #expect(server.tell("topic-anw=x")[0].hasPrefix("error 'topic-anw' is none of the orders"))
        #expect(server.tell("cut=after")[0].hasPrefix("error it happens to a request"))
        let plain = try KafkaServer.start()
        defer { plain.stop() }
        #expect(plain.tell("log") == ["error the log is not kept (start the broker with --log FILE)"])
        #expect(plain.tell("status") == ["ok 0 of 0 events happened"])
    }

    @Test("has nothing to say once the server is stopped") func stopped() throws {
        let server = try KafkaServer.start()
        #expect(server.tell("on=produce cut=after") == ["ok event 1 waits: on=produce cut=after"])
        #expect(server.events.count == 1)
        server.stop()
        #expect(server.tell("status") == [])
        #expect(server.events == [])
        server.begin(Script(), seed: 1)
        #expect(server.endScript() == [])
    }
}
