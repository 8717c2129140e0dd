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
    /// The bytes are reserved on the disk first: touching a hole of a mapping when the disk is full ends the process.
    ///
    /// - Throws: ``DiskError``.
    public init(path: String, length: Int) throws {
        self.length = length
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        defer { Glibc.close(descriptor) }
        guard ftruncate(descriptor, length) == 0 else { throw DiskError.last("resize", path) }
        var refusal: Int32
        repeat { refusal = posix_fallocate(descriptor, 0, off_t(length)) } while refusal == EINTR
        guard refusal == 0 else { throw DiskError.last("reserve \(length) bytes of", path, errorNumber: refusal) }
        guard let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED
        else { throw DiskError.last("map", path) }
        // What is touched is a word here and there: nothing around it is to be read, or mapped, along with it.
        _ = madvise(mapped, length, MADV_RANDOM)
        memory = mapped
    }

    /// Gives the pages back to the system's cache, which keeps what is in them.
    func releasePages() { _ = madvise(memory, length, MADV_DONTNEED) }

    deinit { munmap(memory, length) }
}

/// A mapping as the disk seam has it: the memory is the file, so there is nothing to publish.
final class SharedFileMemory: FileMemory {
    private var file: MappedFile?
    private(set) var bytes: UnsafeMutableRawBufferPointer

    init(_ file: MappedFile, length: Int) {
        self.file = file
        bytes = UnsafeMutableRawBufferPointer(start: file.memory, count: length)
    }

    func publish(_ range: Range<Int>) {}

    func releasePages() { file?.releasePages() }

    func close() { file = nil }
}
