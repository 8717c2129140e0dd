// A script at work: which event happens at which request and when, and what is reported of the others.
import BrokerScript
import KafkaWire
import Testing

@Suite("A script at work") struct ScriptStateTests {
    private func state(_ lines: [String], seed: UInt64 = 1) throws -> ScriptState {
        ScriptState(Script(try lines.map { try ScriptEvent(EventWords(line: $0)) }), seed: seed)
    }

    private func request(
        _ api: ApiKey, _ topic: String? = nil, _ partition: Int32? = nil, client: String = "c", broker: Int32 = 1
    ) -> RequestFacts {
        var facts = RequestFacts(api, client: client, broker: broker)
        if let topic { facts.places = [.init(topic: topic, partition: partition)] }
        return facts
    }

    @Test("happens at the nth request that matches, and so many times")
    func counting() throws {
        var state = try state([
            "on=produce nth=2 times=2 topic=t cut=after", "on=produce partition=1 fail=unknown-server-error",
            "on=fetch client=other broker=2 delay=1s",
        ])
        #expect(state.watches(.produce) && state.watches(.fetch) && !state.watches(.metadata))
        let asked: [(RequestFacts, [Int])] = [
            (request(.produce, "t", 0), []), (request(.produce, "u", 0), []), (request(.metadata, "t"), []),
            (request(.produce, "t", 1), [1, 2]), (request(.produce, "t", 0), [1]), (request(.produce, "t", 1), []),
            (request(.fetch, "t", 0), []), (request(.fetch, "t", 0, client: "other"), []),
            (request(.fetch, "t", 0, client: "other", broker: 2), [3]),
        ]
        for (index, (facts, numbers)) in asked.enumerated() {
            #expect(state.request(facts).map(\.number) == numbers, "request \(index + 1)")
        }
        // Nobody waits for requests any more.
        #expect(!state.watches(.produce) && !state.watches(.fetch))
    }

    @Test("happens at its time, or after what came before it has happened")
    func time() throws {
        var state = try state([
            "at=2s broker-down=2", "after=3s broker-up=2", "at=1s topic-anew=t", "on=fetch delay=1s",
        ])
        #expect(state.nextDeadline == 1_000)
        #expect(state.due(at: 999) == [])
        #expect(state.due(at: 2_500).map(\.number) == [3, 1])
        #expect(state.due(at: 100_000) == [])
        #expect(state.nextDeadline == nil)
        state.failed(3, "there is no topic t")
        state.happened(1, at: 2_600)
        #expect(state.nextDeadline == 5_600)
        #expect(state.due(at: 5_600).map(\.act) == [.brokerUp(2)])
        state.happened(2, at: 5_600)
        #expect(state.missing.map(\.number) == [3, 4])
        #expect(
            state.entries.map(\.outcome) == [
                "happened", "happened", "could not happen: there is no topic t", "0 of 1 requests came",
            ])
    }

    @Test("draws a request of a range by the seed, alike each time")
    func seeds() throws {
        let first = { (seed: UInt64) in
            try self.state(Array(repeating: "on=produce nth=1..1000 cut=after", count: 3), seed: seed).entries.map(
                \.first)
        }
        let drawn = try first(7)
        #expect(try first(7) == drawn)
        #expect(try first(8) != drawn)
        #expect(drawn.allSatisfy { (1...1000).contains($0) } && Set(drawn).count > 1)
        var state = try state(["on=produce nth=1..1000 cut=after"], seed: 7)
        let at = (1...1000).filter { _ in !state.request(request(.produce, "t", 0)).isEmpty }
        #expect(at == [drawn[0]])
    }

    @Test("counts from now on for what is armed later")
    func arming() throws {
        var state = ScriptState()
        #expect(!state.watches(.produce))
        _ = state.request(request(.produce, "t", 0))
        #expect(state.arm(try ScriptEvent(EventWords(line: "on=produce nth=2 cut=before"))) == 1)
        #expect(state.request(request(.produce, "t", 0)) == [])
        #expect(state.request(request(.produce, "t", 0)).map(\.act) == [.cutBefore])
        state.happened(1, at: 0)
        #expect(state.missing.isEmpty)
    }
}

@Suite("The event log") struct EventLogTests {
    @Test("has a line of JSON for each request, answer with an error, and event")
    func lines() {
        var log = EventLog()
        var facts = RequestFacts(.produce, client: "my \"app\"\n", broker: 2)
        facts.places = [.init(topic: "t", partition: 0), .init(topic: "u")]
        facts.groups = ["g"]
        facts.transactionalId = "x"
        let first = log.request(facts, version: 8, connection: 3)
        #expect(first.number == 1)
        #expect(
            first.line
                == #"{"request":1,"connection":3,"broker":2,"api":"produce","version":8,"client":"my \"app\"\n","#
                + #""partitions":["t/0","u"],"groups":["g"],"transactional-id":"x"}"#)
        #expect(log.request(RequestFacts(.apiVersions, client: nil, broker: 1), version: 3, connection: 3).number == 2)
        #expect(EventLog.answer(to: 1, errors: [], fate: nil) == nil)
        #expect(
            EventLog.answer(to: 1, errors: ["t/0 not-leader-or-follower"], fate: "cut")
                == #"{"answer":1,"errors":["t/0 not-leader-or-follower"],"fate":"cut"}"#)
        #expect(
            EventLog.event(2, "at=2s broker-down=9", request: nil, failure: "there is no broker 9")
                == #"{"event":2,"words":"at=2s broker-down=9","happened":false,"why":"there is no broker 9"}"#)
        #expect(EventLog.quoted("\u{1}\u{7f}ü") == "\"\\u0001\\u007fü\"")
    }
}
