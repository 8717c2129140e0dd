// What this process has used of the machine so far, as the kernel counts it.
internal import Glibc

/// What a process has used.
public struct ProcessUse: Equatable, Sendable {
    /// Seconds of processor time in the process's own code, all threads together.
    public var userSeconds: Double
    /// Seconds of processor time in the kernel on the process's behalf.
    public var systemSeconds: Double
    /// The most memory that was resident at once, in bytes.
    public var peakResidentBytes: Int64
    /// Bytes that went, or will go, to the storage device; 0 where the kernel does not say.
    public var bytesToStorage: Int64

    /// What this process has used so far.
    public static func own() -> ProcessUse {
        let (usage, processor) = usage()
        // The high-water mark of rusage would begin with that of the process that started this one.
        let resident = number(after: "VmHWM:", inFile: "/proc/self/status") ?? Int64(usage.ru_maxrss)
        return ProcessUse(
            userSeconds: processor.user, systemSeconds: processor.system,
            peakResidentBytes: resident * 1024,
            bytesToStorage: number(after: "\nwrite_bytes:", inFile: "/proc/self/io") ?? 0)
    }

    /// The processor time alone, which costs one call to the kernel.
    public static func processorSeconds() -> (user: Double, system: Double) { usage().processor }

    private static func usage() -> (rusage, processor: (user: Double, system: Double)) {
        var usage = rusage()
        // It cannot fail with these arguments; were it to, all would be zero.
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (usage, (seconds(usage.ru_utime), seconds(usage.ru_stime)))
    }

    /// The first number that follows `word` in a small file of the kernel's; nil where there is none.
    private static func number(after word: String, inFile path: String) -> Int64? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        guard let place = text.firstRange(of: word) else { return nil }
        return Int64(text[place.upperBound...].drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber })
    }
}
