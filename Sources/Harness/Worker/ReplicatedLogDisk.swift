// A disk that keeps every file of the write-ahead log several times, as a replicated file system would.
internal import Engine
package import World

/// Passes everything on to another disk; what lies in a folder named `wal` is written and synced again in folders
/// `replica-2`, `replica-3` and so on. Reads come from the first copy.
///
/// The copies are simulated replicas: they are written one after the other on one machine, while a replicated file system
/// writes them at once on several, behind a network.
package final class ReplicatedLogDisk: Disk {
    private let disk: any Disk
    private let copies: Int

    package init(_ disk: any Disk, copies: Int) {
        self.disk = disk
        self.copies = copies
    }

    /// The further places of a path; none for what is not of the log.
    package func replicas(of path: String) -> [String] {
        let folders = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let log = folders.lastIndex(of: "wal") else { return [] }
        return (2..<max(2, copies + 1)).map { copy in
            (folders[..<log] + ["replica-\(copy)"] + folders[log...]).joined(separator: "/")
        }
    }

    package func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        let first = try disk.open(path, mode)
        if case .read = mode { return first }
        return ReplicatedFile(first, try replicas(of: path).map { try disk.open($0, mode) })
    }

    package func list(_ directory: String) throws -> [String] { try disk.list(directory) }
    package func exists(_ path: String) -> Bool { disk.exists(path) }
    package func map(_ path: String, length: Int) throws -> any FileMemory { try disk.map(path, length: length) }
    package func lock(_ path: String) throws -> (any DiskFile)? { try disk.lock(path) }

    package func makeDirectory(_ path: String) throws {
        try disk.makeDirectory(path)
        for replica in replicas(of: path) { try disk.makeDirectory(replica) }
    }

    package func rename(_ path: String, to newPath: String) throws {
        try disk.rename(path, to: newPath)
        for (from, to) in zip(replicas(of: path), replicas(of: newPath)) { try disk.rename(from, to: to) }
    }

    package func link(_ path: String, to newPath: String) throws {
        try disk.link(path, to: newPath)
        for (from, to) in zip(replicas(of: path), replicas(of: newPath)) { try disk.link(from, to: to) }
    }

    package func remove(_ path: String) throws {
        try disk.remove(path)
        for replica in replicas(of: path) { try disk.remove(replica) }
    }

    package func syncDirectory(_ path: String) throws {
        try disk.syncDirectory(path)
        for replica in replicas(of: path) { try disk.syncDirectory(replica) }
    }
}

/// One file of the log and its copies.
private final class ReplicatedFile: DiskFile {
    private let first: any DiskFile
    private let others: [any DiskFile]

    init(_ first: any DiskFile, _ others: [any DiskFile]) {
        self.first = first
        self.others = others
    }

    func length() throws -> Int64 { try first.length() }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try first.read(into: buffer, at: offset)
    }
    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        try first.write(parts, at: offset)
        for other in others { try other.write(parts, at: offset) }
    }
    func sync() throws {
        try first.sync()
        for other in others { try other.sync() }
    }
    func truncate(to length: Int64) throws {
        try first.truncate(to: length)
        for other in others { try other.truncate(to: length) }
    }
    func emptyInPlace() throws -> Bool {
        guard try first.emptyInPlace() else { return false }
        for other in others where try !other.emptyInPlace() { try other.truncate(to: 0) }
        return true
    }
    func bypassCache(writesBehind: Bool) {
        first.bypassCache(writesBehind: writesBehind)
        for other in others { other.bypassCache(writesBehind: writesBehind) }
    }
    func close() {
        first.close()
        for other in others { other.close() }
    }
}
