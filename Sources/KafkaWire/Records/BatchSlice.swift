// Some of a batch's records as a batch of their own.
internal import Compression

extension RecordCursor {
    /// The bytes of the records from where this one stands up to where `end` does, which goes through the same batch.
    package func bytes(upTo end: RecordCursor) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: reader.bytes[reader.position..<end.reader.position])
    }
}

extension BatchHeader {
    /// A batch of `count` records of this one, whose bytes lie one behind the other: with the offsets and times that they
    /// have here, and compressed as they were.
    package func slice(_ records: UnsafeRawBufferPointer, count: Int) -> [UInt8] {
        var header = self
        header.recordCount = Int32(clamping: count)
        var batch = [UInt8](repeating: 0, count: BatchHeader.length)
        if let codec = attributes.codec, codec != .none {
            batch += codec.compress(records)
        } else {
            batch += records
        }
        header.byteCount = batch.count
        batch.withUnsafeMutableBytes { header.write(to: $0) }
        return batch
    }
}
