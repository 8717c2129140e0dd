// Sectors of a file: which of them a power loss has taken.

/// The unit in which a disk writes: whole, not at all, or torn, its first bytes only.
enum Sectors {
    static let size = 512

    /// The sectors that lie wholly within `payload` and have at most one bit set.
    static func blankCount(in payload: UnsafeRawBufferPointer, at fileOffset: Int64) -> UInt32 {
        var count: UInt32 = 0
        var start = bytesToBoundary(fileOffset) % size
        while start + size <= payload.count {
            if hasAtMostOneBit(payload, from: start) { count += 1 }
            start += size
        }
        return count
    }

    /// The sectors of which the part within `frame` is all zeros.
    static func zeroCount(in frame: UnsafeRawBufferPointer, at fileOffset: Int64) -> Int {
        var count = 0
        var start = 0
        var end = bytesToBoundary(fileOffset)
        while start < frame.count {
            if isZero(frame, start..<min(end, frame.count)) { count += 1 }
            start = end
            end += size
        }
        return count
    }

    /// Of the first `count` bytes from `fileOffset` on, those from which on their sector holds zeros only; `rest` is all there is
    /// of the file, and what is missing behind it counts as zeros.
    static func zeroEnds(in rest: UnsafeRawBufferPointer, at fileOffset: Int64, count: Int) -> [Range<Int>] {
        var ends: [Range<Int>] = []
        var start = 0
        var end = bytesToBoundary(fileOffset)
        while start < count {
            let sector = UnsafeRawBufferPointer(rebasing: rest[min(start, rest.count)..<min(end, rest.count)])
            let zeros = start + extent(of: sector)
            if zeros < min(end, count) { ends.append(zeros..<min(end, count)) }
            start = end
            end += size
        }
        return ends
    }

    /// The bytes from `fileOffset` to the next sector, at least one.
    static func bytesToBoundary(_ fileOffset: Int64) -> Int { size - Int(fileOffset % Int64(size)) }

    static func isZero(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            if bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) != 0 { return false }
            at += 8
        }
        while at < range.upperBound {
            if bytes[at] != 0 { return false }
            at += 1
        }
        return true
    }

    /// The length of `bytes` without the zeros at their end.
    static func extent(of bytes: UnsafeRawBufferPointer) -> Int {
        var end = bytes.count
        while end >= 8, bytes.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0 { end -= 8 }
        while end > 0, bytes[end - 1] == 0 { end -= 1 }
        return end
    }

    private static func hasAtMostOneBit(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        var bits = 0
        var at = start
        while at < start + size {
            bits += bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).nonzeroBitCount
            // Nearly every sector is decided by its first word.
            if bits > 1 { return false }
            at += 8
        }
        return true
    }
}
