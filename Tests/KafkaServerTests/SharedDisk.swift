// A disk in memory for a served broker.
import KafkaServer
import Simulation
import World

/// A simulated disk that a broker's event loop uses. Unchecked: a test looks at it only when its request was answered,
/// and nothing syncs in the background while it does.
final class SharedDisk: Disk, @unchecked Sendable {
    let disk: SimulatedDisk
    /// Called before a name is changed or a file removed.
    var willChange: (() -> Void)?

    init(_ disk: SimulatedDisk = SimulatedDisk()) { self.disk = disk }

    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile { try disk.open(path, mode) }
    func list(_ directory: String) throws -> [String] { try disk.list(directory) }
    func makeDirectory(_ path: String) throws { disk.makeDirectory(path) }
    func rename(_ path: String, to newPath: String) throws {
        willChange?()
        try disk.rename(path, to: newPath)
    }
    func link(_ path: String, to newPath: String) throws { try disk.link(path, to: newPath) }
    func lock(_ path: String) throws -> (any DiskFile)? { try disk.lock(path) }
    func remove(_ path: String) throws {
        willChange?()
        try disk.remove(path)
    }
    func syncDirectory(_ path: String) throws { try disk.syncDirectory(path) }
    func exists(_ path: String) -> Bool { disk.exists(path) }
    func map(_ path: String, length: Int) throws -> any FileMemory { try disk.map(path, length: length) }

    /// The files of logs, in the order of their names.
    var logs: [String] { disk.paths.filter { $0.hasSuffix(".log") } }

    /// The disk as it is now, which another broker can be started on.
    func copy() -> SharedDisk { SharedDisk(disk.copy()) }

    /// A broker on this disk. Only its end syncs, unless it is to sync always, and it cleans when it is told to.
    func serve(syncsAlways: Bool = false, memoryLimit: Int = 1 << 20) throws -> KafkaServer {
        var settings = ServerSettings()
        var data = DataFolder(path: "data", disk: self)
        data.syncInterval = syncsAlways ? 0 : 3_600_000
        data.memoryLimit = memoryLimit
        settings.data = data
        settings.cleaningInterval = 3_600_000
        return try KafkaServer.start(settings)
    }
}
