// Makes batches of records, the markers that end transactions among them.
package import Compression

/// Puts records together to a batch.
package struct BatchBuilder {
    /// Who produced a batch, and as the how manieth records.
    package struct Producer: Equatable, Sendable {
        package var id: Int64
        package var epoch: Int16
        package var baseSequence: Int32

        package init(id: Int64, epoch: Int16, baseSequence: Int32) {
            self.id = id
            self.epoch = epoch
            self.baseSequence = baseSequence
        }
    }

    private var header = BatchHeader()
    private let codec: Codec
    /// Room for the header, and the records as they are before compression.
    private var bytes = [UInt8](repeating: 0, count: BatchHeader.length)

    package init(
        baseOffset: Int64 = 0, _ codec: Codec = .none, producer: Producer? = nil, isTransactional: Bool = false,
        isControl: Bool = false, leaderEpoch: Int32 = -1
    ) {
        self.codec = codec
        header.baseOffset = baseOffset
        header.leaderEpoch = leaderEpoch
        header.attributes = BatchHeader.Attributes(codec)
        if isTransactional { header.attributes.insert(.transactional) }
        if isControl { header.attributes.insert(.control) }
        if let producer {
            (header.producerId, header.producerEpoch) = (producer.id, producer.epoch)
            header.baseSequence = producer.baseSequence
        }
    }

    /// How many records there are.
    package var count: Int { Int(header.recordCount) }
    /// The bytes that a batch without compression would have.
    package var byteCount: Int { bytes.count }

    /// Adds a record, whose offset is beyond those of the others.
    package mutating func append<Content: Collection<UInt8>>(
        offset: Int64, timestamp: Int64, key: Content?, value: Content?,
        headers: [(name: String, value: [UInt8]?)] = []
    ) throws(WireError) {
        if header.recordCount == 0 { (header.baseTimestamp, header.maxTimestamp) = (timestamp, timestamp) }
        let delta = offset.subtractingReportingOverflow(header.baseOffset)
        let time = timestamp.subtractingReportingOverflow(header.baseTimestamp)
        guard !delta.overflow, !time.overflow, let lastOffsetDelta = Int32(exactly: delta.partialValue),
            lastOffsetDelta >= 0, header.recordCount == 0 || lastOffsetDelta > header.lastOffsetDelta
        else { throw WireError(.number, "record", at: bytes.count) }
        var length = 1 + Self.size(time.partialValue) + Self.size(delta.partialValue) + Self.size(Int64(headers.count))
        length += Self.size(key) + Self.size(value)
        for header in headers { length += Self.size(header.name.utf8) + Self.size(header.value) }
        guard bytes.count + length < Int(Int32.max) - 16 else {
            throw WireError(.tooLong, "record", at: bytes.count)
        }
        Self.varint(Int64(length), to: &bytes)
        bytes.append(0)
        Self.varint(time.partialValue, to: &bytes)
        Self.varint(delta.partialValue, to: &bytes)
        Self.put(key, to: &bytes)
        Self.put(value, to: &bytes)
        Self.varint(Int64(headers.count), to: &bytes)
        for header in headers {
            Self.put(header.name.utf8, to: &bytes)
            Self.put(header.value, to: &bytes)
        }
        header.lastOffsetDelta = lastOffsetDelta
        header.maxTimestamp = max(header.maxTimestamp, timestamp)
        header.recordCount += 1
    }

    /// The batch. `lastOffset` is beyond the last record's where compaction has taken later ones away.
    package func finished(lastOffset: Int64? = nil) throws(WireError) -> [UInt8] {
        var header = header
        if let lastOffset {
            let delta = lastOffset.subtractingReportingOverflow(header.baseOffset)
            guard !delta.overflow, let exact = Int32(exactly: delta.partialValue), exact >= header.lastOffsetDelta
            else {
                throw WireError(.number, "LastOffsetDelta", at: 23)
            }
            header.lastOffsetDelta = exact
        }
        var batch = bytes
        if codec != .none {
            batch.removeLast(batch.count - BatchHeader.length)
            batch += bytes.withUnsafeBytes {
                codec.compress(UnsafeRawBufferPointer(rebasing: $0[BatchHeader.length...]))
            }
        }
        header.byteCount = batch.count
        batch.withUnsafeMutableBytes { header.write(to: $0) }
        return batch
    }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    private static func size(_ value: Int64) -> Int { (70 - (zigzag(value) | 1).leadingZeroBitCount) / 7 }

    private static func size(_ content: (some Collection<UInt8>)?) -> Int {
        content.map { size(Int64($0.count)) + $0.count } ?? size(-1)
    }

    private static func varint(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = zigzag(value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func put(_ content: (some Collection<UInt8>)?, to bytes: inout [UInt8]) {
        varint(content.map { Int64($0.count) } ?? -1, to: &bytes)
        guard let content else { return }
        // Byte by byte only where they do not lie together.
        if content.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
            bytes.append(contentsOf: content)
        }
    }
}

/// How a transaction ended, as the one record of a control batch says it.
package struct ControlMarker: Equatable, Sendable {
    package enum Kind: Int16, Sendable {
        case abort = 0
        case commit = 1
    }

    package var kind: Kind
    package var coordinatorEpoch: Int32

    package init(_ kind: Kind, coordinatorEpoch: Int32) {
        self.kind = kind
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// Reads a marker; nil for kinds that are none of a transaction's.
    package init?(_ record: RecordView) throws(WireError) {
        var key = WireReader(record.key ?? UnsafeRawBufferPointer(start: nil, count: 0))
        _ = try key.integer() as Int16
        guard let kind = Kind(rawValue: try key.integer()) else { return nil }
        var value = WireReader(record.value ?? UnsafeRawBufferPointer(start: nil, count: 0))
        _ = try value.integer() as Int16
        self.init(kind, coordinatorEpoch: try value.integer())
    }

    /// Reads the marker of a control batch; nil where it has none.
    package init?(batch: UnsafeRawBufferPointer) throws(WireError) {
        let header = try BatchHeader(batch)
        guard header.attributes.codec == Codec.none else { return nil }
        var records = RecordCursor(UnsafeRawBufferPointer(rebasing: batch[BatchHeader.length...]), header)
        guard let record = try records.next() else { return nil }
        try self.init(record)
    }

    /// The batch that ends the transaction of `producer` in a partition.
    package func batch(
        offset: Int64, timestamp: Int64, producerId: Int64, producerEpoch: Int16, leaderEpoch: Int32 = -1
    ) throws(WireError) -> [UInt8] {
        var (key, value) = (WireWriter(), WireWriter())
        key.integer(0 as Int16)
        key.integer(kind.rawValue)
        value.integer(0 as Int16)
        value.integer(coordinatorEpoch)
        var builder = BatchBuilder(
            baseOffset: offset, producer: .init(id: producerId, epoch: producerEpoch, baseSequence: -1),
            isTransactional: true, isControl: true, leaderEpoch: leaderEpoch)
        try builder.append(offset: offset, timestamp: timestamp, key: key.bytes, value: value.bytes)
        return try builder.finished()
    }
}
