// Writes the end of a file past the system's cache: whole pages, from memory of its own straight to the device.
internal import CPosixShims
internal import Glibc

/// The growing end of a file, written past the system's cache (O_DIRECT).
///
/// The device takes whole pages only, from memory that lies as the pages do, and a frame lies anywhere: so all of it is
/// copied once, into a buffer of pages, as it would be into the system's cache. The bytes of the last, unfinished page are
/// kept, and written again together with those that follow, which is what the system's cache does too; until then zeros
/// stand behind them. Every write has left the process when it returns, so a kill loses as little as it does without this;
/// unless it is to write behind: then that is so of what ``flush()`` has waited for.
final class CacheBypass {
    /// What lengths, places and addresses are multiples of; a device that wants more refuses, and is written to plainly.
    static let page = 4096

    private let descriptor: Int32
    private let tally: DiskTally
    private var buffer: UnsafeMutableRawBufferPointer
    /// Writes while the next bytes are copied; nil: each write is waited for.
    private var behind: WriteBehind?
    /// Whether writes may go on when ``append(_:)`` returns.
    private let writesBehind: Bool
    /// The byte of the file that the buffer begins with, a whole number of pages; the buffer holds `count` bytes of it.
    private var start: Int64 = 0
    private var count = 0

    /// The byte behind the last one written.
    var end: Int64 { start + Int64(count) }

    /// Opens the file at `path` once more, to go on behind `end`, whose page begins with the bytes of `pageStart`; nil where
    /// the file system has no way past its cache.
    init?(path: String, end: Int64, pageStart: UnsafeRawBufferPointer, writesBehind: Bool, tally: DiskTally) {
        let descriptor = retryingWhenInterrupted { kbench_open_past_cache(path) }
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        // Not before it is sure that there will be something to give it back.
        buffer = PageBuffers.take()
        self.tally = tally
        self.writesBehind = writesBehind
        start = end - Int64(pageStart.count)
        count = pageStart.count
        buffer.copyMemory(from: pageStart)
    }

    deinit {
        _ = flush()
        _ = Glibc.close(descriptor)
        PageBuffers.giveBack(buffer)
    }

    /// Lets writes go on while the next bytes are copied, where a thread can be had for them.
    private func beginBehind() {
        let spare = (0..<2).map { _ in PageBuffers.take() }
        behind = try? WriteBehind(descriptor: descriptor, spare: spare, tally: tally)
        if behind == nil { for buffer in spare { PageBuffers.giveBack(buffer) } }
    }

    /// Whether writes may still be under way when ``append(_:)`` returns.
    var isBehind: Bool { behind != nil }

    /// Waits until all that was appended has left the process.
    ///
    /// - Returns: 0, or the system's error number.
    func flush() -> Int32 { behind?.wait() ?? 0 }

    /// Writes all parts one after the other behind ``end``. What fails leaves this unusable.
    ///
    /// - Returns: 0, or the system's error number; where it writes behind, that of any write so far.
    func append(_ parts: [UnsafeRawBufferPointer]) -> Int32 {
        for part in parts {
            var rest = part
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(buffer.count - count))
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: piece)
                count += piece.count
                rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
                if count == buffer.count {
                    let failure = write(count, keeping: count..<count)
                    if failure != 0 { return failure }
                    start += Int64(count)
                    count = 0
                }
            }
        }
        return count == 0 ? 0 : writeLastPages()
    }

    private func writeLastPages() -> Int32 {
        let whole = count / CacheBypass.page * CacheBypass.page
        let padded = (count + CacheBypass.page - 1) / CacheBypass.page * CacheBypass.page
        UnsafeMutableRawBufferPointer(rebasing: buffer[count..<padded]).initializeMemory(as: UInt8.self, repeating: 0)
        let failure = write(padded, keeping: whole..<count)
        if failure != 0 { return failure }
        start += Int64(whole)
        count -= whole
        return 0
    }

    /// Writes the first `length` bytes of the buffer, whole pages, or hands them to the one who does. The buffer, which may
    /// then be another one, begins with the bytes that are kept.
    private func write(_ length: Int, keeping kept: Range<Int>) -> Int32 {
        let pages = buffer
        var failure: Int32 = 0
        if let behind {
            buffer = behind.takeSpare()
        } else {
            failure = CacheBypass.write(
                UnsafeRawBufferPointer(rebasing: pages[..<length]), to: descriptor, at: start, tally)
        }
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<kept.count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: pages[kept]))
        if let behind {
            behind.write(pages, length: length, at: start)
            failure = behind.failure
        } else if writesBehind, failure == 0 {
            // Not before one write was taken: a device that refuses is found out while the bytes are still here.
            beginBehind()
        }
        return failure
    }

    /// Writes whole pages at byte `start`.
    ///
    /// - Returns: 0, or the system's error number.
    static func write(
        _ pages: UnsafeRawBufferPointer, to descriptor: Int32, at start: Int64, _ tally: DiskTally
    ) -> Int32 {
        var done = 0
        while done < pages.count {
            let rest = UnsafeRawBufferPointer(rebasing: pages[done...])
            let written = retryingWhenInterrupted {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(start) + done)
            }
            if written < 0 { return errno }
            // What is not a whole number of pages cannot be gone on from here.
            guard written > 0, written % CacheBypass.page == 0 else { return EINVAL }
            tally.wrote(written)
            done += written
        }
        return 0
    }
}
