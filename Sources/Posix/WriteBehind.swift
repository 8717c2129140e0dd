// Writes whole pages on a thread of its own, one buffer after the other, while the next one is filled.
internal import Glibc
internal import Synchronization
internal import World

/// What writes the buffers of a ``CacheBypass`` in their order. After a failure nothing more is written.
///
/// A buffer belongs to its writer from the hand-over on until it is spare again, which is told under a lock: that is what
/// makes it safe to share.
final class WriteBehind: @unchecked Sendable {
    /// Safe to hand over: the spare buffers are nobody else's.
    private struct State: @unchecked Sendable {
        var spare: [UnsafeMutableRawBufferPointer]
        var underWay = 0
        var failure: Int32 = 0
    }

    private let descriptor: Int32
    private let tally: DiskTally
    private let thread: any SerialThread
    /// Signalled after each write.
    private let progress: any CountingSemaphore
    private let state: Mutex<State>

    /// Writes to `descriptor`, which stays its maker's, from buffers like `spare`.
    ///
    /// - Throws: ``SystemError`` when no thread can be started.
    init(descriptor: Int32, spare: [UnsafeMutableRawBufferPointer], tally: DiskTally) throws {
        let threads = PlainThreads()
        self.descriptor = descriptor
        self.tally = tally
        state = Mutex(State(spare: spare))
        progress = threads.makeSemaphore()
        thread = try threads.makeSerialThread()
        // Somebody waits for each of its writes.
        thread.run { TimeSlice.shorten() }
    }

    deinit { for buffer in state.withLock({ $0.spare }) { PageBuffers.giveBack(buffer) } }

    /// A buffer to fill; waits for one.
    func takeSpare() -> UnsafeMutableRawBufferPointer {
        while true {
            if let buffer = state.withLock({ $0.spare.popLast() }) { return buffer }
            progress.wait()
        }
    }

    /// Writes the first `length` bytes of a buffer at byte `start`, whole pages both, and keeps the buffer.
    func write(_ buffer: UnsafeMutableRawBufferPointer, length: Int, at start: Int64) {
        state.withLock { $0.underWay += 1 }
        let pages = Pages(buffer: buffer)
        thread.run { [self] in
            var failure = state.withLock { $0.failure }
            if failure == 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: pages.buffer[..<length])
                failure = CacheBypass.write(bytes, to: descriptor, at: start, tally)
            }
            state.withLock { state in
                state.failure = failure
                state.underWay -= 1
                state.spare.append(pages.buffer)
            }
            progress.signal()
        }
    }

    /// Waits until nothing is under way.
    ///
    /// - Returns: 0, or the error number of the first write that failed.
    func wait() -> Int32 {
        while true {
            let (underWay, failure) = state.withLock { ($0.underWay, $0.failure) }
            if underWay == 0 { return failure }
            progress.wait()
        }
    }

    /// The first failure so far, or 0.
    var failure: Int32 { state.withLock { $0.failure } }

    /// A buffer on its way to the thread, which is safe because only the thread has it then.
    private struct Pages: @unchecked Sendable { let buffer: UnsafeMutableRawBufferPointer }
}
