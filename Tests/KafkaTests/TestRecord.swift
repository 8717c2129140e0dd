// Records that can be told apart, and how they are read out of a block.
import World

/// A record that says which one it is.
struct TestRecord: Equatable {
    var offset: Offset
    var key: [UInt8]?
    var value: [UInt8]?

    /// Writes a value that begins with its number.
    static func write(_ index: Int, to buffer: UnsafeMutableRawBufferPointer) {
        if buffer.count >= 8 { buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self) }
    }

    /// The number a value begins with.
    static func number(_ value: UnsafeRawBufferPointer?) -> Int {
        guard let value, value.count >= 8 else { return -1 }
        return Int(UInt64(littleEndian: value.loadUnaligned(as: UInt64.self)))
    }
}

extension Block {
    /// The offsets of all records, in order.
    var offsets: [Offset] {
        var offsets: [Offset] = []
        forEachRecord { _, offset, _, _ in offsets.append(offset) }
        return offsets
    }

    /// The numbers of all records, in order.
    var numbers: [Int] {
        var numbers: [Int] = []
        forEachRecord { _, _, _, value in numbers.append(TestRecord.number(value)) }
        return numbers
    }

    /// All records with their bytes, in order.
    var records: [TestRecord] {
        var records: [TestRecord] = []
        forEachRecord { _, offset, key, value in
            records.append(TestRecord(offset: offset, key: key.map { [UInt8]($0) }, value: value.map { [UInt8]($0) }))
        }
        return records
    }
}
