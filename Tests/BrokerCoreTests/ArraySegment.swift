// Segments as plain arrays, and batches to put into them.
import BrokerCore
import Compression
import KafkaWire

struct ArraySegment: LogSegment {
    private let capacity: Int
    private var bytes: [UInt8] = []

    init(byteCapacity: Int, baseOffset: Int64, in home: Void) { capacity = byteCapacity }

    func successor(byteCapacity: Int, through last: ArraySegment) -> ArraySegment {
        ArraySegment(byteCapacity: byteCapacity, baseOffset: 0, in: ())
    }

    var byteCount: Int { bytes.count }

    mutating func append(_ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) -> Bool {
        guard bytes.count + batch.count <= capacity else { return false }
        let start = bytes.count
        bytes += batch
        bytes.withUnsafeMutableBytes {
            BatchHeader.place(
                UnsafeMutableRawBufferPointer(rebasing: $0[start...]), baseOffset: baseOffset, leaderEpoch: leaderEpoch)
        }
        return true
    }

    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

typealias Log = PartitionLog<ArraySegment>

/// A batch of records of these times, each with a value of `size` bytes.
func batch(
    times: [Int64] = [0], size: Int = 10, _ codec: Codec = .none, producer: BatchBuilder.Producer? = nil,
    isTransactional: Bool = false, isControl: Bool = false, lastOffset: Int64? = nil
) throws -> [UInt8] {
    var builder = BatchBuilder(
        codec, producer: producer, isTransactional: isTransactional, isControl: isControl)
    for (offset, time) in times.enumerated() {
        try builder.append(
            offset: Int64(offset), timestamp: time, key: [UInt8]?.none, value: [UInt8](repeating: 7, count: size))
    }
    return try builder.finished(lastOffset: lastOffset)
}

extension PartitionLog<ArraySegment> {
    /// As a topic does that limits no batch.
    func append(_ bytes: [UInt8]) -> AppendOutcome {
        var rules = TopicRules.standard
        precondition(rules.set("max.message.bytes", "\(Int32.max)"))
        return bytes.withUnsafeBytes { append($0, rules: rules) }
    }

    /// The headers of what is read.
    func headers(from offset: Int64, maxBytes: Int = .max, atLeastOne: Bool = true) throws -> [BatchHeader]? {
        guard let read = read(from: offset, maxBytes: maxBytes, atLeastOne: atLeastOne) else { return nil }
        return try BrokerCoreTests.headers(of: read)
    }
}

func headers(of read: Log.Read) throws -> [BatchHeader] {
    var headers: [BatchHeader] = []
    for slice in read.slices {
        try slice.segment.withBytes(slice.range) { bytes in
            var cursor = BatchCursor(bytes, mayBeCutShort: false)
            while let (header, batch) = try cursor.next() {
                try header.verify(batch)
                headers.append(header)
            }
        }
    }
    return headers
}
