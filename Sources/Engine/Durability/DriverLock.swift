// The driver's lock: one driver at a time works on a folder of state.
internal import World

/// A file that the driver holds for as long as its process lives, with the driver's name in it. Whoever is refused
/// leaves its name too, so that the holder can tell.
final class DriverLock {
    private let file: any DiskFile
    private let path: String
    private let refusals: String
    private let seams: Seams

    /// Takes the lock of a folder.
    ///
    /// - Throws: ``EngineError``, `concurrentDriver` when another driver holds it.
    init(directory: String, seams: Seams) throws {
        self.seams = seams
        path = "\(directory)/driver.lock"
        refusals = "\(directory)/refused-drivers"
        try seams.disk.makeDurableDirectory(directory)
        guard let file = try seams.disk.lock(path) else {
            try DriverLock.leave(seams.driverName, in: refusals, seams)
            throw EngineError(
                .concurrentDriver,
                "\(seams.driverName) may not work on this state: \(try DriverLock.text(of: path, seams)) holds its lock",
                location: path)
        }
        self.file = file
        for name in (try? seams.disk.list(refusals)) ?? [] { try seams.disk.remove("\(refusals)/\(name)") }
        try file.truncate(to: 0)
        try Array(seams.driverName.utf8).withUnsafeBytes { try file.write([$0], at: 0) }
    }

    /// What the holder knows of others: who was refused.
    var notes: [String] {
        let names = (try? seams.disk.list(refusals)) ?? []
        return names.compactMap { try? DriverLock.text(of: "\(refusals)/\($0)", seams) }.map {
            "\(seams.driverName) holds \(path), and \($0) was refused"
        }
    }

    func release() { file.close() }

    private static func leave(_ name: String, in directory: String, _ seams: Seams) throws {
        try seams.disk.makeDirectory(directory)
        try seams.disk.write(Array(name.utf8), to: "\(directory)/\(seams.clock.now())")
    }

    private static func text(of path: String, _ seams: Seams) throws -> String {
        String(decoding: try seams.disk.contents(of: path), as: UTF8.self)
    }
}
