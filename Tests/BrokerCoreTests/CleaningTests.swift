// What logs lose: by age and size, to newer records of the same key, and to a new leader that lacks their end.
import Compression
import KafkaWire
import Testing

@testable import BrokerCore

@Suite("Cleaning") struct CleaningTests {
    private let unpacker = Unpacker()

    private func rules(_ settings: [String: String]) -> TopicRules {
        var rules = TopicRules()
        for (name, value) in settings where !rules.set(name, value) { Issue.record("\(name)=\(value)") }
        return rules
    }

    /// A log of batches of one record each, a segment for every two.
    private func log(times: [Int64]) throws -> Log {
        let log = Log()
        let sent = try batch(times: [0]).count
        for time in times {
            let rules = rules(["segment.bytes": "\(2 * sent)"])
            _ = try batch(times: [time]).withUnsafeBytes { log.append($0, rules: rules) }
        }
        return log
    }

    @Test("gives up old segments, and those of which there is too much")
    func retention() throws {
        let size = try batch(times: [0]).count
        let cases: [(settings: [String: String], time: Int64, start: Int64)] = [
            ([:], 1000, 0), (["retention.ms": "100"], 140, 0), (["retention.ms": "100"], 141, 2),
            (["retention.ms": "100"], 161, 4), (["retention.ms": "100"], 171, 5), (["retention.ms": "-1"], 9999, 0),
            (["retention.bytes": "\(5 * size)"], 0, 0), (["retention.bytes": "\(3 * size)"], 0, 2),
            (["retention.bytes": "0"], 0, 4), (["retention.bytes": "0", "cleanup.policy": "compact"], 0, 0),
        ]
        for (settings, time, start) in cases {
            let log = try log(times: [10, 40, 20, 60, 70])
            #expect(log.retain(rules(settings), at: time) == (start > 0), "\(settings) at \(time)")
            #expect(log.startOffset == start, "\(settings) at \(time)")
            #expect(log.endOffset == 5, "\(settings) at \(time)")
            #expect(try log.headers(from: start)?.first?.baseOffset == (start < 5 ? start : nil))
        }
    }

    // MARK: Compaction

    /// A batch of records by key, with their values; nil for a tombstone.
    private func keyed(
        _ records: [(key: String, value: String?)], producer: BatchBuilder.Producer? = nil, _ codec: Codec = .none
    ) throws -> [UInt8] {
        var builder = BatchBuilder(codec, producer: producer, isTransactional: producer != nil)
        for (index, record) in records.enumerated() {
            try builder.append(
                offset: Int64(index), timestamp: Int64(index), key: Array(record.key.utf8),
                value: record.value.map { Array($0.utf8) }, headers: [("h", [1])])
        }
        return try builder.finished()
    }

    private func send(_ bytes: [UInt8], to log: Log) {
        let outcome = bytes.withUnsafeBytes { log.append($0, mayBegin: { _, _ in .none }) }
        guard case .appended = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    /// All records of a log, as "offset key=value".
    private func contents(_ log: Log) throws -> [String] {
        var found: [String] = []
        guard let read = log.read(from: log.startOffset, maxBytes: .max, atLeastOne: true) else { return [] }
        for slice in read.slices {
            try slice.segment.withBytes(slice.range) { bytes in
                var batches = BatchCursor(bytes, mayBeCutShort: false)
                while let (header, batch) = try batches.next() {
                    try header.verify(batch)
                    if header.isControl { continue }
                    var records = try header.records(in: batch, unpacker)
                    while let record = try records.next() {
                        let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? "-"
                        let value = record.value.map { String(decoding: $0, as: UTF8.self) } ?? "-"
                        found.append("\(record.offset) \(key)=\(value)")
                        #expect(record.headers.count == 1)
                    }
                }
            }
        }
        return found
    }

    @Test("keeps the newest record of each key at its offset, and the newest batch", arguments: [Codec.none, .zstd])
    func newest(codec: Codec) throws {
        let log = Log()
        send(try keyed([("a", "1"), ("b", "1"), ("a", "2")], codec), to: log)
        send(try keyed([("c", "1"), ("b", "2")], codec), to: log)
        send(try keyed([("c", "2")], codec), to: log)
        send(try keyed([("a", "3"), ("a", "4")], codec), to: log)
        let compacted = rules(["cleanup.policy": "compact"])
        #expect(try !log.compact(TopicRules(), at: 0, unpacker))
        #expect(try log.compact(compacted, at: 0, unpacker))
        #expect(try contents(log) == ["2 a=2", "4 b=2", "5 c=2", "6 a=3", "7 a=4"])
        #expect(try log.headers(from: 0)?.map(\.lastOffset) == [2, 4, 5, 7])
        #expect(try !log.compact(compacted, at: 0, unpacker))
        // Who asks for an offset that is gone gets the next one.
        #expect(try log.headers(from: 3)?.first?.baseOffset == 3)
        send(try keyed([("z", "1")], codec), to: log)
        #expect(log.endOffset == 9)
        #expect(try log.compact(compacted, at: 0, unpacker))
        #expect(try contents(log) == ["4 b=2", "5 c=2", "7 a=4", "8 z=1"])
        #expect(try log.headers(from: 0)?.first?.baseOffset == 3)
    }

    @Test("keeps a tombstone until readers have had the time to see it")
    func tombstones() throws {
        let log = Log()
        for value in ["1", nil, "x"] { send(try keyed([(value == "x" ? "b" : "a", value)]), to: log) }
        let compacted = rules(["cleanup.policy": "compact", "delete.retention.ms": "100"])
        #expect(try log.compact(compacted, at: 50, unpacker))
        #expect(try contents(log) == ["1 a=-", "2 b=x"])
        #expect(try !log.compact(compacted, at: 149, unpacker))
        #expect(try log.compact(compacted, at: 150, unpacker))
        #expect(try contents(log) == ["2 b=x"])
    }

    @Test("keeps a tombstone for ever where it says so, and makes one segment of small neighbours")
    func neighbours() throws {
        let log = Log()
        for number in 0..<40 {
            let bytes = try keyed([number == 2 ? ("z", nil) : ("\(number % 2)", "x")])
            let rules = rules(["segment.bytes": "\(3 * bytes.count)"])
            _ = bytes.withUnsafeBytes { log.append($0, rules: rules) }
        }
        let compacted = rules(["cleanup.policy": "compact", "delete.retention.ms": "\(Int64.max)"])
        #expect(log.pieces.count == 14)
        #expect(try log.compact(compacted, at: 50, unpacker))
        #expect(try contents(log) == ["2 z=-", "37 1=x", "38 0=x", "39 1=x"])
        #expect(log.pieces.count == 1)
        #expect(log.startOffset == 0)
    }

    @Test("is due by the share that is new, by age, and when the time of a tombstone is over")
    func dirt() throws {
        let log = Log()
        let base = ["cleanup.policy": "compact", "delete.retention.ms": "100"]
        let standard = rules(base)
        #expect(!log.isDirty(standard, at: 0))
        for number in 0..<5 { send(try keyed([("a\(number)", number == 0 ? nil : "x")]), to: log) }
        #expect(log.isDirty(standard, at: 0) && !log.isDirty(TopicRules(), at: 0))
        try log.compact(standard, at: 0, unpacker)
        #expect(!log.isDirty(standard, at: 99))
        // Of eight that may be looked at, four were seen, which are the larger ones.
        for _ in 0..<4 { send(try keyed([("b", "x")]), to: log) }
        #expect(!log.isDirty(standard, at: 99))
        for (name, value) in [("max.compaction.lag.ms", "50"), ("min.cleanable.dirty.ratio", "0.4")] {
            #expect(log.isDirty(rules(base.merging([name: value]) { $1 }), at: 99), "\(name)")
        }
        send(try keyed([("b", "x")]), to: log)
        #expect(log.isDirty(standard, at: 99))
        try log.compact(standard, at: 99, unpacker)
        #expect(!log.isDirty(standard, at: 99))
        #expect(log.isDirty(standard, at: 100))
    }

    @Test("touches nothing that an open transaction holds back, and removes what was aborted")
    func transactions() throws {
        let log = Log()
        func producer(_ id: Int64, _ sequence: Int32 = 0) -> BatchBuilder.Producer {
            .init(id: id, epoch: 0, baseSequence: sequence)
        }
        send(try keyed([("a", "1")]), to: log)
        send(try keyed([("a", "aborted")], producer: producer(1)), to: log)
        log.appendMarker(ControlMarker(.abort, coordinatorEpoch: 0), producerId: 1, producerEpoch: 0, timestamp: 0)
        send(try keyed([("b", "1"), ("b", "2")], producer: producer(1, 1)), to: log)
        log.appendMarker(ControlMarker(.commit, coordinatorEpoch: 0), producerId: 1, producerEpoch: 0, timestamp: 0)
        send(try keyed([("a", "open")], producer: producer(2)), to: log)
        send(try keyed([("a", "2")]), to: log)
        send(try keyed([("a", "3")]), to: log)
        let compacted = rules(["cleanup.policy": "compact"])
        #expect(try log.compact(compacted, at: 0, unpacker))
        #expect(try contents(log) == ["0 a=1", "4 b=2", "6 a=open", "7 a=2", "8 a=3"])
        log.appendMarker(ControlMarker(.commit, coordinatorEpoch: 0), producerId: 2, producerEpoch: 0, timestamp: 0)
        #expect(try log.compact(compacted, at: 0, unpacker))
        #expect(try contents(log) == ["4 b=2", "8 a=3"])
        #expect(try log.headers(from: 0)?.filter(\.isControl).map(\.baseOffset) == [2, 5, 9])
    }

    @Test("tells records without a key")
    func keys() throws {
        for (bytes, haveKeys) in [(try keyed([("a", "1")]), true), (try batch(), false), ([1, 2], false)] {
            #expect(bytes.withUnsafeBytes { Log.haveKeys($0, unpacker) } == haveKeys)
        }
    }

    // MARK: Elections

    @Test("loses as many offsets as a new leader lacks, also in the middle of a batch", arguments: 0...9)
    func elections(lost: Int64) throws {
        let log = Log()
        for times: [Int64] in [[1, 2, 3], [4], [5, 6, 7, 8]] { _ = log.append(try batch(times: times)) }
        log.elect(losing: lost, unpacker)
        let end = max(0, 8 - lost)
        #expect(log.endOffset == end)
        #expect(log.leaderEpoch == 1)
        #expect(log.state.end(ofEpoch: 0)?.endOffset == end)
        let batches = try #require(try log.headers(from: 0))
        #expect(batches.map(\.recordCount).reduce(0, +) == Int32(end))
        #expect(batches.last.map { $0.lastOffset + 1 } ?? 0 == end)
        #expect(log.append(try batch(times: [9])) == .appended(baseOffset: end))
        #expect(try log.headers(from: end)?.map(\.leaderEpoch) == [1])
        let read = try #require(try log.headers(from: 0))
        #expect(read.count == batches.count + 1)
        #expect(try log.record(from: 9, unpacker)?.offset == end)
    }

    @Test("lets producers go on where the log ends now")
    func producers() throws {
        let log = Log()
        func sent(_ sequence: Int32, epoch: Int16 = 0) throws -> [UInt8] {
            try batch(times: [0], producer: .init(id: 1, epoch: epoch, baseSequence: sequence))
        }
        for sequence: Int32 in 0..<4 { _ = log.append(try sent(sequence)) }
        log.elect(losing: 2, unpacker)
        #expect(log.append(try sent(1)) == .duplicate(baseOffset: 1))
        #expect(log.append(try sent(3)) == .refused(.outOfOrderSequenceNumber))
        #expect(log.append(try sent(2)) == .appended(baseOffset: 2))
        log.elect(losing: 99, unpacker)
        #expect(log.append(try sent(7)) == .appended(baseOffset: 0))
    }

    // MARK: What rules refuse or change

    @Test("of a topic says how large a batch may be, and whose time its records have")
    func rulesOfAppending() throws {
        let log = Log()
        let sent = try batch(times: [5, 6])
        let small = rules(["max.message.bytes": "\(sent.count - 1)"])
        #expect(sent.withUnsafeBytes { log.append($0, rules: small) } == .refused(.messageTooLarge))
        let stamped = rules(["message.timestamp.type": "LogAppendTime"])
        #expect(sent.withUnsafeBytes { log.append($0, rules: stamped, time: 99) } == .appended(baseOffset: 0))
        let header = try #require(try log.headers(from: 0)?.first)
        #expect(header.maxTimestamp == 99 && header.attributes.contains(.logAppendTime))
        #expect(try log.record(from: 50, unpacker) == RecordPlace(offset: 0, timestamp: 99))
    }
}
