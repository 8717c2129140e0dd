// An open file of the real file system, and where a gather write of its stands.
internal import CPosixShims
internal import Glibc
public import World

/// A file of the real file system; one thread uses it at a time.
public final class PosixFile: DiskFile {
    /// The most pieces the system takes in one gather write (IOV_MAX on Linux).
    static let mostPieces = 1024

    private let path: String
    private let tally: DiskTally
    private var descriptor: Int32
    private var syncFailure: DiskError?
    /// Writes the file's growing end past the system's cache; nil where nobody asked for that, or it cannot be done.
    private var bypass: CacheBypass?
    /// Where a file that was emptied in place ends, but for what bypasses the cache; nil: the system knows.
    private var keptEnd: Int64?

    init(descriptor: Int32, path: String, tally: DiskTally) {
        self.descriptor = descriptor
        self.path = path
        self.tally = tally
    }

    deinit { close() }

    /// The file's length in bytes.
    ///
    /// - Throws: `DiskError`.
    public func length() throws -> Int64 {
        // The file may be longer by the zeros of its last page, or shorter by what is still to be written.
        if let end = bypass?.end ?? keptEnd { return end }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DiskError.last("measure", path) }
        return Int64(status.st_size)
    }

    /// Empties the file and keeps its blocks, which read as zeros from now on.
    ///
    /// - Returns: false where the file system cannot do that.
    /// - Throws: `DiskError`.
    public func emptyInPlace() throws -> Bool {
        let length = try length()
        leaveBypass()
        guard length > 0, retryingWhenInterrupted({ kbench_zero(descriptor, length) }) == 0 else { return false }
        keptEnd = 0
        return true
    }

    /// From now on what is written at the file's end goes past the system's cache, where file system and device allow it.
    public func bypassCache(writesBehind: Bool) {
        guard bypass == nil, let end = try? length() else { return }
        let unfinished = Int(end % Int64(CacheBypass.page))
        withUnsafeTemporaryAllocation(byteCount: CacheBypass.page, alignment: 8) { page in
            let pageStart = UnsafeMutableRawBufferPointer(rebasing: page[..<unfinished])
            guard (try? read(into: pageStart, at: end - Int64(unfinished))) == unfinished else { return }
            bypass = CacheBypass(
                path: path, end: end, pageStart: UnsafeRawBufferPointer(pageStart), writesBehind: writesBehind,
                tally: tally)
        }
    }

    /// Writes parts past the cache. False: they are to be written plainly, at the same place.
    private func writePastCache(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws -> Bool {
        guard let bypass else { return false }
        guard bypass.end == offset else {
            leaveBypass()
            return false
        }
        let errorNumber = bypass.append(parts)
        if errorNumber == 0 { return true }
        self.bypass = nil
        if bypass.isBehind { throw writeFailure(parts, at: offset, errorNumber) }
        // The device wants something that pages are not: it gets what it takes from the cache.
        if errorNumber == EINVAL {
            if keptEnd != nil { keptEnd = offset }
            return false
        }
        throw writeFailure(parts, at: offset, errorNumber)
    }

    /// Goes on with plain writes, behind a file of its true length.
    private func leaveBypass() {
        guard let bypass else { return }
        self.bypass = nil
        // Whoever syncs is told: what did not get there is not written again.
        let errorNumber = bypass.flush()
        if errorNumber != 0, syncFailure == nil { syncFailure = behindFailure(bypass, errorNumber) }
        cut(to: bypass.end)
    }

    /// Gives the file its true length. Best effort: zeros at the end of a file say nothing.
    private func cut(to end: Int64) {
        keptEnd = nil
        _ = retryingWhenInterrupted { ftruncate(descriptor, off_t(end)) }
    }

    /// Writes all parts one after the other from byte `offset` on, with as few calls to the system as it allows.
    ///
    /// - Throws: `DiskError`; a part of the bytes may then be written.
    public func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        if try writePastCache(parts, at: offset) { return }
        var cursor = GatherCursor(parts)
        var at = offset
        while !cursor.isAtEnd {
            let written = writeOnce(cursor, at: at)
            guard written > 0 else {
                // A write of nothing without an error would repeat for ever; the device is not doing its work.
                let errorNumber = written == 0 ? EIO : errno
                throw writeFailure(parts, at: offset, errorNumber)
            }
            tally.wrote(written)
            cursor.advance(by: written)
            at += Int64(written)
        }
        if let end = keptEnd { keptEnd = max(end, at) }
    }

    private func writeFailure(_ parts: [UnsafeRawBufferPointer], at offset: Int64, _ errorNumber: Int32) -> DiskError {
        let length = parts.reduce(0) { $0 + $1.count }
        return DiskError.last("write \(length) bytes at \(offset) to", path, errorNumber: errorNumber)
    }

    private func writeOnce(_ cursor: GatherCursor, at offset: Int64) -> Int {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 16) { few in
            var count = cursor.next(atMost: few.count) { index, piece in few[index] = iovec(piece) }
            if count < few.count {
                return retryingWhenInterrupted { pwritev(descriptor, few.baseAddress, Int32(count), Int(offset)) }
            }
            return withUnsafeTemporaryAllocation(of: iovec.self, capacity: PosixFile.mostPieces) { many in
                count = cursor.next(atMost: many.count) { index, piece in many[index] = iovec(piece) }
                return retryingWhenInterrupted { pwritev(descriptor, many.baseAddress, Int32(count), Int(offset)) }
            }
        }
    }

    /// Reads up to `buffer.count` bytes from byte `offset` on; returns how many, fewer only at the end of the file.
    ///
    /// - Throws: `DiskError`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try flush()
        // The system knows of zeros behind the end.
        let most = (bypass?.end ?? keptEnd).map { Int(min(Int64(buffer.count), max(0, $0 - offset))) } ?? buffer.count
        var count = 0
        while count < most {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<most])
            let more = retryingWhenInterrupted {
                pread(descriptor, rest.baseAddress, rest.count, Int(offset) + count)
            }
            guard more >= 0 else { throw DiskError.last("read \(buffer.count) bytes at \(offset) of", path) }
            if more == 0 { break }
            count += more
        }
        return count
    }

    /// Makes all bytes written so far durable.
    ///
    /// After a failure every later sync fails as well without asking the system: the kernel may have dropped the
    /// pages it could not write and would then call the next sync a success.
    ///
    /// - Throws: `DiskError`.
    public func sync() throws {
        if var failure = syncFailure {
            failure.operation = "sync again, after a failed sync,"
            throw failure
        }
        do throws(DiskError) {
            try flush()
            guard retryingWhenInterrupted({ fdatasync(descriptor) }) == 0 else { throw DiskError.last("sync", path) }
        } catch {
            syncFailure = error
            throw error
        }
        tally.synced()
    }

    /// Waits for what is written behind.
    private func flush() throws(DiskError) {
        guard let bypass, bypass.isBehind else { return }
        let errorNumber = bypass.flush()
        guard errorNumber != 0 else { return }
        throw behindFailure(bypass, errorNumber)
    }

    private func behindFailure(_ bypass: CacheBypass, _ errorNumber: Int32) -> DiskError {
        DiskError.last("write what ends at \(bypass.end) to", path, errorNumber: errorNumber)
    }

    /// Cuts or extends (with zeros) the file.
    ///
    /// - Throws: `DiskError`.
    public func truncate(to length: Int64) throws {
        try flush()
        bypass = nil
        keptEnd = nil
        guard retryingWhenInterrupted({ ftruncate(descriptor, Int(length)) }) == 0 else {
            throw DiskError.last("cut to \(length) bytes", path)
        }
    }

    /// Closes the file; closing twice is harmless.
    public func close() {
        guard descriptor >= 0 else { return }
        leaveBypass()
        if let end = keptEnd { cut(to: end) }
        // Not repeated on EINTR: Linux has released the descriptor by then, and it may already be another file's.
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}

extension iovec {
    fileprivate init(_ piece: UnsafeRawBufferPointer) {
        self.init(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count)
    }
}

/// A place within the parts of a gather write.
struct GatherCursor {
    private let parts: [UnsafeRawBufferPointer]
    private var part = 0
    private var offset = 0

    init(_ parts: [UnsafeRawBufferPointer]) {
        self.parts = parts
        skipEmpty()
    }

    var isAtEnd: Bool { part == parts.count }

    /// The pieces that come next, none of them empty, as many as fit in `limit`.
    func next(atMost limit: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) -> Int {
        var count = 0
        var start = offset
        for part in parts[part...] {
            if count == limit { break }
            let piece = UnsafeRawBufferPointer(rebasing: part[start...])
            start = 0
            if piece.isEmpty { continue }
            body(count, piece)
            count += 1
        }
        return count
    }

    /// The system has taken `count` more bytes.
    mutating func advance(by count: Int) {
        var left = count
        while left > 0 {
            let here = min(left, parts[part].count - offset)
            offset += here
            left -= here
            skipEmpty()
        }
    }

    private mutating func skipEmpty() {
        while part < parts.count, offset == parts[part].count {
            part += 1
            offset = 0
        }
    }
}
