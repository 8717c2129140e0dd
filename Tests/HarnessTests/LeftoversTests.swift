// What is noted of a cluster, and what becomes of it where it cannot be removed.
import Kafka
import Posix
import Testing
import World

@testable import Harness

@Suite("What a run would leave on a cluster")
struct LeftoversTests {
    private struct Refused: Error {}

    @Test("K10: it is named by topic, group and cluster, each once, also a topic whose making failed")
    func names() throws {
        let cluster = ClusterLeftovers(try KafkaConfiguration(bootstrap: "h:1"))
        #expect(cluster.names == [])
        #expect(throws: Refused.self) { try cluster.make("t") { throw Refused() } }
        cluster.note(group: "g")
        cluster.note(group: "g")
        #expect(cluster.names == ["topic t on h:1", "consumer group g on h:1"])
        #expect(cluster.remove(within: .zero) == cluster.names)
    }

    @Test("K10: what cannot be removed in time is named at the end")
    func tooLate() throws {
        // Which never carries out such requests.
        let embedded = try MockBroker.start()
        defer { embedded.close() }
        let cluster = ClusterLeftovers(try KafkaConfiguration(bootstrap: embedded.bootstrap))
        try cluster.make("t") {}
        cluster.note(group: "g")
        let left = cluster.remove(within: .seconds(1))
        #expect(left == ["topic t on \(embedded.bootstrap)", "consumer group g on \(embedded.bootstrap)"])
    }

    @Test("N2: a group is noted for the cluster whose address its worker has")
    func byAddress() throws {
        let here = ClusterLeftovers(try KafkaConfiguration(bootstrap: "h:1"))
        let there = ClusterLeftovers(try KafkaConfiguration(bootstrap: "h:2"))
        let all = Leftovers()
        all.begin(here)
        all.begin(there)
        all.note(group: "g", at: "h:1")
        all.note(group: "of an embedded one", at: "h:3")
        #expect(here.names == ["consumer group g on h:1"] && there.names == [])
        #expect(all.names == here.names)
        all.finish(here)
        #expect(all.names == [])
    }

    @Test("an end waits for a process that is just being started, and nothing is started after it")
    func starts() throws {
        let all = Leftovers()
        let start = try all.willStart()
        let other = try all.willStart()
        other.isOver()
        other.isOver()
        all.refuseStarts(within: .milliseconds(20))
        #expect(all.isEnding)
        #expect(throws: CancellationError.self) { try all.willStart() }
        let begun = SharedFlag()
        try BlockingThread.start {
            begun.set()
            start.isOver()
        }
        all.refuseStarts(within: .seconds(60))
        #expect(begun.isSet, "it was told that the start is over")
    }

    @Test("a long list is cut")
    func list() {
        #expect(Leftovers.list(["a", "b"]) == "a, b")
        #expect(Leftovers.list((1...9).map { "\($0)" }) == "1, 2, 3, 4, 5, 6 and 3 more")
    }
}
