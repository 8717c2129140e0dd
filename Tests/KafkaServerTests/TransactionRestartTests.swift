// Transactions on a served broker that ends, or is killed, in the middle of them.
import BrokerCore
import KafkaServer
import KafkaWire
import Testing

@Suite("A transaction outlives its broker", .serialized) struct TransactionRestartTests {
    private typealias Bare = TransactionTests.Bare

    /// The disk of a broker that was killed in an open transaction of one record and one offset, and its producer.
    private func interrupted() throws -> (disk: SharedDisk, producer: ProducerIdentity) {
        let disk = SharedDisk()
        let server = try disk.serve()
        defer { server.stop() }
        var bare = Bare(client: BareClient(server), topic: "t")
        #expect(try bare.client.createTopic("t") == .none)
        let given = try bare.initialize()
        bare.producer = ProducerIdentity(id: given.producerId, epoch: given.producerEpoch)
        #expect(try bare.add() == [.none])
        #expect(try bare.addGroup() == .none)
        #expect(try bare.send(0) == .none)
        #expect(try bare.commitOffset(3) == .none)
        return (disk.copy(), bare.producer)
    }

    private func serving(_ disk: SharedDisk, _ producer: ProducerIdentity, _ body: (Bare) throws -> Void) throws {
        let server = try disk.serve()
        defer { server.stop() }
        try body(Bare(client: BareClient(server), topic: "t", producer: producer))
    }

    @Test("and its producer goes on with it, and commits or aborts it", arguments: [true, false])
    func ended(commits: Bool) throws {
        let (disk, producer) = try interrupted()
        // Twice: the second broker reads what the first has written anew.
        try disk.serve().stop()
        try serving(disk, producer) { bare throws in
            #expect(try bare.committed(isStable: true).errorCode == .unstableOffsetCommit)
            #expect(try bare.send(1) == .none)
            #expect(try bare.end(commits) == .none)
            #expect(try bare.committed(isStable: true).committedOffset == (commits ? 3 : -1))
        }
        try serving(disk, producer) { bare throws in
            #expect(try bare.committed(isStable: true).committedOffset == (commits ? 3 : -1))
            #expect(try bare.client.ends() == [0, 3])
            // Who lost the answer and asks again is answered alike.
            #expect(try bare.end(commits) == .none)
            #expect(try bare.end(!commits) == .invalidTxnState)
        }
    }

    @Test("until another producer takes its place, which fences the one before")
    func fenced() throws {
        let (disk, producer) = try interrupted()
        try serving(disk, producer) { bare throws in
            #expect(try bare.initialize().errorCode == .concurrentTransactions)
            #expect(try bare.initialize().producerEpoch > producer.epoch)
            #expect(try bare.send(1) == .invalidProducerEpoch)
            #expect(try bare.committed(isStable: true).committedOffset == -1)
        }
        try serving(disk, producer) { bare throws in
            #expect(try bare.add() == [.producerFenced])
            #expect(try bare.initialize().errorCode == .none)
        }
    }
}
