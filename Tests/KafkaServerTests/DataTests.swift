// What a served broker with a data folder brings back, and what it says of a folder that is damaged, full or in use.
import BrokerCore
import Kafka
import KafkaWire
import Simulation
import Testing
import World

@testable import KafkaServer

@Suite("A served broker with a data folder", .serialized) struct DataTests {
    private let disk = SharedDisk()

    /// Does something with a broker on a disk, and stops it.
    private func serving<R>(
        _ disk: SharedDisk, syncsAlways: Bool = false, memoryLimit: Int = 1 << 20, _ body: (BareClient) throws -> R
    ) throws -> R {
        let server = try disk.serve(syncsAlways: syncsAlways, memoryLimit: memoryLimit)
        defer { server.stop() }
        return try body(BareClient(server))
    }

    /// The disk of a broker that had this topic with these many batches of two records, and was killed.
    private func killed(batches: Int = 3) throws -> SharedDisk {
        try serving(disk) { client throws in
            #expect(try client.createTopic("t") == .none)
            for number in 0..<UInt8(batches) {
                #expect(try client.produce([[number], [number, 1]]).errorCode == .none)
            }
            return disk.copy()
        }
    }

    @Test("brings everything back, whether it ended in order or was killed", arguments: [false, true])
    func restart(isKilled: Bool) throws {
        let server = try disk.serve()
        var client = BareClient(server)
        #expect(try client.createTopic("gone", partitions: 2) == .none)
        #expect(try client.createTopic("t", partitions: 3, settings: ["retention.ms": "-1"]) == .none)
        let topic = try client.describe("t")
        #expect(topic.partitions.count == 3)
        for number: UInt8 in 0..<5 { #expect(try client.produce([[number]]).baseOffset == Int64(number)) }
        #expect(try client.produce([[9]], partition: 2).baseOffset == 0)
        #expect(try client.deleteRecords(before: 2) == .none)
        #expect(try client.commit(4) == .none)
        let producer = try client.initProducer()
        let sent = BatchBuilder.Producer(id: producer.producerId, epoch: 0, baseSequence: 0)
        #expect(try client.produce([[7]], partition: 1, producer: sent).baseOffset == 0)
        var gone = DeleteTopics.Request.Topic()
        gone.name = "gone"
        var deletion = DeleteTopics.Request()
        deletion.topics = [gone]
        _ = try client.request(DeleteTopics.self, deletion, version: 6)
        let left = isKilled ? disk.copy() : disk
        server.stop()

        // The second time it reads a journal that was written anew.
        for _ in 0..<2 {
            try serving(left) { client throws in
                #expect(try client.describe("t") == topic)
                #expect(try client.describe("gone").errorCode == .unknownTopicOrPartition)
                #expect(try client.ends() == [2, 5])
                #expect(try client.values(from: 2).values == [[2], [3], [4]])
                #expect(try client.values(partition: 2).values == [[9]])
                #expect(try client.committed() == 4)
                #expect(try client.produce([[7]], partition: 1, producer: sent).baseOffset == 0)
                #expect(try client.ends(partition: 1) == [0, 1])
            }
        }
        let again = try left.serve()
        defer { again.stop() }
        client = BareClient(again)
        #expect(try client.initProducer().producerId > producer.producerId)
        #expect(try client.produce([[5]]).baseOffset == 5)
        #expect(try client.createTopic("gone") == .none)
        let next = try client.describe("gone")
        #expect(next.topicId.low > topic.topicId.low)
        #expect(try client.ends("gone") == [0, 0])
    }

    @Test("goes on behind all records where all were deleted")
    func emptied() throws {
        let disk = try killed()
        try serving(disk) { client throws in #expect(try client.deleteRecords(before: -1) == .none) }
        #expect(disk.logs.allSatisfy { disk.disk.bytes(of: $0) == [] })
        try serving(disk) { client throws in
            #expect(try client.ends() == [6, 6])
            #expect(try client.produce([[1]]).baseOffset == 6)
        }
        try serving(disk) { client throws in #expect(try client.values(from: 6).values == [[1]]) }
    }

    @Test("leaves out a batch that was cut off at any byte, and goes on in its place")
    func torn() throws {
        let left = try killed()
        let path = try #require(left.logs.first)
        let whole = try #require(left.disk.bytes(of: path))
        let batch = whole.count / 3
        for length in 2 * batch..<3 * batch {
            let torn = left.copy()
            torn.disk.setBytes(Array(whole[..<length]), of: path)
            try serving(torn) { client throws in
                #expect(try client.ends() == [0, 4], "\(length)")
                #expect(try client.produce([[8]]).baseOffset == 4)
                #expect(try client.values().values == [[0], [0, 1], [1], [1, 1], [8]], "\(length)")
            }
        }
        // What the system had not written of it reads as zeros.
        let zeroed = left.copy()
        zeroed.disk.setBytes(whole[..<(2 * batch + 20)] + [UInt8](repeating: 0, count: batch - 20), of: path)
        try serving(zeroed) { client throws in #expect(try client.ends() == [0, 4]) }
    }

    @Test("refuses a log with a changed byte before its last batch, and says where")
    func corrupt() throws {
        let left = try killed()
        let path = try #require(left.logs.first)
        let whole = try #require(left.disk.bytes(of: path))
        let batch = whole.count / 3
        for position in stride(from: batch, to: 2 * batch, by: 1) {
            // Place and epoch are no part of what is checked.
            if (0..<8).contains(position - batch) || (12..<16).contains(position - batch) { continue }
            let damaged = left.copy()
            var bytes = whole
            bytes[position] ^= 0x40
            damaged.disk.setBytes(bytes, of: path)
            let error = #expect(throws: DataError.self, "\(position)") { try damaged.serve().stop() }
            #expect(error?.path == path)
            #expect(error?.position == batch)
        }
    }

    @Test("refuses a damaged header in an older segment, and a segment that is missing")
    func segments() throws {
        let value = [UInt8](repeating: 3, count: 3 << 20)
        let left = try serving(disk) { client throws in
            #expect(try client.createTopic("t", settings: ["max.message.bytes": "4000000"]) == .none)
            for _ in 0..<7 { #expect(try client.produce([value]).errorCode == .none) }
            return disk.copy()
        }
        try #require(left.logs.count == 4)
        try serving(left.copy()) { client throws in #expect(try client.ends() == [0, 7]) }
        let damaged = left.copy()
        var bytes = try #require(damaged.disk.bytes(of: left.logs[1]))
        bytes[bytes.count / 2 + 16] = 1
        damaged.disk.setBytes(bytes, of: left.logs[1])
        #expect(throws: DataError.self) { try damaged.serve().stop() }
        try left.disk.remove(left.logs[1])
        #expect(throws: DataError.self) { try left.serve().stop() }
    }

    @Test("reads what is no longer in memory from its files")
    func larger() throws {
        let values = (0..<200).map { number in [UInt8](repeating: UInt8(number), count: 10_000 + number) }
        try serving(disk, memoryLimit: 1) { client throws in
            #expect(try client.createTopic("t", partitions: 3) == .none)
            for (number, value) in values.enumerated() {
                #expect(try client.produce([value], partition: Int32(number % 3)).errorCode == .none)
            }
            for partition in 0..<3 {
                let expected = stride(from: partition, to: 200, by: 3).map { values[$0] }
                #expect(try client.values(partition: Int32(partition)).values == expected)
            }
        }
    }

    @Test("says that a full disk is full, lives, and goes on when there is room")
    func full() throws {
        let server = try disk.serve()
        defer { server.stop() }
        let client = BareClient(server)
        #expect(try client.createTopic("t") == .none)
        for room in [0, 30] {
            disk.disk.freeBytes = room
            #expect(try client.produce([[2]]).errorCode == .kafkaStorageError, "\(room)")
        }
        disk.disk.freeBytes = nil
        #expect(try client.produce([[1]]).errorCode == .none)
        for room in [0, 10, 40, 68] {
            disk.disk.freeBytes = room
            #expect(try client.produce([[2]]).errorCode == .kafkaStorageError, "\(room)")
            #expect(try client.ends() == [0, 1])
        }
        disk.disk.freeBytes = 0
        #expect(try client.createTopic("other") == .kafkaStorageError)
        #expect(try client.commit(1) == .coordinatorNotAvailable)
        #expect(try client.initProducer().errorCode == .kafkaStorageError)
        #expect(try client.values().values == [[1]])
        disk.disk.freeBytes = nil
        #expect(try client.produce([[3]]).baseOffset == 1)
        #expect(try client.createTopic("other") == .none)
        #expect(try client.commit(1) == .none)
        let left = disk.copy()
        try serving(left) { client throws in
            #expect(try client.values().values == [[1], [3]])
            #expect(try client.committed() == 1)
        }
    }

    @Test("loses nothing that was answered when the power fails, where it syncs always")
    func power() throws {
        let left = try serving(disk, syncsAlways: true) { client throws in
            #expect(try client.createTopic("t") == .none)
            for number: UInt8 in 0..<3 { #expect(try client.produce([[number]]).errorCode == .none) }
            #expect(try client.commit(2) == .none)
            return disk.copy()
        }
        left.disk.losePower(.allLost)
        try serving(left) { client throws in
            #expect(try client.values().values == [[0], [1], [2]])
            #expect(try client.committed() == 2)
        }
    }

    @Test("takes nothing more after a sync that failed")
    func failingSync() throws {
        try serving(disk, syncsAlways: true) { client throws in
            #expect(try client.createTopic("t") == .none)
            disk.disk.failingSyncs = true
            #expect(try client.produce([[1]]).errorCode == .kafkaStorageError)
            disk.disk.failingSyncs = false
            #expect(try client.produce([[1]]).errorCode == .kafkaStorageError)
            #expect(try client.values().values == [])
        }
    }

    @Test("puts a segment that is written anew in place of the old one in one step")
    func anew() throws {
        let files = LogFiles(disk, directory: "logs", memoryLimit: 1 << 20, syncsEach: false)
        let log = LogHome(files: files, topic: 1, partition: 0)
        let home = SegmentHome(memory: SegmentMemory(byteLimit: 0), log: log)
        func write(_ text: String, to segment: BufferSegment) throws {
            // Where the place is put, and the rest.
            let isKept = try Array("0123456789abcdef\(text)".utf8).withUnsafeBytes {
                try segment.append($0, baseOffset: 0, leaderEpoch: 0)
            }
            #expect(isKept)
        }
        let path = "logs/1-0-0000000000000000000.log"
        let old = BufferSegment(byteCapacity: 100, baseOffset: 0, in: home)
        try write("old", to: old)
        let new = old.successor(byteCapacity: 100, through: old)
        try write("anew", to: new)
        #expect(disk.disk.bytes(of: path)?.suffix(3) == Array("old".utf8)[...])
        old.discard(logEnd: nil)
        #expect(disk.disk.paths == [path])
        #expect(disk.disk.bytes(of: path)?.suffix(4) == Array("anew".utf8)[...])
        try Array("0123456789abcdefmore".utf8).withUnsafeBytes {
            _ = try new.append($0, baseOffset: 1, leaderEpoch: 0)
        }
        #expect(disk.disk.bytes(of: path)?.count == 40)
        new.discard(logEnd: 2)
        #expect(disk.disk.paths == ["logs/1-0-0000000000000000002.log"])
    }

    @Test("refuses a folder that another broker uses, and takes it when that has ended")
    func lock() throws {
        let first = try disk.serve()
        let error = #expect(throws: DataError.self) { try disk.serve().stop() }
        #expect(error?.code == .inUse)
        #expect(error?.path == "data")
        first.stop()
        try disk.serve().stop()
    }
}
