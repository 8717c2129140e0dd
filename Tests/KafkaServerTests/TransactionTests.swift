// Transactions on a served broker, through librdkafka and by single requests.
import BrokerCore
import CRdKafka
import Kafka
import KafkaServer
import KafkaWire
import Testing
import World

@Suite("Transactions on a served broker", .serialized) struct TransactionTests {
    private let topic: ServedTopic

    init() throws { topic = try ServedTopic() }

    private func producer(_ id: String = "id") throws -> ServedProducer {
        try ServedProducer(topic.server.bootstrap, topic: topic.name, id: id)
    }

    /// The numbers of the records before `end`, as a reader of committed records sees them.
    private func numbers(until end: Offset) throws -> [Int] { try topic.numbers(0, 0..<end) }

    @Test("are seen when they commit, and never when they abort")
    func endings() throws {
        let producer = try producer()
        for round in 0..<3 {
            try producer.begin()
            producer.send(round * 10..<round * 10 + 4)
            if round == 1 { try producer.abort() } else { try producer.commit() }
        }
        // Four records and a marker each.
        #expect(try topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: 15))
        #expect(try numbers(until: 15) == [0, 1, 2, 3, 20, 21, 22, 23])
    }

    @Test("hold back what is behind them until they end, from who reads committed records alone")
    func heldBack() throws {
        let (one, other) = (try producer("one"), try producer("other"))
        try one.begin()
        one.send(0..<2)
        try other.begin()
        other.send(2..<3)
        try other.commit()
        #expect(try topic.broker.watermarks(of: 0).high == 0)
        // Three records, and the marker is one for who reads all.
        let all = try BareClient(topic.server).values(topic.name).values
        #expect(all.filter { $0.count == 8 }.map { $0[0] } == [0, 1, 2])
        #expect(all.count == 4)
        try one.abort()
        #expect(try topic.broker.watermarks(of: 0).high == 5)
        #expect(try numbers(until: 5) == [2])
    }

    @Test("of a producer that has been replaced are aborted, and it is told so")
    func zombie() throws {
        let zombie = try producer()
        try zombie.begin()
        zombie.send(0..<3)
        let next = try producer()
        let failure = #expect(throws: ServedProducer.Failure.self) { try zombie.commit() }
        #expect(failure?.isFatal == true)
        #expect(failure?.code == RD_KAFKA_RESP_ERR__FENCED)
        try next.begin()
        next.send(5..<6)
        try next.commit()
        #expect(try numbers(until: 6) == [5])
    }

    @Test("bring a group's offsets with them, or leave them as they were")
    func offsets() throws {
        try topic.broker.commit([(partition: 0, next: 1)], group: "g")
        let producer = try producer()
        for (offset, commits, left) in [(Int64(5), false, Offset(1)), (7, true, 7), (9, false, 7)] {
            try producer.begin()
            producer.send(0..<1)
            try producer.send(offset: offset, of: topic.name, group: "g")
            if commits { try producer.commit() } else { try producer.abort() }
            #expect(try topic.broker.committedOffsets(of: [0], group: "g") == [left])
        }
    }

    @Test("are written by the library's loads, which learn where records lie beside markers")
    func loads() throws {
        let load = try KafkaTransactions(topic.configuration, topic: topic.name, name: "load")
        defer { load.close() }
        for ending: KafkaTransactions.Ending in [.commit, .abort, .commit] {
            try load.produce(ending, count: 10, recordCapacity: 8) { index, buffer in
                buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self)
                return OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        try load.finish()
        #expect(load.delivery.ranges.map(\.until) == [33])
        #expect(try numbers(until: 33) == Array(0..<10) + Array(0..<10))
    }

    // MARK: By single requests

    /// A producer of single requests, and its answers.
    struct Bare {
        let client: BareClient
        let topic: String
        var producer = ProducerIdentity.none

        func initialize(timeout: Int32 = 60_000, _ known: ProducerIdentity = .none) throws -> InitProducerId.Response {
            var request = InitProducerId.Request()
            (request.transactionalId, request.transactionTimeoutMs) = ("bare", timeout)
            (request.producerId, request.producerEpoch) = (known.id, known.epoch)
            return try client.request(InitProducerId.self, request, version: 4)
        }

        func add(_ partitions: [Int32] = [0], version: Int16 = 3) throws -> [KafkaWire.ErrorCode] {
            var request = AddPartitionsToTxn.Request()
            request.v3AndBelowTransactionalId = "bare"
            (request.v3AndBelowProducerId, request.v3AndBelowProducerEpoch) = (producer.id, producer.epoch)
            var asked = AddPartitionsToTxn.Request.Topic()
            (asked.name, asked.partitions) = (topic, partitions)
            request.v3AndBelowTopics = [asked]
            return try client.request(AddPartitionsToTxn.self, request, version: version)
                .resultsByTopicV3AndBelow[0].resultsByPartition.map(\.partitionErrorCode)
        }

        func addGroup() throws -> KafkaWire.ErrorCode {
            var request = AddOffsetsToTxn.Request()
            (request.transactionalId, request.groupId) = ("bare", "g")
            (request.producerId, request.producerEpoch) = (producer.id, producer.epoch)
            return try client.request(AddOffsetsToTxn.self, request, version: 3).errorCode
        }

        func commitOffset(
            _ offset: Int64, generation: Int32 = -1, memberId: String = "", partition: Int32 = 0
        ) throws -> KafkaWire.ErrorCode {
            var request = TxnOffsetCommit.Request()
            (request.transactionalId, request.groupId) = ("bare", "g")
            (request.producerId, request.producerEpoch) = (producer.id, producer.epoch)
            (request.generationId, request.memberId) = (generation, memberId)
            var asked = TxnOffsetCommit.Request.Partition()
            (asked.partitionIndex, asked.committedOffset) = (partition, offset)
            var place = TxnOffsetCommit.Request.Topic()
            (place.name, place.partitions) = (topic, [asked])
            request.topics = [place]
            return try client.request(TxnOffsetCommit.self, request, version: 3).topics[0].partitions[0].errorCode
        }

        func end(_ committed: Bool, version: Int16 = 3) throws -> KafkaWire.ErrorCode {
            var request = EndTxn.Request()
            (request.transactionalId, request.committed) = ("bare", committed)
            (request.producerId, request.producerEpoch) = (producer.id, producer.epoch)
            return try client.request(EndTxn.self, request, version: version).errorCode
        }

        func send(_ sequence: Int32) throws -> KafkaWire.ErrorCode {
            let producer = BatchBuilder.Producer(
                id: producer.id, epoch: producer.epoch, baseSequence: sequence)
            return try client.produce([[9]], to: topic, producer: producer, isTransactional: true).errorCode
        }

        func committed(isStable: Bool) throws -> OffsetFetch.Response.Partition {
            var place = OffsetFetch.Request.Topic()
            (place.name, place.partitionIndexes) = (topic, [0])
            var request = OffsetFetch.Request()
            (request.groupId, request.topics, request.requireStable) = ("g", [place], isStable)
            return try client.request(OffsetFetch.self, request, version: 7).topics[0].partitions[0]
        }
    }

    private func bare() throws -> Bare {
        var bare = Bare(client: BareClient(topic.server), topic: topic.name)
        let given = try bare.initialize()
        bare.producer = ProducerIdentity(id: given.producerId, epoch: given.producerEpoch)
        return bare
    }

    @Test("take what was added to them, and nothing else")
    func steps() throws {
        let bare = try bare()
        #expect(try bare.end(true) == .invalidTxnState)
        #expect(try bare.send(0) == .invalidTxnState)
        #expect(try bare.add([0, 7]) == [.operationNotAttempted, .unknownTopicOrPartition])
        #expect(try bare.send(0) == .invalidTxnState)
        #expect(try bare.add() == [.none])
        #expect(try bare.send(0) == .none)
        #expect(try bare.commitOffset(3) == .invalidTxnState)
        #expect(try bare.addGroup() == .none)
        #expect(try bare.commitOffset(3) == .none)
        #expect(try bare.commitOffset(3, partition: 7) == .unknownTopicOrPartition)
        #expect(try bare.commitOffset(3, generation: 2, memberId: "m") == .unknownMemberId)
        #expect(try bare.committed(isStable: true).errorCode == .unstableOffsetCommit)
        #expect(try bare.committed(isStable: false).committedOffset == -1)
        #expect(try bare.end(true) == .none)
        #expect(try bare.committed(isStable: true).committedOffset == 3)
        // Who asks again is answered alike.
        #expect(try bare.end(true) == .none)
        #expect(try bare.end(false) == .invalidTxnState)
    }

    @Test("are known to an older version by the errors that it knows")
    func fencing() throws {
        let zombie = try bare()
        #expect(try zombie.add() == [.none])
        #expect(try zombie.initialize().errorCode == .concurrentTransactions)
        let next = try zombie.initialize()
        #expect(next.errorCode == .none && next.producerEpoch == zombie.producer.epoch + 2)
        #expect(try zombie.add(version: 3) == [.producerFenced])
        #expect(try zombie.add(version: 1) == [.invalidProducerEpoch])
        #expect(try zombie.end(true, version: 3) == .producerFenced)
        #expect(try zombie.end(true, version: 1) == .invalidProducerEpoch)
        #expect(try zombie.send(0) == .invalidProducerEpoch)
        #expect(try zombie.initialize(zombie.producer).errorCode == .producerFenced)
    }

    @Test("end by themselves when they last too long")
    func timeouts() throws {
        var bare = try bare()
        let given = try bare.initialize(timeout: 50)
        bare.producer.epoch = given.producerEpoch
        #expect(try bare.add() == [.none])
        let isSent = try bare.send(0)
        // It may be over before the record has come.
        #expect(isSent == .none || isSent == .invalidProducerEpoch)
        while try topic.broker.watermarks(of: 0).high == 0 {}
        #expect(try bare.end(true) == .producerFenced)
        #expect(try numbers(until: topic.broker.watermarks(of: 0).high) == [])
        #expect(try bare.initialize().errorCode == .none)
    }

    @Test("have a coordinator that clients find, and times by what is committed")
    func lookups() throws {
        let bare = try bare()
        var find = FindCoordinator.Request()
        (find.key, find.keyType) = ("bare", 1)
        #expect(try bare.client.request(FindCoordinator.self, find, version: 2).port == Int32(topic.server.port))
        find.keyType = 9
        #expect(try bare.client.request(FindCoordinator.self, find, version: 2).errorCode == .invalidRequest)
        #expect(try bare.add() == [.none])
        #expect(try bare.send(0) == .none)
        for (isolation, time, offset) in [(0, -1, 1), (1, -1, 0), (0, 5, 0), (1, 5, -1), (1, -2, 0)] {
            var asked = ListOffsets.Request.Partition()
            asked.timestamp = Int64(time)
            var place = ListOffsets.Request.Topic()
            (place.name, place.partitions) = (topic.name, [asked])
            var request = ListOffsets.Request()
            (request.topics, request.isolationLevel) = ([place], Int8(isolation))
            let answer = try bare.client.request(ListOffsets.self, request, version: 5).topics[0].partitions[0]
            #expect(answer.offset == Int64(offset), "isolation \(isolation), time \(time)")
        }
    }

    @Test("of one epoch of a leader end where the next begins")
    func epochs() throws {
        _ = try BareClient(topic.server).produce([[1], [2]], to: topic.name)
        for (known, asked, error, end) in [
            (-1, 0, KafkaWire.ErrorCode.none, 2), (0, 0, .none, 2), (-1, 1, .none, -1), (1, 0, .unknownLeaderEpoch, -1),
        ] {
            var partition = OffsetForLeaderEpoch.Request.Partition()
            (partition.currentLeaderEpoch, partition.leaderEpoch) = (Int32(known), Int32(asked))
            var place = OffsetForLeaderEpoch.Request.Topic()
            (place.topic, place.partitions) = (topic.name, [partition])
            var request = OffsetForLeaderEpoch.Request()
            request.topics = [place]
            let answer = try BareClient(topic.server).request(OffsetForLeaderEpoch.self, request, version: 4)
                .topics[0].partitions[0]
            #expect(answer.errorCode == error && answer.endOffset == Int64(end), "\(known), \(asked)")
        }
    }
}
