// Memory that is the contents of a file, for what is counted record by record and must outlive the process.

/// The first bytes of a file as memory: what is written there outlives the process, however it ends. A power loss may undo
/// any of it. One thread uses it at a time.
public protocol FileMemory: AnyObject {
    /// The bytes; valid until the memory is closed.
    var bytes: UnsafeMutableRawBufferPointer { get }

    /// Says that the bytes in `range` have changed. Costs nothing where the memory is the file itself.
    ///
    /// - Throws: ``DiskError``.
    func publish(_ range: Range<Int>) throws

    /// Lets the system take back the memory that holds the bytes, which stay as they are and come back when they are used:
    /// so that a process does not grow with the file. Where the memory is not the file nothing happens.
    func releasePages()

    /// Gives the memory back; it is not used afterwards.
    func close()
}

/// A copy of a file in memory that is written back where it is published: for a disk that cannot map files.
public final class CopiedFileMemory: FileMemory {
    /// The copy.
    public let bytes: UnsafeMutableRawBufferPointer
    private let file: any DiskFile

    /// Copies what is there of a file, made when absent, and zeros for what is not, up to `length` bytes.
    ///
    /// - Throws: ``DiskError``.
    init(_ file: any DiskFile, length: Int) throws {
        self.file = file
        let there = Int(try file.length())
        bytes = .allocate(byteCount: max(length, there), alignment: 4096)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        if there < length { try file.truncate(to: Int64(length)) }
        _ = try file.read(into: bytes, at: 0)
    }

    deinit { bytes.deallocate() }

    /// Writes the bytes in `range` to the file.
    ///
    /// - Throws: ``DiskError``.
    public func publish(_ range: Range<Int>) throws {
        try file.write([UnsafeRawBufferPointer(rebasing: bytes[range])], at: Int64(range.lowerBound))
    }

    /// Does nothing: the copy is all there is.
    public func releasePages() {}

    /// Closes the file.
    public func close() { file.close() }
}

extension Disk {
    /// The file at `path`, made when absent, as memory of at least `length` bytes; zeros where the file had none.
    ///
    /// - Throws: ``DiskError``.
    public func map(_ path: String, length: Int) throws -> any FileMemory {
        try CopiedFileMemory(open(path, .update), length: length)
    }
}
