// Brokers that cut, half-answer and lie: an error that says so or another attempt, never a trap, never a wrong record.
import Compression
import KafkaWire
import Testing
import World

@testable import KafkaNative

@Suite("The native client of a broker that lies", .serialized) struct HostileBrokerTests {
    /// A batch of ten numbered records.
    private static func batch(_ codec: Codec = .none, from offset: Int64 = 0) throws -> [UInt8] {
        var builder = BatchBuilder(baseOffset: offset, codec)
        for number in offset..<offset + 10 {
            let key: [UInt8]? = number % 2 == 1 ? Array("k\(number)".utf8) : nil
            try builder.append(
                offset: number, timestamp: 5, key: key,
                value: withUnsafeBytes(of: UInt64(number).littleEndian, Array.init))
        }
        return try builder.finished()
    }

    private func read(_ broker: LyingBroker, until end: Int64 = 10) throws -> [Int] {
        let settings = try NativeSettings(bootstrap: "127.0.0.1:\(broker.port)")
        let reader = try NativeReader(settings, topic: "numbers", positions: [(0, 0)])
        defer { reader.close() }
        let block = Block()
        var position: Int64 = 0
        while position < end {
            let read = try reader.fetch(0, until: end, limit: 100, into: block, timeout: patience)
            guard read.position > position else { break }
            position = read.position
        }
        return block.numbers
    }

    /// What a test does to an answer, and whether another attempt makes it good.
    struct Lie: Sendable, CustomTestStringConvertible {
        var name: String
        var isForgiven: Bool
        var change: @Sendable (_ id: Int32, _ batch: [UInt8]) -> [UInt8]?
        var testDescription: String { name }
    }

    private static func changed(_ place: Int, _ bytes: [UInt8]) -> @Sendable (Int32, [UInt8]) -> [UInt8]? {
        { id, batch in
            var batch = batch
            for (step, byte) in bytes.enumerated() { batch[place + step] = byte }
            return LyingBroker.fetched(batch, id)
        }
    }

    static let lies: [Lie] = [
        Lie(name: "closes the connection", isForgiven: true) { _, _ in nil },
        Lie(name: "answers another request", isForgiven: true) { LyingBroker.fetched($1, $0 + 1) },
        Lie(name: "answers for another partition", isForgiven: true) { LyingBroker.fetched($1, partition: 5, $0) },
        Lie(name: "leads no more", isForgiven: true) { id, _ in
            LyingBroker.fetched([], error: .notLeaderOrFollower, id)
        },
        Lie(name: "has another epoch", isForgiven: true) { id, _ in
            LyingBroker.fetched([], error: .fencedLeaderEpoch, id)
        },
        Lie(name: "cuts the batch short", isForgiven: true) { LyingBroker.fetched(Array($1.dropLast(5)), $0) },
        Lie(name: "gives a negative frame", isForgiven: false) { _, _ in [0xff, 0xff, 0xff, 0xff] },
        Lie(name: "gives a frame of 2 GiB", isForgiven: false) { _, _ in [0x7f, 0xff, 0xff, 0xff] },
        Lie(name: "gives an empty frame", isForgiven: false) { _, _ in [0, 0, 0, 0] },
        Lie(name: "gives half a frame as a whole", isForgiven: false) { id, batch in
            guard let whole = LyingBroker.fetched(batch, id) else { return nil }
            let half = Array(whole[4..<whole.count / 2])
            return withUnsafeBytes(of: Int32(half.count).bigEndian, Array.init) + half
        },
        Lie(name: "says that a batch is shorter than a header", isForgiven: false, change: changed(8, [0, 0, 0, 1])),
        Lie(name: "says that a batch has a negative length", isForgiven: false, change: changed(8, [0xff, 0, 0, 1])),
        Lie(name: "has a batch of another format", isForgiven: false, change: changed(16, [1])),
        Lie(name: "has a wrong checksum", isForgiven: false, change: changed(17, [1, 2, 3, 4])),
        Lie(name: "has more records than offsets", isForgiven: false, change: changed(57, [0, 0, 1, 0])),
        Lie(name: "has another codec than it says", isForgiven: false, change: changed(22, [4])),
        Lie(name: "has a codec that nobody knows", isForgiven: false, change: changed(22, [7])),
        Lie(name: "has offsets that lead nowhere", isForgiven: false) { id, batch in
            LyingBroker.fetched(batch + batch, id)
        },
        Lie(name: "refuses with an unknown error", isForgiven: false) { id, _ in
            LyingBroker.fetched([], error: .unknownServerError, id)
        },
    ]

    @Test("is told of it, or asks again", arguments: lies) func lie(_ lie: Lie) throws {
        let batch = try HostileBrokerTests.batch()
        let broker = LyingBroker([
            { lie.change($0, batch) },
            { LyingBroker.fetched(batch, $0) },
        ])
        defer { broker.stop() }
        if lie.isForgiven {
            #expect(try read(broker) == Array(0..<10))
        } else {
            let error = #expect(throws: BrokerError.self) { try read(broker) }
            #expect(error?.code == .failed, "\(String(describing: error))")
        }
    }

    @Test("never traps on a changed byte, and never shows a record that is not there", arguments: Codec.allCases)
    func everyByte(_ codec: Codec) throws {
        let batch = try HostileBrokerTests.batch(codec)
        let pool = BufferPool(usual: 4096, most: 1)
        for place in batch.indices {
            for change: UInt8 in [0x01, 0x80, 0xff] {
                var bytes = batch
                bytes[place] ^= change
                let buffer = pool.take()
                bytes.withUnsafeBytes { buffer.rest(until: $0.count).copyMemory(from: $0) }
                buffer.advance(by: bytes.count)
                var next: Offset = 0
                var cutShort = 0
                var shown = 0
                let isSound = (try? shows(Answer(buffer, pool), bytes.count, &next, &cutShort, &shown)) ?? false
                // Offset, leader epoch and what the length cuts short are all that a checksum leaves out.
                if isSound, shown > 0 { #expect(place < 16, "byte \(place)") }
            }
        }
    }

    private func shows(
        _ answer: Answer, _ count: Int, _ next: inout Offset, _ cutShort: inout Int, _ shown: inout Int
    ) throws -> Bool {
        var batches = try FetchedBatches(answer, 0..<count, aborted: nil, next: &next, cutShort: &cutShort)
        let unpacker = Unpacker()
        while let (header, isVisible) = try batches.next() {
            let bytes = batches.bytes(of: header)
            try header.verify(bytes)
            var cursor = try header.records(in: bytes, unpacker)
            while isVisible, try cursor.next() != nil { shown += 1 }
            batches.drop(header)
        }
        return true
    }
}
