// Several brokers: where replicas lie, who leads, and what tasks then read from their own host.
import Engine
import Ingestion
import Judgement
import Simulation
import Testing
import World

@Suite("A cluster of several brokers") struct BrokerTopologyTests {
    @Test("replicas lie as Kafka places them") func replicas() {
        #expect(
            BrokerTopology(brokers: 3, partitions: 7, replication: 2).replicas
                == [[0, 1], [1, 2], [2, 0], [0, 2], [1, 0], [2, 1], [0, 1]])
        #expect(BrokerTopology(brokers: 1, partitions: 2, replication: 1).replicas == [[0], [0]])
    }

    @Test("every replica of a partition lies on another broker", arguments: 1...5, 1...5)
    func replicasAreApart(brokers: Int, replication: Int) {
        guard replication <= brokers else { return }
        let topology = BrokerTopology(brokers: brokers, partitions: 20, replication: replication)
        for replicas in topology.replicas {
            #expect(Set(replicas).count == replication)
            #expect(replicas.allSatisfy { (0..<brokers).contains($0) })
        }
    }

    @Test("a broker's restart moves what it led, and only that") func restart() {
        var topology = BrokerTopology(brokers: 3, partitions: 4, replication: 2)
        topology.moveLeaders(from: 0)
        #expect((0..<4).map { topology.leader(of: $0) } == [1, 1, 2, 2])
        var alone = BrokerTopology(brokers: 2, partitions: 2, replication: 1)
        alone.moveLeaders(from: 0)
        #expect(alone.leader(of: 0) == 0)
    }

    /// By placement, how many of the four partitions are read from the task's own host before and after the restart.
    static let local: [(placement: TaskPlacement, before: Int?, after: Int?)] = [
        (.apart, 0, 0), (.hash, nil, nil), (.leaderAtStart, 4, 2), (.leader, 4, 4), (.nearestReplica, 4, 4),
    ]

    @Test("what each placement reads from its own host", arguments: local)
    func placements(placement: TaskPlacement, before: Int?, after: Int?) {
        let atStart = BrokerTopology(brokers: 3, partitions: 4, replication: 2)
        var now = atStart
        now.moveLeaders(from: 0)
        func count(_ topology: BrokerTopology) -> Int {
            (0..<4).count { placement.isLocal(topic: "t", $0, atStart: atStart, now: topology) }
        }
        if let before { #expect(count(atStart) == before) }
        if let after { #expect(count(now) == after) }
    }

    @Test("the hash reads about one partition in three from its own host") func hash() {
        let topology = BrokerTopology(brokers: 3, partitions: 3000, replication: 2)
        let local = (0..<3000).count { TaskPlacement.hash.isLocal(topic: "t", $0, atStart: topology, now: topology) }
        #expect((900...1100).contains(local))
    }

    @Test("every record of a run is read by some batch, once") func reads() throws {
        let shape = LoadShape(
            records: 600, partitions: 4, blockRecords: 100, batchRecords: 200, groupCommitBlocks: 1,
            checkpointLagTasks: 0, autoCommitBlocks: 50, chunkRecords: 1000)
        let reads = try PlacedReads(of: SimulatedRun(strategy: .directLogFirst, sink: .append, shape: shape))
        #expect(reads.batches == 3)
        for batch in 0..<3 {
            #expect(reads.reads.filter { $0.batch == batch }.reduce(0) { $0 + $1.records } == 200)
        }
        let topology = BrokerTopology(brokers: 3, partitions: 4, replication: 2)
        let count = reads.count(in: 0..<3, .leader, topic: "t", atStart: topology, now: topology)
        #expect(count.local == 600 && count.all == 600)
    }
}
