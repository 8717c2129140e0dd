// The codecs that batches of records are compressed with, under the numbers that they have there.

/// A way to compress the records of a batch.
package enum Codec: UInt8, CaseIterable, Sendable {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

    /// The bytes compressed: what ``Unpacker`` gives back, in the form that Java's clients read as well.
    package func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        switch self {
        case .none: Array(bytes)
        case .gzip: Gzip.compress(bytes)
        case .snappy: Snappy.compress(bytes)
        case .lz4: Lz4.compress(bytes)
        case .zstd: Zstandard.compress(bytes, level: 3)
        }
    }
}

/// Decompresses what comes from outside, one after the other, into memory that is used again.
package final class Unpacker {
    private let output = Output()

    package init() {}

    /// The bytes that `packed` was made of, valid until the next call and as long as the unpacker lives; nil when it is
    /// damaged, or more than `limit` bytes are in it.
    package func unpack(_ packed: UnsafeRawBufferPointer, _ codec: Codec, limit: Int) -> UnsafeRawBufferPointer? {
        guard codec != .none else { return packed.count <= limit ? packed : nil }
        output.begin(expecting: packed.count, limit: limit)
        let isSound =
            switch codec {
            case .none: true
            case .gzip: Gzip.decompress(packed, into: output)
            case .snappy: Snappy.decompress(packed, into: output)
            case .lz4: Lz4.decompress(packed, into: output)
            case .zstd: Zstandard.decompress(packed, into: output)
            }
        return isSound ? output.filled : nil
    }
}
