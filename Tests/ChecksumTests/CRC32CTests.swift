// The checksum: known values, and that the processor's own form agrees with the table's.
import Checksum
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    @Test(
        "has the known values",
        arguments: [
            (Array("123456789".utf8), 0xe306_9283), ([], 0), (Array("a".utf8), 0xc1d0_4330),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0..<32), 0x46dd_794e), (Array((0..<32).reversed()), 0x113f_db5c),
        ] as [([UInt8], UInt32)])
    func knownValues(_ bytes: [UInt8], _ checksum: UInt32) {
        bytes.withUnsafeBytes { bytes in
            #expect(CRC32C.checksum(bytes) == checksum)
            #expect(CRC32C.portableChecksum(bytes) == checksum)
        }
    }

    @Test("is the same in hardware and by table, for every length and alignment, and continued from any place")
    func hardwareEqualsPortable() {
        let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0) }
        bytes.withUnsafeBytes { bytes in
            for start in 0..<9 {
                for end in start..<bytes.count {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    let checksum = CRC32C.portableChecksum(part)
                    let middle = (start + end) / 2
                    let first = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<middle]))
                    let continued = CRC32C.checksum(
                        UnsafeRawBufferPointer(rebasing: bytes[middle..<end]), continuing: first)
                    if CRC32C.checksum(part) != checksum || continued != checksum {
                        Issue.record("bytes \(start)..<\(end)")
                    }
                }
            }
        }
    }

    @Test("is the same in hardware and by table for what is long enough to be taken in three stretches at a time")
    func long() {
        let bytes = (0..<13_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 31) >> 3 &+ $0) }
        bytes.withUnsafeBytes { bytes in
            for length in [3071, 3072, 3073, 3079, 3080, 4095, 6143, 6144, 6145, 9216, 9999, 12_900] {
                for start in [0, 1, 7, 64] {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
                    for previous: UInt32 in [0, 1, 0xffff_ffff, 0x1234_5678] {
                        #expect(
                            CRC32C.checksum(part, continuing: previous)
                                == CRC32C.portableChecksum(part, continuing: previous), "\(length) from \(start)")
                    }
                }
            }
        }
    }

    @Test("tells every single flipped bit by the two checksums alone, and no bit of fewer bytes, and no two bits")
    func oneBitApart() {
        let bytes = (0..<40).map { UInt8($0) }
        func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.checksum($0) } }
        func flipping(_ bits: Set<Int>) -> [UInt8] {
            var flipped = bytes
            for bit in bits { flipped[bit / 8] ^= 1 << UInt8(bit % 8) }
            return flipped
        }
        let whole = checksum(bytes)
        #expect(!CRC32C.isOneBitApart(whole, whole, byteCount: bytes.count))
        #expect(!CRC32C.isOneBitApart(0, 1, byteCount: 0))
        for bit in 0..<bytes.count * 8 {
            let one = checksum(flipping([bit]))
            #expect(CRC32C.isOneBitApart(one, whole, byteCount: bytes.count), "bit \(bit)")
            // Seen from the end, the bit lies in this many bytes and not in fewer.
            let needed = bytes.count - bit / 8
            #expect(CRC32C.isOneBitApart(one, whole, byteCount: needed), "bit \(bit)")
            #expect(!CRC32C.isOneBitApart(one, whole, byteCount: needed - 1), "bit \(bit)")
            let two = checksum(flipping([bit, (bit + 77) % (bytes.count * 8)]))
            #expect(!CRC32C.isOneBitApart(two, whole, byteCount: bytes.count), "bit \(bit)")
        }
    }

    @Test("of two parts is joined from theirs, wherever the cut is, and for parts of any length")
    func joined() {
        func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
            Array(bytes).withUnsafeBytes { CRC32C.checksum($0) }
        }
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 5) }
        for cut in 0...bytes.count {
            let joined = CRC32C.joined(
                checksum(bytes[..<cut]), checksum(bytes[cut...]), count: bytes.count - cut)
            #expect(joined == checksum(bytes), "cut at \(cut)")
        }
        for count in [4_095, 65_536, 1_000_003, (1 << 22) + 7] {
            let second = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
            #expect(
                CRC32C.joined(checksum(bytes), checksum(second), count: count) == checksum(bytes + second),
                "\(count) bytes")
        }
    }

    @Test("of no bytes continues with what it was")
    func nothing() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(CRC32C.checksum(nothing, continuing: 7) == 7)
        #expect(CRC32C.portableChecksum(nothing, continuing: 7) == 7)
    }
}
