// A disk with one file that can be read.
import World

/// Stands in for a disk where only reading a file matters.
final class OneFileDisk: Disk, DiskFile {
    let path: String
    var text: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    private func refusal(_ operation: String) -> DiskError {
        DiskError(.notFound, operation: operation, path: path, errorNumber: 2, reason: "No such file or directory")
    }

    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        guard path == self.path else { throw refusal("open") }
        return self
    }

    func length() throws -> Int64 { Int64(text.utf8.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let rest = Array(text.utf8.dropFirst(Int(offset)).prefix(buffer.count))
        buffer.copyBytes(from: rest)
        return rest.count
    }

    func close() {}
    func exists(_ path: String) -> Bool { path == self.path }
    func list(_ directory: String) throws -> [String] { throw refusal("list") }
    func makeDirectory(_ path: String) throws { throw refusal("mkdir") }
    func rename(_ path: String, to newPath: String) throws { throw refusal("rename") }
    func link(_ path: String, to newPath: String) throws { throw refusal("link") }
    func lock(_ path: String) throws -> (any DiskFile)? { throw refusal("lock") }
    func remove(_ path: String) throws { throw refusal("remove") }
    func syncDirectory(_ path: String) throws { throw refusal("sync") }
    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws { throw refusal("write") }
    func sync() throws { throw refusal("sync") }
    func truncate(to length: Int64) throws { throw refusal("truncate") }
}
