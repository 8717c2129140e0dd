// Goes through the records of a batch where they lie: nothing is copied, nothing is allocated for a record.
package import Compression

/// A record where it lies. Its bytes are valid as long as those of the batch.
@frozen package struct RecordView {
    package var offset: Int64
    /// Milliseconds since 1970.
    package var timestamp: Int64
    /// nil: none.
    package var key: UnsafeRawBufferPointer?
    /// nil: a tombstone.
    package var value: UnsafeRawBufferPointer?
    package var headers: HeaderCursor

    @inlinable
    init(
        offset: Int64, timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: HeaderCursor
    ) {
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// Reads what records are made of.
@frozen @usableFromInline struct VarintReader {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    @usableFromInline var position = 0
    @usableFromInline var end: Int

    @inlinable
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        end = bytes.count
    }

    /// A number whose sign is in its lowest bit, seven bits to a byte, the lowest first.
    ///
    /// Nearly all of a record's numbers take up to three bytes, and a call for each would cost more than reading them.
    @inlinable @inline(__always)
    mutating func varint() throws(WireError) -> Int64 {
        let left = end - position
        if left > 0 {
            let first = UInt64(bytes[position])
            if first < 0x80 {
                position &+= 1
                return VarintReader.signed(first)
            }
            if left > 2 {
                let second = UInt64(bytes[position &+ 1])
                if second < 0x80 {
                    position &+= 2
                    return VarintReader.signed(first & 0x7f | second &<< 7)
                }
                let third = UInt64(bytes[position &+ 2])
                if third < 0x80 {
                    position &+= 3
                    return VarintReader.signed(first & 0x7f | (second & 0x7f) &<< 7 | third &<< 14)
                }
            }
        }
        return try longVarint()
    }

    @inlinable @inline(__always)
    static func signed(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value &>> 1) ^ (0 &- Int64(bitPattern: value & 1))
    }

    /// As ``varint()``, for any number of bytes.
    @inlinable @inline(never)
    mutating func longVarint() throws(WireError) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return VarintReader.signed(value) }
            shift += 7
            guard shift < 64 else { throw WireError(.number, "record", at: position) }
        }
        throw WireError(.truncated, "record", at: position)
    }

    /// Bytes behind their length; nil where that is -1.
    @inlinable @inline(__always)
    mutating func bytesOrNull() throws(WireError) -> UnsafeRawBufferPointer? {
        let count = try varint()
        if count == -1 { return nil }
        guard count >= 0, count <= Int64(end - position) else { throw WireError(.length, "record", at: position) }
        let start = position
        position += Int(count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }
}

/// Goes through the headers of a record.
@frozen package struct HeaderCursor {
    @usableFromInline var reader: VarintReader
    /// How many are left.
    package private(set) var count: Int

    @inlinable
    init(_ reader: VarintReader, count: Int) {
        self.reader = reader
        self.count = count
    }

    /// The next header; nil behind the last one.
    package mutating func next() throws(WireError) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?)? {
        guard count > 0 else { return nil }
        count -= 1
        guard let name = try reader.bytesOrNull() else {
            throw WireError(.null, "header", at: reader.position)
        }
        let value = try reader.bytesOrNull()
        guard count > 0 || reader.position == reader.end else {
            throw WireError(.trailing, "header", at: reader.position)
        }
        return (name, value)
    }
}

/// Goes through the records of one batch.
@frozen package struct RecordCursor {
    @usableFromInline var reader: VarintReader
    @usableFromInline let baseOffset: Int64
    @usableFromInline let lastOffsetDelta: Int64
    @usableFromInline let baseTimestamp: Int64
    /// The one time of all records, where the broker has set it.
    @usableFromInline let appendTime: Int64?
    @usableFromInline var count: Int32

    /// `records`: what is behind the batch's header, decompressed.
    package init(_ records: UnsafeRawBufferPointer, _ header: BatchHeader) {
        reader = VarintReader(records)
        baseOffset = header.baseOffset
        lastOffsetDelta = Int64(header.lastOffsetDelta)
        baseTimestamp = header.baseTimestamp
        appendTime = header.attributes.contains(.logAppendTime) ? header.maxTimestamp : nil
        count = header.recordCount
    }

    /// The next record; nil behind the last one. The records of a batch fill it.
    @inlinable
    package mutating func next() throws(WireError) -> RecordView? {
        guard count > 0 else {
            guard reader.position == reader.end else { throw WireError(.trailing, "batch", at: reader.position) }
            return nil
        }
        count -= 1
        let length = try reader.varint()
        guard length >= 0, length <= Int64(reader.end - reader.position), length > 0 else {
            throw WireError(.length, "record", at: reader.position)
        }
        let whole = reader.end
        reader.end = reader.position + Int(length)
        // A byte that no version has given a meaning.
        reader.position += 1
        let timestamp = baseTimestamp.addingReportingOverflow(try reader.varint())
        let offsetDelta = try reader.varint()
        guard !timestamp.overflow, offsetDelta >= 0, offsetDelta <= lastOffsetDelta else {
            throw WireError(.number, "record", at: reader.position)
        }
        let key = try reader.bytesOrNull()
        let value = try reader.bytesOrNull()
        let headerCount = try reader.varint()
        // A header takes two bytes at least.
        guard headerCount >= 0, headerCount <= Int64(reader.end - reader.position) / 2 else {
            throw WireError(.length, "header", at: reader.position)
        }
        guard headerCount > 0 || reader.position == reader.end else {
            throw WireError(.trailing, "record", at: reader.position)
        }
        let headers = HeaderCursor(reader, count: Int(headerCount))
        reader.position = reader.end
        reader.end = whole
        return RecordView(
            offset: baseOffset + offsetDelta, timestamp: appendTime ?? timestamp.partialValue, key: key, value: value,
            headers: headers)
    }
}

extension BatchHeader {
    /// What is decompressed at most, unless more is allowed.
    package static let defaultUnpackLimit = 128 << 20

    /// The records of a batch. Where they are compressed, they are valid until `unpacker` is used again.
    package func records(
        in batch: UnsafeRawBufferPointer, _ unpacker: Unpacker, limit: Int = defaultUnpackLimit
    ) throws(WireError) -> RecordCursor {
        let packed = UnsafeRawBufferPointer(rebasing: batch[Self.length...])
        guard let codec = attributes.codec else { throw WireError(.compression, "Attributes", at: 21) }
        if codec == .none { return RecordCursor(packed, self) }
        guard let records = unpacker.unpack(packed, codec, limit: limit) else {
            throw WireError(.compression, "Records", at: Self.length)
        }
        return RecordCursor(records, self)
    }
}
