// The events of the block log: which blocks there are, which batch took them, which batches are done.
internal import World
internal import WriteAheadLog

/// An event, and its bytes in the event log (little endian; the frame's kind tells them apart).
///
///     addition    1   segment UInt64 | offset Int64 | length Int64 | sequence UInt64 | record count UInt32
///     allocation  2   batch Int64 | count UInt32 | block sequence UInt64 ...
///     cleanup     3   batch Int64: this one and all before it are complete
enum BlockEvent: Equatable {
    case addition(position: LogPosition, recordCount: Int)
    case allocation(batch: Int64, blocks: [UInt64])
    case cleanup(through: Int64)

    var kind: UInt8 {
        switch self {
        case .addition: 1
        case .allocation: 2
        case .cleanup: 3
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        switch self {
        case .addition(let position, let recordCount):
            put(position.segment)
            put(position.offset)
            put(position.length)
            put(position.sequence)
            put(UInt32(recordCount))
        case .allocation(let batch, let blocks):
            put(batch)
            put(UInt32(blocks.count))
            for block in blocks { put(block) }
        case .cleanup(let batch):
            put(batch)
        }
        return bytes
    }

    /// Reads an event; nil when the bytes are not one.
    init?(kind: UInt8, bytes: UnsafeRawBufferPointer) {
        var at = 0
        func take<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
            guard bytes.count - at >= MemoryLayout<Value>.size else { return nil }
            defer { at += MemoryLayout<Value>.size }
            return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Value.self))
        }
        switch kind {
        case 1:
            guard let segment = take(UInt64.self), let offset = take(Int64.self), let length = take(Int64.self),
                let sequence = take(UInt64.self), let count = take(UInt32.self)
            else { return nil }
            guard StoredNumbers.isPossible(offset), length >= 0, length <= Int64(UInt32.max),
                StoredNumbers.isPossible(sequence)
            else { return nil }
            let position = LogPosition(segment: segment, offset: offset, length: length, sequence: sequence)
            self = .addition(position: position, recordCount: Int(count))
        case 2:
            guard let batch = take(Int64.self), StoredNumbers.isPossible(batch), let count = take(UInt32.self),
                bytes.count - at == Int(count) * 8
            else { return nil }
            self = .allocation(batch: batch, blocks: (0..<count).compactMap { _ in take(UInt64.self) })
        case 3:
            guard let batch = take(Int64.self), StoredNumbers.isPossible(batch) else { return nil }
            self = .cleanup(through: batch)
        default: return nil
        }
        guard at == bytes.count else { return nil }
    }
}
