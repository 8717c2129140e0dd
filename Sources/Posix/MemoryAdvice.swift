// What the system is told about memory before it is used.
internal import Glibc

/// Advice about memory. The system may ignore it, so nothing depends on it but time.
public enum MemoryAdvice {
    /// Has the system provide the whole pages within this memory, which is about to be written, in one call: one by one,
    /// the first touch of each would interrupt the program.
    public static func populate(_ memory: UnsafeRawBufferPointer) {
        guard let base = memory.baseAddress else { return }
        let page = UInt(getpagesize())
        let start = (UInt(bitPattern: base) + page - 1) / page * page
        let end = (UInt(bitPattern: base) + UInt(memory.count)) / page * page
        guard start < end, let address = UnsafeMutableRawPointer(bitPattern: start) else { return }
        // MADV_POPULATE_WRITE of Linux 5.14; an older one refuses it.
        _ = madvise(address, Int(end - start), 23)
    }
}
