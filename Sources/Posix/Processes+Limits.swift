// Bounds on what this process may use, for reading what may do anything.
internal import CPosixShims

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
