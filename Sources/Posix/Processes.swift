// This process and the machine it runs on.
internal import CPosixShims
internal import Glibc
internal import World

/// This process and the machine it runs on.
public enum Processes {
    /// This process's identifier.
    public static var processID: Int32 { getpid() }

    /// The identifier of the process that started this one.
    public static var parentProcessID: Int32 { getppid() }

    /// How many files this process may have open at once.
    public static var openFileLimit: Int { sysconf(Int32(_SC_OPEN_MAX)) }

    /// Ends this process at once by SIGKILL: nothing is flushed, nothing is cleaned up.
    public static func killSelf() -> Never {
        kill(getpid(), SIGKILL)
        // The signal is delivered before kill returns to its only receiver, but the compiler cannot know it.
        while true { pause() }
    }

    /// Ends this process with `code` at once: no thread is waited for, and nothing is cleaned up.
    public static func exitAtOnce(_ code: Int32) -> Never { _exit(code) }

    /// Ends another process by SIGKILL, or asks it to end by SIGTERM; one that has ended already is left alone.
    public static func end(_ process: Int32, atOnce: Bool) {
        // 0, 1 and negative numbers mean others than one process of ours.
        if process > 1 { kill(process, atOnce ? SIGKILL : SIGTERM) }
    }

    /// As ``end(_:atOnce:)``, for all processes of the group that `leader` leads, or led.
    public static func endGroup(of leader: Int32, atOnce: Bool) {
        if leader > 1 { kill(-leader, atOnce ? SIGKILL : SIGTERM) }
    }

    /// Goes on as another program, or as this one with other words; returns only by its error.
    ///
    /// - Throws: ``DiskError`` naming the program.
    public static func become(_ program: String, _ words: [String]) throws -> Never {
        let all: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { strdup($0) } + [nil]
        execv(program, all)
        let error = DiskError.last("start", program)
        for word in all { free(word) }
        throw error
    }

    /// Sends this process SIGTERM. Its handler has run when this returns.
    public static func askSelfToEnd() { raise(SIGTERM) }

    /// Lets this process use memory again that it has freed, in place of giving it back to the kernel and asking for new
    /// pages, each of which has to be cleared and mapped: for processes that free what they fetch all the time.
    public static func keepFreedMemory() { kbench_keep_freed_memory(32 << 20, 64 << 20) }

    /// Lets the kernel end this process by SIGKILL when its parent dies.
    ///
    /// The kernel counts the death of the *thread* that started this process; call it in processes that were started
    /// from a thread which lasts. Give `parent` where it is known, so that a parent that died before the call is
    /// noticed too.
    ///
    /// - Throws: ``SystemError``.
    public static func dieWithParent(expecting parent: Int32? = nil) throws {
        let errorNumber = kbench_set_parent_death_signal(SIGKILL)
        guard errorNumber == 0 else {
            throw SystemError(operation: "ask to die with the parent", errorNumber: errorNumber)
        }
        if let parent, getppid() != parent { killSelf() }
    }

    /// The signal this process will get when its parent dies; nil for none.
    static var parentDeathSignal: Int32? {
        var signal: Int32 = 0
        return kbench_get_parent_death_signal(&signal) == 0 && signal != 0 ? signal : nil
    }

    /// The file this process runs.
    ///
    /// - Throws: `DiskError`.
    public static func executablePath() throws -> String {
        let link = "/proc/self/exe"
        return try withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
            let characters = buffer.assumingMemoryBound(to: CChar.self)
            // Cannot be: an allocation that is not empty has an address.
            guard let start = characters.baseAddress else { fatalError("an allocation without an address") }
            let length = readlink(link, start, characters.count)
            guard length >= 0 else { throw DiskError.last("read link", link) }
            return String(decoding: buffer[..<length], as: UTF8.self)
        }
    }

    /// The kernel, such as `Linux 6.1.0 x86_64`.
    public static func kernelDescription() -> String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))"
    }

    /// What the processor calls itself; nil where the system does not say.
    public static func processorName() -> String? {
        let line = text(of: "/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        return line.flatMap { $0.split(separator: ":", maxSplits: 1).last }.map { String($0.drop { $0 == " " }) }
    }

    /// The bytes of memory that can be had without swapping, as the kernel estimates them; the largest number where it does
    /// not say.
    public static func availableMemory() -> Int64 {
        for line in text(of: "/proc/meminfo").split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            if words.count > 1, let kibibytes = Int64(words[1]) { return kibibytes * 1024 }
        }
        return .max
    }

    /// The number of processors this process may run on.
    public static func processorCount() -> Int { Int(kbench_usable_processors()) }
}

extension Processes {
    /// From now on so many seconds of processor time end this process with SIGPROF; 0: none do.
    public static func limitProcessorTime(seconds: Int) { kbench_limit_processor_time(Int32(clamping: seconds)) }

    /// From now on this process gets no more memory than it has and `bytes`; what asks for more is refused.
    public static func limitMemory(toFurther bytes: Int) {
        let pages = text(of: "/proc/self/statm").split(separator: " ").first.flatMap { Int($0) } ?? 0
        kbench_limit_memory(UInt64(pages * 4096 + bytes))
    }

    /// The most memory that this process may ask for, in bytes; nil: there is no bound.
    public static func memoryLimit() -> Int? {
        let limit = kbench_memory_limit()
        return limit == 0 ? nil : Int(clamping: limit)
    }
}
