// An open file of the real file system.
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
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DiskError.last("measure", path) }
        return Int64(status.st_size)
    }

    /// Writes all parts one after the other from byte `offset` on, with as few calls to the system as it allows.
    ///
    /// - Throws: `DiskError`; a part of the bytes may then be written.
    public func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        var cursor = GatherCursor(parts)
        var at = offset
        while !cursor.isAtEnd {
            let written = writeOnce(cursor, at: at)
            guard written > 0 else {
                // A write of nothing without an error would repeat for ever; the device is not doing its work.
                let errorNumber = written == 0 ? EIO : errno
                let length = parts.reduce(0) { $0 + $1.count }
                throw DiskError.last("write \(length) bytes at \(offset) to", path, errorNumber: errorNumber)
            }
            tally.wrote(written)
            cursor.advance(by: written)
            at += Int64(written)
        }
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
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
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
        guard retryingWhenInterrupted({ fdatasync(descriptor) }) == 0 else {
            let failure = DiskError.last("sync", path)
            syncFailure = failure
            throw failure
        }
        tally.synced()
    }

    /// Cuts or extends (with zeros) the file.
    ///
    /// - Throws: `DiskError`.
    public func truncate(to length: Int64) throws {
        guard retryingWhenInterrupted({ ftruncate(descriptor, Int(length)) }) == 0 else {
            throw DiskError.last("cut to \(length) bytes", path)
        }
    }

    /// Closes the file; closing twice is harmless.
    public func close() {
        guard descriptor >= 0 else { return }
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
