// A file mapped into memory: words written to it survive the process that wrote them.
internal import Glibc
internal import World

/// A shared mapping of a small file; its memory is given back when the object goes.
public final class MappedFile {
    /// The mapped bytes.
    public let memory: UnsafeMutableRawPointer
    private let length: Int

    /// Maps `length` bytes of the file at `path`, which is made, and filled with zeros, when it is absent or shorter.
    ///
    /// - Throws: ``DiskError``.
    public init(path: String, length: Int) throws {
        self.length = length
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        defer { Glibc.close(descriptor) }
        guard ftruncate(descriptor, length) == 0 else { throw DiskError.last("resize", path) }
        guard let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED
        else { throw DiskError.last("map", path) }
        memory = mapped
    }

    deinit { munmap(memory, length) }
}
