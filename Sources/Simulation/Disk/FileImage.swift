// One simulated file: what was written, and what of it a power loss leaves.

/// A file's bytes as the operating system and as the device see them; a value, so that a world can be copied.
struct FileImage: Equatable {
    /// What a read sees.
    private(set) var written: [UInt8] = []
    /// What the device holds for certain.
    private(set) var durable: [UInt8] = []
    /// The writes since the last sync, oldest first; cutting the file counts as a write of nothing at its new end.
    private(set) var unsynced: [Range<Int>] = []
    /// A sync failed: what it was to make durable stays in doubt, whatever later syncs say.
    private var isInDoubt = false

    /// Whether a power loss can leave other bytes than were written.
    var isDirty: Bool { isInDoubt || !unsynced.isEmpty }

    /// A file whose bytes are all durable.
    init(durable bytes: [UInt8] = []) {
        written = bytes
        durable = bytes
    }

    /// Writes `bytes` at `offset`; a gap behind the old end is filled with zeros.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        let end = offset + bytes.count
        if offset == written.count {
            written.append(contentsOf: bytes)
        } else {
            if end > written.count { written.append(contentsOf: repeatElement(0, count: end - written.count)) }
            written.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]).copyMemory(from: bytes)
            }
        }
        unsynced.append(offset..<end)
    }

    mutating func truncate(to length: Int) {
        if length <= written.count {
            written.removeLast(written.count - length)
        } else {
            written.append(contentsOf: repeatElement(0, count: length - written.count))
        }
        unsynced.append(length..<length)
    }

    /// Makes everything written durable, except what an earlier failure left in doubt.
    mutating func sync() {
        guard isDirty else { return }
        if isInDoubt {
            // The operating system believes the doubtful pages clean, so only what was written since reaches the device.
            var device = durable
            for range in unsynced {
                let end = min(range.upperBound, written.count)
                if end > device.count { device.append(contentsOf: repeatElement(0, count: end - device.count)) }
                if range.lowerBound < end {
                    device.replaceSubrange(range.lowerBound..<end, with: written[range.lowerBound..<end])
                }
            }
            durable = device
        } else {
            durable = written
        }
        unsynced = []
    }

    /// The sync failed, and its pages are marked clean all the same.
    mutating func failSync() {
        isInDoubt = isInDoubt || !unsynced.isEmpty
        unsynced = []
    }

    /// Damages the file from outside.
    mutating func flip(bit: Int) {
        guard bit / 8 < written.count else { return }
        written[bit / 8] ^= 1 << UInt8(bit % 8)
        if bit / 8 < durable.count { durable[bit / 8] ^= 1 << UInt8(bit % 8) }
    }

    /// The file after a power loss in which the first `count` bytes of what changed since the last sync were kept and the
    /// rest was lost: the writes reached the device in order.
    func afterPowerLoss(keeping count: Int) -> FileImage {
        var device = durable
        var left = count
        for range in unsynced where left > 0 {
            let end = min(range.lowerBound + left, range.upperBound, written.count)
            guard range.lowerBound < end else { continue }
            if end > device.count { device.append(contentsOf: repeatElement(0, count: end - device.count)) }
            device.replaceSubrange(range.lowerBound..<end, with: written[range.lowerBound..<end])
            left -= end - range.lowerBound
        }
        return FileImage(durable: device)
    }

    /// The bytes that were written since the last sync, a place written twice counted twice.
    var unsyncedByteCount: Int { unsynced.reduce(0) { $0 + $1.count } }

    /// The file after a power loss in which each sector that differs is kept, lost or torn as `choose` says: it is given
    /// the number of bytes of a sector and answers how many of its first bytes are kept.
    func afterPowerLoss(_ choose: (_ length: Int) -> Int) -> FileImage {
        var device = durable
        var start = 0
        while start < max(written.count, durable.count) {
            let end = min(start + FileImage.sectorBytes, max(written.count, durable.count))
            defer { start = end }
            let isSame =
                end <= min(written.count, durable.count) && written[start..<end] == durable[start..<end]
            if isSame { continue }
            let kept = min(start + choose(end - start), written.count)
            guard kept > start else { continue }
            if kept > device.count { device.append(contentsOf: repeatElement(0, count: kept - device.count)) }
            device.replaceSubrange(start..<kept, with: written[start..<kept])
        }
        return FileImage(durable: device)
    }

    /// The bytes that a device writes whole or not at all.
    static let sectorBytes = 512
}
