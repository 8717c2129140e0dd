// A disk in memory that can run full, fail, die in the middle of a call, and lose what was not synced.
import World

/// What a ``MemoryDisk`` throws when its process is to die.
struct ProcessDied: Error, Equatable {}

final class MemoryDisk: Disk {
    final class Node {
        var bytes: [UInt8] = []
        /// The bytes as they were at the last sync.
        var durable: [UInt8] = []
    }

    private(set) var nodes: [String: Node] = [:]
    private var durableNames: [String: Node] = [:]
    private var directories: Set<String> = [""]

    /// How many more bytes files may grow by; nil: without limit.
    var space: Int?
    /// Whether files can be emptied in their place.
    var emptiesInPlace = true
    /// Whether syncs of files fail.
    var failsSyncs = false
    /// The calls that change something after which the process dies; the call itself is done half.
    var callsBeforeDeath: Int?
    private(set) var changingCalls = 0
    private(set) var fileSyncs = 0

    func node(_ path: String) throws -> Node {
        guard let node = nodes[path] else { throw error(.notFound, "open", path) }
        return node
    }

    func error(_ code: DiskError.Code, _ operation: String, _ path: String) -> DiskError {
        DiskError(code, operation: operation, path: path, errorNumber: 0, reason: code.rawValue)
    }

    /// Counts a changing call; true when the process dies in it.
    func dies() -> Bool {
        changingCalls += 1
        guard let left = callsBeforeDeath else { return false }
        return changingCalls > left
    }

    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        if nodes[path] == nil {
            guard mode != .read else { throw error(.notFound, "open", path) }
            if dies() { throw ProcessDied() }
            nodes[path] = Node()
        } else if mode == .create {
            throw error(.exists, "open", path)
        } else if mode == .replace {
            nodes[path]?.bytes = []
        }
        return MemoryFile(disk: self, node: try node(path), path: path)
    }

    func list(_ directory: String) throws -> [String] {
        guard directories.contains(directory) else { throw error(.notFound, "list", directory) }
        return nodes.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.count + 1)) }
            .sorted()
    }

    func makeDirectory(_ path: String) throws { directories.insert(path) }

    // A log does not need it.
    func lock(_ path: String) -> (any DiskFile)? { nil }

    func link(_ path: String, to newPath: String) throws {
        guard nodes[newPath] == nil else { throw error(.exists, "link", newPath) }
        if dies() { throw ProcessDied() }
        nodes[newPath] = try node(path)
    }

    func rename(_ path: String, to newPath: String) throws {
        let node = try node(path)
        if dies() { throw ProcessDied() }
        nodes[path] = nil
        nodes[newPath] = node
    }

    func remove(_ path: String) throws {
        _ = try node(path)
        if dies() { throw ProcessDied() }
        nodes[path] = nil
    }

    func syncDirectory(_ path: String) throws {
        if dies() { throw ProcessDied() }
        durableNames = nodes
    }

    func exists(_ path: String) -> Bool { nodes[path] != nil || directories.contains(path) }

    fileprivate func synced(_ node: Node, _ path: String) throws {
        if dies() { throw ProcessDied() }
        if failsSyncs { throw error(.failed, "sync", path) }
        fileSyncs += 1
        node.durable = node.bytes
    }

    /// The disk as a restarted process finds it: all bytes are there, no fault is.
    func afterKill() -> MemoryDisk {
        let disk = MemoryDisk()
        disk.directories = directories
        for (path, node) in nodes {
            disk.nodes[path] = Node()
            disk.nodes[path]?.bytes = node.bytes
            disk.nodes[path]?.durable = node.bytes
        }
        disk.durableNames = disk.nodes
        return disk
    }

    /// The sectors that a power loss may take: those in which a file differs from what was last synced.
    func unsyncedSectors() -> [(path: String, sector: Int)] {
        durableNames.sorted { $0.key < $1.key }.flatMap { path, node in
            let count = (max(node.bytes.count, node.durable.count) + 511) / 512
            return (0..<count).filter { node.sector($0, durable: false) != node.sector($0, durable: true) }
                .map { (path, $0) }
        }
    }

    /// The disk as a restarted machine finds it: durable names only, and of the unsynced sectors only the `kept`.
    /// Files keep their length, or end with the last byte that is there.
    func afterPowerLoss(keeping kept: (String, Int) -> Bool, cutting: Bool) -> MemoryDisk {
        let disk = MemoryDisk()
        disk.directories = directories
        for (path, node) in durableNames {
            let length = max(node.bytes.count, node.durable.count)
            var bytes: [UInt8] = []
            for sector in 0..<(length + 511) / 512 {
                bytes += node.sector(sector, durable: !kept(path, sector))
            }
            bytes.removeLast(bytes.count - length)
            if cutting { while bytes.count > node.durable.count, bytes.last == 0 { bytes.removeLast() } }
            let survivor = Node()
            survivor.bytes = bytes
            survivor.durable = bytes
            disk.nodes[path] = survivor
        }
        disk.durableNames = disk.nodes
        return disk
    }
}

extension MemoryDisk.Node {
    /// 512 bytes; zeros where the file does not reach.
    func sector(_ index: Int, durable wantsDurable: Bool) -> [UInt8] {
        let source = wantsDurable ? durable : bytes
        let part = source[min(index * 512, source.count)..<min(index * 512 + 512, source.count)]
        return Array(part) + [UInt8](repeating: 0, count: 512 - part.count)
    }
}

private final class MemoryFile: DiskFile {
    let disk: MemoryDisk
    let node: MemoryDisk.Node
    let path: String

    init(disk: MemoryDisk, node: MemoryDisk.Node, path: String) {
        self.disk = disk
        self.node = node
        self.path = path
    }

    /// Where the file ends for this one, which emptied it in its place.
    private var end: Int?

    func length() throws -> Int64 { Int64(end ?? node.bytes.count) }

    func emptyInPlace() throws -> Bool {
        guard disk.emptiesInPlace else { return false }
        if disk.dies() { throw ProcessDied() }
        node.bytes = [UInt8](repeating: 0, count: node.bytes.count)
        end = 0
        return true
    }

    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        var incoming = parts.flatMap { Array($0) }
        let dies = disk.dies()
        if dies { incoming.removeLast((incoming.count + 1) / 2) }
        let growth = max(0, Int(offset) + incoming.count - node.bytes.count)
        let missing = disk.space.map { max(0, growth - $0) } ?? 0
        incoming.removeLast(missing)
        if let space = disk.space { disk.space = space - (growth - missing) }
        let end = Int(offset) + incoming.count
        if end > node.bytes.count { node.bytes += [UInt8](repeating: 0, count: end - node.bytes.count) }
        node.bytes.replaceSubrange(Int(offset)..<end, with: incoming)
        if let last = self.end { self.end = max(last, end) }
        if missing > 0 { throw disk.error(.noSpace, "write", path) }
        if dies { throw ProcessDied() }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let part = node.bytes[min(Int(offset), node.bytes.count)..<min(Int(offset) + buffer.count, node.bytes.count)]
        buffer.copyBytes(from: part)
        return part.count
    }

    func sync() throws { try disk.synced(node, path) }

    func truncate(to length: Int64) throws {
        if disk.dies() { throw ProcessDied() }
        let missing = Int(length) - node.bytes.count
        if missing > 0 {
            node.bytes += [UInt8](repeating: 0, count: missing)
        } else {
            node.bytes.removeLast(-missing)
        }
    }

    func close() {
        if let end { node.bytes.removeLast(node.bytes.count - end) }
        end = nil
    }
}
