// The processes that this one has started: what they used, who they are, what they wait for, and making them pause.
internal import CPosixShims
internal import Glibc

extension Processes {
    /// Seconds of processor time, in user and system mode, that this process's ended children used, with all of theirs
    /// that they waited for.
    public static func endedChildrenProcessorSeconds() -> Double {
        var usage = rusage()
        // Cannot fail: both arguments are valid.
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The processes that `process` has started and they have started, as far as they live; without `process` itself.
    public static func descendants(of process: Int32) -> [Int32] {
        var found: [Int32] = []
        var open = [process]
        while let next = open.popLast() {
            // A process that ended meanwhile has no children any more.
            for thread in threads(of: next) {
                let children = text(of: "/proc/\(next)/task/\(thread)/children")
                let numbers = children.split(separator: " ").compactMap { Int32($0) }
                found += numbers
                open += numbers
            }
        }
        return found
    }

    /// Stops processes, or lets them go on; those that have ended are left alone.
    public static func suspend(_ processes: [Int32], _ isSuspended: Bool) {
        for process in processes where process > 1 { kill(process, isSuspended ? SIGSTOP : SIGCONT) }
    }

    /// Whether a process is there and has not ended; one that has, and that nobody has asked for yet, has.
    public static func isRunning(_ process: Int32) -> Bool {
        state(in: "/proc/\(process)/stat").map { $0 != "Z" && $0 != "X" } ?? false
    }

    /// Whether a thread of a process waits for something that no signal interrupts, such as a disk.
    public static func isBlocked(_ process: Int32) -> Bool {
        threads(of: process).contains { state(in: "/proc/\(process)/task/\($0)/stat") == "D" }
    }

    private static func threads(of process: Int32) -> [String] {
        (try? FileSystem.names(in: "/proc/\(process)/task")) ?? []
    }

    private static func state(in path: String) -> Substring? {
        // It is the word behind the name, which stands in brackets and may hold anything.
        text(of: path).split(separator: ")").last?.split(separator: " ").first
    }

    static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = retryingWhenInterrupted { read(descriptor, buffer.baseAddress, buffer.count) }
            return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        }
    }
}
