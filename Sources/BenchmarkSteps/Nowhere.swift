// A disk that keeps nothing, so that only the work before a write is measured.
internal import World

/// Every file is empty, whatever was written to it.
final class Nowhere: Disk {
    private final class File: DiskFile {
        func length() -> Int64 { 0 }
        func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) {}
        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int { 0 }
        func sync() {}
        func truncate(to length: Int64) {}
        func close() {}
    }

    func open(_ path: String, _ mode: OpenMode) -> any DiskFile { File() }
    func list(_ directory: String) -> [String] { [] }
    func makeDirectory(_ path: String) {}
    func rename(_ path: String, to newPath: String) {}
    func link(_ path: String, to newPath: String) {}
    func lock(_ path: String) -> (any DiskFile)? { File() }
    func remove(_ path: String) {}
    func syncDirectory(_ path: String) {}
    func exists(_ path: String) -> Bool { false }
}
