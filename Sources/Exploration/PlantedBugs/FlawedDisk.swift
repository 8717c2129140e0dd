// A disk as an engine would use it that has a bug: calls are left out, or their errors.
internal import World

/// Stands between an engine and its disk.
final class FlawedDisk: Disk {
    enum Flaw {
        case skipsSync(of: String)
        case skipsDirectorySync(of: String)
        case ignoresSyncErrors
        case retriesSync
        case ignoresFullDisk
        case copiesInsteadOfRenaming
        case hidesNewest(in: String)
        case sharesSlots
    }

    private let disk: any Disk
    let flaw: Flaw

    init(_ disk: any Disk, _ flaw: Flaw) {
        self.disk = disk
        self.flaw = flaw
    }

    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        var path = path
        if case .sharesSlots = flaw, let place = path.range(of: "/partition-") {
            path = path[..<place.upperBound] + "00000.slots"
        }
        return FlawedFile(try disk.open(path, mode), path: path, flaw)
    }

    func list(_ directory: String) throws -> [String] {
        let names = try disk.list(directory)
        guard case .hidesNewest(let folder) = flaw, directory.hasSuffix(folder), names.count > 1 else { return names }
        return names.dropLast()
    }

    func makeDirectory(_ path: String) throws { try disk.makeDirectory(path) }

    func rename(_ path: String, to newPath: String) throws {
        guard case .copiesInsteadOfRenaming = flaw else { return try disk.rename(path, to: newPath) }
        try disk.write(try disk.contents(of: path), to: newPath)
        try disk.remove(path)
    }

    func link(_ path: String, to newPath: String) throws { try disk.link(path, to: newPath) }

    func lock(_ path: String) throws -> (any DiskFile)? { try disk.lock(path) }

    func remove(_ path: String) throws { try disk.remove(path) }

    func syncDirectory(_ path: String) throws {
        if case .skipsDirectorySync(let folder) = flaw, path.hasSuffix(folder) { return }
        try disk.syncDirectory(path)
    }

    func exists(_ path: String) -> Bool { disk.exists(path) }
}

extension String {
    /// Where `part` lies; what Foundation would say, without it.
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}

private final class FlawedFile: DiskFile {
    private let file: any DiskFile
    private let path: String
    private let flaw: FlawedDisk.Flaw

    init(_ file: any DiskFile, path: String, _ flaw: FlawedDisk.Flaw) {
        self.file = file
        self.path = path
        self.flaw = flaw
    }

    func length() throws -> Int64 { try file.length() }

    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        do {
            try file.write(parts, at: offset)
        } catch let error as DiskError where error.code == .noSpace {
            guard case .ignoresFullDisk = flaw else { throw error }
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }

    func sync() throws {
        switch flaw {
        case .skipsSync(let folder) where !path.ranges(of: folder + "/").isEmpty: return
        case .ignoresSyncErrors: _ = try? file.sync()
        case .retriesSync:
            do { try file.sync() } catch { try file.sync() }
        default: try file.sync()
        }
    }

    func truncate(to length: Int64) throws { try file.truncate(to: length) }

    func emptyInPlace() throws -> Bool { try file.emptyInPlace() }
    func bypassCache(writesBehind: Bool) { file.bypassCache(writesBehind: writesBehind) }
    func close() { file.close() }
}
