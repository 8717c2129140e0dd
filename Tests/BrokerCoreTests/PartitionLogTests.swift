// What a partition's log takes, gives back, finds and forgets.
import BrokerCore
import Compression
import KafkaWire
import Testing

@Suite("A partition's log") struct PartitionLogTests {
    @Test("gives each batch the next offsets and leaves its bytes as they came", arguments: Codec.allCases)
    func places(codec: Codec) throws {
        let log = Log(leaderEpoch: 3)
        let sent = try batch(times: [5, 6, 7], codec)
        #expect(log.append(sent) == .appended(baseOffset: 0))
        #expect(log.append(sent + sent) == .appended(baseOffset: 3))
        #expect(log.endOffset == 9)
        #expect(log.highWatermark == 9)
        let headers = try #require(try log.headers(from: 0))
        #expect(headers.map(\.baseOffset) == [0, 3, 6])
        #expect(headers.allSatisfy { $0.leaderEpoch == 3 })
        // But for offset and epoch, which the checksum leaves out.
        let read = try #require(log.read(from: 6, maxBytes: .max, atLeastOne: true)?.slices.first)
        #expect(read.segment.withBytes(read.range) { Array($0[16...]) } == Array(sent[16...]))
    }

    @Test("refuses what is no whole and proper batch, and keeps nothing of it")
    func refuses() throws {
        let good = try batch()
        var broken = good
        broken[broken.count - 1] ^= 1
        var old = good
        old[16] = 1
        let counting = try batch(producer: .init(id: 1, epoch: 0, baseSequence: 0))
        let cases: [(name: String, bytes: [UInt8], code: ErrorCode)] = [
            ("nothing", [], .invalidRecord),
            ("half a batch", Array(good.dropLast()), .corruptMessage),
            ("noise", [UInt8](repeating: 2, count: 100), .corruptMessage),
            ("a wrong checksum", broken, .corruptMessage),
            ("a wrong one behind a good one", good + broken, .corruptMessage),
            ("an older format", old, .unsupportedForMessageFormat),
            ("a control batch", try batch(isControl: true), .invalidRecord),
            ("a transaction's of nobody", try batch(isTransactional: true), .invalidRecord),
            (
                "a transaction's that nobody knows",
                try batch(producer: .init(id: 1, epoch: 0, baseSequence: 0), isTransactional: true), .invalidTxnState
            ),
            ("one that counts behind one that does not", good + counting, .invalidRecord),
            ("a gap", try batch(lastOffset: 5), .invalidRecord),
            ("two of a counting producer", counting + counting, .invalidRecord),
        ]
        let log = Log()
        for (name, bytes, code) in cases {
            #expect(log.append(bytes) == .refused(code), "\(name)")
            #expect(log.endOffset == 0, "\(name)")
        }
    }

    @Test("reads whole batches from the one that holds the offset, within the limit")
    func reads() throws {
        let log = Log()
        let sent = try batch(times: [0, 0, 0, 0])
        for _ in 0..<5 { _ = log.append(sent) }
        let size = sent.count
        let cases: [(from: Int64, maxBytes: Int, atLeastOne: Bool, bases: [Int64]?)] = [
            (0, .max, true, [0, 4, 8, 12, 16]), (5, .max, false, [4, 8, 12, 16]), (19, .max, true, [16]),
            (0, 2 * size, false, [0, 4]), (0, 2 * size + 1, false, [0, 4]), (0, size - 1, false, []),
            (0, size - 1, true, [0]), (6, 0, true, [4]), (6, -1, false, []), (20, .max, true, []),
            (21, .max, true, nil), (-1, .max, true, nil),
        ]
        for (from, maxBytes, atLeastOne, bases) in cases {
            let found = try log.headers(from: from, maxBytes: maxBytes, atLeastOne: atLeastOne)?.map(\.baseOffset)
            #expect(found == bases, "\(from), \(maxBytes) B")
        }
    }

    @Test("reads on over the ends of segments, which none exceeds but for one large batch")
    func segments() throws {
        let log = Log()
        let sizes = [100, 20_000, 300_000, 9 << 20, 100] + Array(repeating: 3 << 20, count: 6)
        for size in sizes { _ = log.append(try batch(size: size)) }
        #expect(try log.headers(from: 0)?.map(\.baseOffset) == Array(0..<Int64(sizes.count)))
        let read = try #require(log.read(from: 0, maxBytes: .max, atLeastOne: true))
        #expect(read.slices.count > 3)
        for slice in read.slices {
            let isOneBatch = slice.segment.byteCount > 9 << 20 && slice.range.lowerBound == 0
            #expect(slice.segment.byteCount <= SegmentSize.largest || isOneBatch)
        }
        #expect(try log.headers(from: 2, maxBytes: 400_000)?.map(\.baseOffset) == [2])
    }

    @Test("finds the first record of a time or later", arguments: [Codec.none, .zstd])
    func times(codec: Codec) throws {
        let log = Log()
        for times: [Int64] in [[10, 30, 20], [15, 15], [40, 50, 45]] { _ = log.append(try batch(times: times, codec)) }
        let unpacker = Unpacker()
        let cases: [(time: Int64, offset: Int64?, found: Int64?)] = [
            (0, 0, 10), (10, 0, 10), (11, 1, 30), (30, 1, 30), (31, 5, 40), (41, 6, 50), (50, 6, 50), (51, nil, nil),
        ]
        for (time, offset, found) in cases {
            let place = try log.record(from: time, unpacker)
            #expect(place?.offset == offset, "\(time)")
            #expect(place?.timestamp == found, "\(time)")
        }
        #expect(try log.latestRecord(unpacker) == RecordPlace(offset: 6, timestamp: 50))
        #expect(log.deleteRecords(before: 7) == 7)
        #expect(try log.record(from: 0, unpacker) == RecordPlace(offset: 7, timestamp: 45))
        #expect(try Log().latestRecord(unpacker) == nil)
    }

    @Test("forgets what is before an offset, and goes on behind its end")
    func deletes() throws {
        let log = Log()
        for _ in 0..<3 { _ = log.append(try batch(times: [1, 2])) }
        let cases: [(before: Int64, low: Int64?)] = [(7, nil), (-2, nil), (3, 3), (1, 3), (-1, 6)]
        for (before, low) in cases { #expect(log.deleteRecords(before: before) == low, "\(before)") }
        #expect(try log.headers(from: 5) == nil)
        #expect(try log.headers(from: 6) == [])
        #expect(log.append(try batch()) == .appended(baseOffset: 6))
        #expect(try log.headers(from: 6)?.map(\.baseOffset) == [6])
    }

    @Test("takes each batch of a counting producer once and in order")
    func sequences() throws {
        /// Which batch, of two records each, and what becomes of it.
        let cases: [(id: Int64, epoch: Int16, sequence: Int32, outcome: AppendOutcome)] = [
            (1, 0, 0, .appended(baseOffset: 0)), (1, 0, 2, .appended(baseOffset: 2)),
            (1, 0, 2, .duplicate(baseOffset: 2)), (1, 0, 0, .duplicate(baseOffset: 0)),
            (1, 0, 6, .refused(.outOfOrderSequenceNumber)), (1, 0, 4, .appended(baseOffset: 4)),
            // Nothing is known of this one.
            (2, 0, 10, .appended(baseOffset: 6)),
            (1, 1, 6, .refused(.outOfOrderSequenceNumber)), (1, 1, 0, .appended(baseOffset: 8)),
            (1, 0, 6, .refused(.invalidProducerEpoch)),
            // Behind the largest number comes 0.
            (3, 0, .max - 1, .appended(baseOffset: 10)), (3, 0, 0, .appended(baseOffset: 12)),
        ]
        let log = Log()
        for (id, epoch, sequence, outcome) in cases {
            let sent = try batch(
                times: [0, 0], producer: .init(id: id, epoch: epoch, baseSequence: sequence))
            #expect(log.append(sent) == outcome, "producer \(id), epoch \(epoch), sequence \(sequence)")
        }
    }

    /// Appends one record in a transaction of producer `id`.
    private func send(
        _ id: Int64, epoch: Int16 = 0, _ sequence: Int32, isTransactional: Bool = true, mayBegin: ErrorCode = .none,
        to log: Log
    ) throws -> AppendOutcome {
        let sent = try batch(
            producer: .init(id: id, epoch: epoch, baseSequence: sequence), isTransactional: isTransactional)
        return sent.withUnsafeBytes { log.append($0, mayBegin: { _, _ in mayBegin }) }
    }

    @Test("takes a transaction's records from who may begin one, and nothing else of it until a marker ends it")
    func transactions() throws {
        let log = Log()
        #expect(try send(1, 0, mayBegin: .invalidTxnState, to: log) == .refused(.invalidTxnState))
        #expect(try send(1, 0, to: log) == .appended(baseOffset: 0))
        // It is open now, so nobody asks the coordinator.
        #expect(try send(1, 1, mayBegin: .invalidTxnState, to: log) == .appended(baseOffset: 1))
        #expect(try send(1, 1, to: log) == .duplicate(baseOffset: 1))
        #expect(try send(1, 2, isTransactional: false, to: log) == .refused(.invalidTxnState))
        #expect(try send(2, 0, isTransactional: false, to: log) == .appended(baseOffset: 2))
        #expect(log.state.lastStableOffset == 0)
        let commit = ControlMarker(.commit, coordinatorEpoch: 7)
        #expect(log.appendMarker(commit, producerId: 1, producerEpoch: 0, timestamp: 5) == 3)
        #expect(log.state.lastStableOffset == 4)
        // The producer goes on counting.
        #expect(try send(1, 2, to: log) == .appended(baseOffset: 4))
        // It is fenced by a marker of a later epoch, and begins again.
        log.appendMarker(ControlMarker(.abort, coordinatorEpoch: 7), producerId: 1, producerEpoch: 1, timestamp: 6)
        #expect(try send(1, 3, to: log) == .refused(.invalidProducerEpoch))
        #expect(try send(1, epoch: 1, 3, to: log) == .refused(.outOfOrderSequenceNumber))
        #expect(try send(1, epoch: 1, 0, to: log) == .appended(baseOffset: 6))
        #expect(log.state.aborted(in: 0..<7).map(\.firstOffset) == [4])
        let headers = try #require(try log.headers(from: 0))
        #expect(headers.map(\.isControl) == [false, false, false, true, false, true, false])
        #expect(headers[3].producerId == 1 && headers[3].isTransactional && headers[3].maxTimestamp == 5)
    }

    @Test("reads committed records up to where the oldest transaction begins")
    func committed() throws {
        let log = Log()
        _ = log.append(try batch(times: [1, 2]))
        _ = try send(1, 0, to: log)
        _ = log.append(try batch())
        let cases: [(from: Int64, isCommitted: Bool, bases: [Int64], end: Int64)] = [
            (0, false, [0, 2, 3], 4), (0, true, [0], 2), (1, true, [0], 2), (2, true, [], 2), (3, true, [], 3),
        ]
        for (from, isCommitted, bases, end) in cases {
            let read = try #require(
                log.read(from: from, maxBytes: .max, atLeastOne: true, isCommitted: isCommitted))
            #expect(read.endOffset == end, "\(from), \(isCommitted)")
            #expect(try headers(of: read).map(\.baseOffset) == bases, "\(from), \(isCommitted)")
        }
    }
}
