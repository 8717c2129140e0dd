// The file of a counting sink: a page of header, then two bits for every record.
internal import Checksum
package import World

/// The bytes of a ledger (little endian):
///
///     header  magic "kbledgr1" | layout UInt32 | 0 UInt32 | overflow UInt64 | corrupted UInt64 | zeros up to 4096
///     cells   byte i holds the counts of the records 4i to 4i + 3, from its lowest bits on
///
/// The layout is a checksum of the offsets that are numbered, 0 where records have numbers of their own. The overflow
/// counts what the cells, which end at 3, could not.
package enum LedgerFile {
    package static let headerLength = 4096
    private static let prefix = "deliveries"
    private static let suffix = ".ledger"
    private static let magic: UInt64 = 0x3172_6764_656c_626b

    /// Tasks that run at once have a ledger each.
    package static func name(slot: Int) -> String { prefix + (slot == 0 ? "" : "-\(slot)") + suffix }

    package static func owns(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

    /// The bytes of a ledger of so many records; whole words, as the verdict reads them.
    package static func length(of records: Int) -> Int { headerLength + (records + 31) / 32 * 8 }

    /// The records that a ledger of so many bytes has room for.
    package static func capacity(of length: Int) -> Int { max(0, length - headerLength) * 4 }

    package static func layout(of places: PlaceNumbers) -> UInt32 {
        let words = zip(places.starts, places.ends).flatMap { [$0.littleEndian, $1.littleEndian] }
        return words.withUnsafeBytes { CRC32C.checksum($0) }
    }

    /// What is at the start of the file.
    package struct Header {
        package var layout: UInt32
        package var overflow: UInt64 = 0
        package var corrupted: UInt64 = 0

        package init(layout: UInt32) { self.layout = layout }

        /// Reads a header; nil where there is none yet.
        package init?(_ bytes: UnsafeMutableRawBufferPointer) {
            guard bytes.count >= headerLength, bytes.load(as: UInt64.self).littleEndian == magic else { return nil }
            layout = UInt32(littleEndian: bytes.load(fromByteOffset: 8, as: UInt32.self))
            overflow = UInt64(littleEndian: bytes.load(fromByteOffset: 16, as: UInt64.self))
            corrupted = UInt64(littleEndian: bytes.load(fromByteOffset: 24, as: UInt64.self))
        }

        package func write(to bytes: UnsafeMutableRawBufferPointer) {
            bytes.storeBytes(of: layout.littleEndian, toByteOffset: 8, as: UInt32.self)
            // Last, because it says that the others are there.
            bytes.storeBytes(of: magic.littleEndian, as: UInt64.self)
        }

        package static func addOverflow(_ count: UInt64, to base: UnsafeMutableRawPointer) { add(count, to: base + 16) }

        package static func addCorrupted(_ count: UInt64, to base: UnsafeMutableRawPointer) { add(count, to: base + 24) }

        private static func add(_ count: UInt64, to word: UnsafeMutableRawPointer) {
            let sum = UInt64(littleEndian: word.load(as: UInt64.self)) &+ count
            word.storeBytes(of: sum.littleEndian, as: UInt64.self)
        }
    }

    /// Calls `words` with the cells of each ledger in `directory`, 32 records a word, piece by piece.
    ///
    /// - Returns: what the headers add up to.
    package static func read(
        in directory: String, disk: any Disk,
        _ words: (_ firstRecord: Int, UnsafeBufferPointer<UInt64>) -> Void
    ) throws -> (overflow: Int, corrupted: Int) {
        var total = (overflow: 0, corrupted: 0)
        guard disk.exists(directory) else { return total }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
        defer { piece.deallocate() }
        for name in try disk.list(directory) where owns(name) {
            let file = try disk.open("\(directory)/\(name)", .read)
            defer { file.close() }
            let there = try file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: piece[..<headerLength]), at: 0)
            guard there == headerLength, let header = Header(piece) else { continue }
            total.overflow += Int(header.overflow)
            total.corrupted += Int(header.corrupted)
            var at = headerLength
            while true {
                let count = try file.read(into: piece, at: Int64(at))
                if count < 8 { break }
                words(
                    (at - headerLength) * 4,
                    UnsafeRawBufferPointer(rebasing: piece[..<(count & ~7)]).bindMemory(to: UInt64.self))
                at += count & ~7
            }
        }
        return total
    }
}
