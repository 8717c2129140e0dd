// Memory that is used again and again and grows when it must.

/// Raw memory that grows when it must; what it held is lost then.
final class ScratchBuffer {
    private var storage: UnsafeMutableRawBufferPointer = .allocate(byteCount: 4096, alignment: 4096)

    deinit { storage.deallocate() }

    /// The first `count` bytes, whatever they hold.
    func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if count > storage.count {
            let larger = max(count, storage.count * 2)
            storage.deallocate()
            storage = .allocate(byteCount: larger, alignment: 4096)
        }
        return UnsafeMutableRawBufferPointer(rebasing: storage[..<count])
    }
}
