// What the system is told about memory before it is used.
internal import Glibc

/// Advice about memory. The system may ignore it, so nothing depends on it but time.
public enum MemoryAdvice {
    /// Asks for large pages, 2 MiB in place of 4 KiB, in memory of some MiB that will be filled from its start: the first
    /// touch of each page costs an interruption.
    public static func preferLargePages(_ memory: UnsafeRawBufferPointer) {
        guard let base = memory.baseAddress else { return }
        let page = UInt(getpagesize())
        let start = (UInt(bitPattern: base) + page - 1) / page * page
        let end = (UInt(bitPattern: base) + UInt(memory.count)) / page * page
        guard start < end, let address = UnsafeMutableRawPointer(bitPattern: start) else { return }
        _ = madvise(address, Int(end - start), MADV_HUGEPAGE)
    }
}
