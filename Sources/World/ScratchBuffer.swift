// Memory that is used again and again and grows when it must.

/// Raw memory that grows when it must.
package final class ScratchBuffer {
    private var storage: UnsafeMutableRawBufferPointer = .allocate(byteCount: 4096, alignment: 4096)

    package init() {}

    deinit { storage.deallocate() }

    /// The first `count` bytes, of which the first `kept` are as they were, and the others whatever they are.
    package func bytes(_ count: Int, keeping kept: Int = 0) -> UnsafeMutableRawBufferPointer {
        if count > storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(count, storage.count * 2), alignment: 4096)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<kept]))
            storage.deallocate()
            storage = larger
        }
        return UnsafeMutableRawBufferPointer(rebasing: storage[..<count])
    }
}
