// What a codec packs comes out again, damage and excess are refused, and other programs' forms are read.
import Testing

@testable import Compression

@Suite struct CodecTests {
    static let payloads: [[UInt8]] = [
        [], [7], Array("hello, hello, hello".utf8), [UInt8](repeating: 0, count: 1_000_000),
        (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) },
    ]

    static func unpack(_ packed: [UInt8], _ codec: Codec, limit: Int = 1 << 24) -> [UInt8]? {
        let unpacker = Unpacker()
        return withExtendedLifetime(unpacker) {
            packed.withUnsafeBytes { unpacker.unpack($0, codec, limit: limit).map { Array($0) } }
        }
    }

    @Test(arguments: Codec.allCases)
    func whatIsPackedComesOut(codec: Codec) {
        for payload in Self.payloads {
            let packed = payload.withUnsafeBytes { codec.compress($0) }
            // Only whether they are equal, because a million bytes are nothing to print.
            let isSame = Self.unpack(packed, codec) == payload
            #expect(isSame, "\(payload.count) bytes")
            let fits = Self.unpack(packed, codec, limit: payload.count) == payload
            #expect(fits, "\(payload.count) bytes are exactly the limit")
            if !payload.isEmpty {
                let isRefused = Self.unpack(packed, codec, limit: payload.count - 1) == nil
                #expect(isRefused, "\(payload.count) bytes are one more than the limit")
            }
        }
    }

    @Test(arguments: Codec.allCases.filter { $0 != .none })
    func whatIsCutShortIsRefused(codec: Codec) {
        let packed = Self.payloads[4].withUnsafeBytes { codec.compress($0) }
        for count in [0, 1, 5, 15, 100, packed.count / 2, packed.count - 1] {
            let isRefused = Self.unpack(Array(packed[..<count]), codec) == nil
            #expect(isRefused, "\(count) of \(packed.count)")
        }
    }

    @Test func anUnpackerIsUsedAgainForLargerAndSmaller() {
        let unpacker = Unpacker()
        for codec in Codec.allCases {
            for payload in Self.payloads {
                let packed = payload.withUnsafeBytes { codec.compress($0) }
                let bytes = packed.withUnsafeBytes { unpacker.unpack($0, codec, limit: 1 << 24).map { Array($0) } }
                let isSame = bytes == payload
                #expect(isSame, "\(codec), \(payload.count) bytes")
            }
        }
    }

    /// librdkafka writes snappy without frames, and gzip may come in several members.
    @Test func otherFormsAreRead() {
        // A literal of five bytes.
        #expect(Self.unpack([5, 4 << 2] + Array("hello".utf8), .snappy) == Array("hello".utf8))
        let (one, two) = ([UInt8](repeating: 1, count: 9_000), [UInt8](repeating: 2, count: 9_000))
        for codec in [Codec.gzip, .lz4, .zstd] {
            let packed = one.withUnsafeBytes { codec.compress($0) } + two.withUnsafeBytes { codec.compress($0) }
            let isSame = Self.unpack(packed, codec) == one + two
            #expect(isSame, "\(codec)")
        }
    }

    /// Five bytes that claim four gigabytes.
    @Test func aLengthThatCannotBeIsRefusedBeforeMemoryIsTaken() {
        #expect(Self.unpack([0xff, 0xff, 0xff, 0xff, 0x0f], .snappy, limit: .max) == nil)
    }
}
