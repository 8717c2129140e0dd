// Closes files that have lost their name on a thread of its own, as only that gives their blocks back.
internal import Glibc
internal import Synchronization
internal import World

/// Where the system frees a file's blocks: at its last close, or when it loses its name if nobody has it open. Of a large
/// file that takes 10 to 50 ms where the device is told of each block, and whoever removes it waits.
enum LateClosing {
    /// Beyond so many files that wait, whoever has another one closes it.
    private static let most = 16

    private static let waiting = Atomic<Int>(0)
    private static let thread = try? PlainThreads().makeSerialThread()

    /// Takes a file's name away; its blocks follow soon.
    ///
    /// - Returns: as `unlink`.
    static func unlink(_ path: String) -> Int32 {
        // Held open, if that can be. Whatever it is, nobody waits for it here.
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        let result = Glibc.unlink(path)
        guard descriptor >= 0 else { return result }
        let errorNumber = errno
        defer { errno = errorNumber }
        guard result == 0, let thread, waiting.load(ordering: .relaxed) < most else {
            Glibc.close(descriptor)
            return result
        }
        waiting.add(1, ordering: .relaxed)
        thread.run {
            Glibc.close(descriptor)
            waiting.subtract(1, ordering: .relaxed)
        }
        return result
    }
}
