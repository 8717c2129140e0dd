// What a file of record batches holds when it is found: whole batches, and behind them perhaps one that was cut off.
internal import KafkaWire
internal import World

/// A file of batches, as it was left.
struct BatchFile {
    /// In the order in which they lie, without gaps.
    var headers: [BatchHeader] = []
    /// Where the last whole batch ends.
    var end = 0

    /// So much is read at once of batches whose contents are not looked at.
    private static let window = 4 << 10

    /// Goes through all batches' headers, and refuses a file that has anything else.
    ///
    /// - Throws: ``DataError`` of what is damaged; `DiskError`.
    static func closed(_ file: any DiskFile, _ path: String) throws -> BatchFile {
        var found = BatchFile()
        let length = Int(try file.length())
        try withUnsafeTemporaryAllocation(byteCount: window, alignment: 16) { window in
            var start = 0
            var bytes = UnsafeRawBufferPointer(rebasing: window[..<0])
            while found.end < length {
                if found.end + BatchHeader.length > start + bytes.count {
                    start = found.end
                    let count = try file.read(into: window, at: Int64(start))
                    bytes = UnsafeRawBufferPointer(rebasing: window[..<count])
                }
                do throws(WireError) {
                    found.add(try BatchHeader(bytes, at: found.end - start, left: length - found.end))
                } catch {
                    throw DataError(damaged: path, at: found.end, "\(error)")
                }
            }
        }
        return found
    }

    /// Goes through all batches and verifies them.
    ///
    /// What is behind the last whole one was being written when its writer ended, and `end` is before it; but where
    /// another whole one follows, the file is damaged.
    ///
    /// - Throws: ``DataError`` of what is damaged; `DiskError`.
    static func last(_ file: any DiskFile, _ path: String) throws -> BatchFile {
        var found = BatchFile()
        var contents = [UInt8](repeating: 0, count: Int(try file.length()))
        try contents.withUnsafeMutableBytes { room in
            let count = try file.read(into: room, at: 0)
            let bytes = UnsafeRawBufferPointer(rebasing: room[..<count])
            while found.end < bytes.count {
                do throws(WireError) {
                    found.add(try whole(bytes, at: found.end))
                } catch {
                    guard !found.isFollowed(bytes) else {
                        throw DataError(damaged: path, at: found.end, "\(error)")
                    }
                    break
                }
            }
        }
        return found
    }

    private static func whole(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(WireError) -> BatchHeader {
        let header = try BatchHeader(bytes, at: start)
        try header.verify(UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.byteCount]))
        return header
    }

    /// Whether a whole batch of later records lies somewhere behind the end.
    private func isFollowed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let next = headers.last.map { $0.lastOffset + 1 } ?? 0
        var start = end + 1
        while start + BatchHeader.length <= bytes.count {
            // The format's number is where it must be, before anything is worked out.
            if bytes[start + 16] == 2, let header = try? Self.whole(bytes, at: start), header.baseOffset > next {
                return true
            }
            start += 1
        }
        return false
    }

    private mutating func add(_ header: BatchHeader) {
        headers.append(header)
        end += header.byteCount
    }
}
