// A whole simulated disk as a value: files, names, and what a power loss leaves of both.

/// The state of a disk between two effects. Copying it is how a world is kept, so that many crashes can begin from it.
struct DiskImage: Equatable {
    /// A change of a folder that a sync of the folder makes durable.
    enum NameChange: Equatable {
        case set(path: String, file: Int)
        case remove(path: String)
        case rename(path: String, newPath: String)
        case makeDirectory(path: String)
    }

    /// The files there are, by number; a file without a name is there until the disk is copied after a crash.
    private(set) var files: [FileImage] = []
    /// What lies in this folder survives every power loss.
    var spared: String?
    /// And so do these files.
    private var sparedFiles: Set<Int> = []
    /// The names that the process sees.
    private(set) var names: [String: Int] = [:]
    private(set) var directories: Set<String> = []
    /// By folder, the names in it, sorted.
    private var entries: [String: [String]] = [:]
    /// The names and folders that the device holds for certain.
    private var durableNames: [String: Int] = [:]
    private var durableDirectories: Set<String> = []
    /// By folder, the changes since it was synced, oldest first.
    private(set) var pending: [String: [NameChange]] = [:]
    /// Rises with every change that a crash could tell: two images of one history with the same count are the same.
    private(set) var changes = 0
    /// Rises with every change that a process could tell: all but syncs. What is spared is not counted.
    private(set) var writes = 0
    /// Rises with every change of what the device holds for certain.
    private(set) var durableChanges = 0
    /// Rises with every change of what is spared.
    private(set) var sparedWrites = 0
    /// By number, whether a file is spared.
    private var isSparedFile: [Bool] = []

    static func folder(of path: String) -> String { split(path).folder }

    private static func split(_ path: String) -> (folder: String, name: String) {
        let bytes = path.utf8
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        let name = String(path[bytes.index(after: slash)...])
        return (slash == bytes.startIndex ? "/" : String(path[..<slash]), name)
    }

    func file(_ path: String) -> Int? { names[path] }

    /// What a process reads, by path.
    var contents: [String: [UInt8]] { names.mapValues { files[$0].written } }

    /// What a process that starts now finds.
    struct Remains: Hashable {
        private let files: [String: [UInt8]]
        private let directories: Set<String>
        /// Names of a file that has several, with the one that stands for them all.
        private let links: [String: String]
        /// Enough to tell most disks apart at a glance.
        private let fingerprint: Int

        fileprivate init(of image: DiskImage) {
            files = image.contents
            directories = image.directories
            links = image.links
            var fingerprint = 0
            // The order of a dictionary must not show, so the parts are summed up.
            for (path, bytes) in files {
                var hasher = Hasher()
                hasher.combine(path)
                hasher.combine(bytes.count)
                bytes.suffix(64).withUnsafeBytes { hasher.combine(bytes: $0) }
                fingerprint &+= hasher.finalize()
            }
            self.fingerprint = fingerprint
        }

        func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
    }

    var remains: Remains { Remains(of: self) }

    private var links: [String: String] {
        guard Set(names.values).count < names.count else { return [:] }
        var first: [Int: String] = [:]
        var links: [String: String] = [:]
        for (path, file) in names.sorted(by: { $0.key < $1.key }) {
            if let other = first[file] { links[path] = other } else { first[file] = path }
        }
        return links
    }

    /// Makes a file of this name.
    mutating func create(_ path: String) -> Int {
        files.append(FileImage())
        isSparedFile.append(isSpared(path))
        change(.set(path: path, file: files.count - 1))
        return files.count - 1
    }

    /// Gives a file a further name.
    mutating func link(_ file: Int, to path: String) { change(.set(path: path, file: file)) }

    /// Renames a file in one step, replacing what has the new name.
    mutating func rename(_ path: String, to newPath: String) { change(.rename(path: path, newPath: newPath)) }

    mutating func removeName(_ path: String) { change(.remove(path: path)) }

    mutating func makeDirectory(_ path: String) {
        guard !directories.contains(path) else { return }
        change(.makeDirectory(path: path))
    }

    /// Changes a file's bytes.
    mutating func update<Result>(_ file: Int, _ body: (inout FileImage) -> Result) -> Result {
        changes += 1
        if isSparedFile[file] || sparedFiles.contains(file) { sparedWrites += 1 } else { writes += 1 }
        return body(&files[file])
    }

    /// Makes a file's bytes durable, as far as its image says.
    mutating func sync(_ file: Int) {
        guard files[file].isDirty else { return }
        changes += 1
        durableChanges += 1
        files[file].sync()
    }

    /// Whether a power loss now can leave anything else than a process kill.
    var isDirty: Bool {
        for (folder, changes) in pending where changes.contains(where: { !isSpared($0, in: folder) }) { return true }
        return names.contains { files[$0.value].isDirty && !isSpared($0.key) }
    }

    /// Lets a file, and its name, survive every power loss.
    mutating func spare(_ path: String) {
        if let file = names[path] { sparedFiles.insert(file) }
    }

    private func isSpared(_ path: String) -> Bool {
        if let file = names[path], sparedFiles.contains(file) { return true }
        guard let spared, path.utf8.count >= spared.utf8.count else { return false }
        return path.utf8.starts(with: spared.utf8)
    }

    private func isSpared(_ change: NameChange, in folder: String) -> Bool {
        if isSpared(folder) { return true }
        return switch change {
        case .makeDirectory(let path): isSpared(path)
        case .set(_, let file): sparedFiles.contains(file)
        case .remove, .rename: false
        }
    }

    /// The names in a folder, sorted.
    func entries(of directory: String) -> [String] { entries[directory] ?? [] }

    private mutating func enter(_ path: String) {
        let (folder, name) = DiskImage.split(path)
        var names = entries.removeValue(forKey: folder) ?? []
        // A new name is mostly the last.
        let place = names.lastIndex { $0 <= name }
        if place.map({ names[$0] != name }) ?? true { names.insert(name, at: place.map { $0 + 1 } ?? 0) }
        entries[folder] = names
    }

    private mutating func leave(_ path: String) {
        let (folder, name) = DiskImage.split(path)
        entries[folder]?.removeAll { $0 == name }
    }

    /// Lists the names of a disk after a power loss, of which `other` is the state before.
    private mutating func enterAll(differingFrom other: DiskImage) {
        entries = other.entries
        for path in other.names.keys where names[path] == nil { leave(path) }
        for path in other.directories where !directories.contains(path) { leave(path) }
        for path in names.keys where other.names[path] == nil { enter(path) }
    }

    /// Whether a power loss can take the bytes of a file.
    var hasDirtyFiles: Bool { names.contains { files[$0.value].isDirty && !isSpared($0.key) } }

    /// The lengths of the unsynced writes of each file that has some, oldest first, by path.
    var unsyncedWrites: [(path: String, lengths: [Int])] {
        dirtyPaths.map { path in (path, names[path].map { files[$0].unsynced.map(\.count) } ?? []) }
    }

    mutating func syncDirectory(_ path: String) {
        guard let made = pending.removeValue(forKey: path) else { return }
        changes += 1
        durableChanges += 1
        for change in made { apply(change, to: &durableNames, &durableDirectories) }
    }

    private mutating func change(_ change: NameChange) {
        changes += 1
        writes += 1
        let path =
            switch change {
            case .set(let path, _), .remove(let path), .rename(_, let path), .makeDirectory(let path): path
            }
        pending[DiskImage.folder(of: path), default: []].append(change)
        apply(change, to: &names, &directories)
        switch change {
        case .set(let path, _), .makeDirectory(let path): enter(path)
        case .remove(let path): leave(path)
        case .rename(let path, let newPath):
            leave(path)
            enter(newPath)
        }
    }

    private func apply(_ change: NameChange, to names: inout [String: Int], _ directories: inout Set<String>) {
        switch change {
        case .set(let path, let file): names[path] = file
        case .remove(let path): names[path] = nil
        case .rename(let path, let newPath): names[newPath] = names.removeValue(forKey: path)
        case .makeDirectory(let path): directories.insert(path)
        }
    }

    /// The disk after a power loss: `names` says how many of a folder's changes survive, `file` what is left of a file.
    ///
    /// - Parameters:
    ///   - keptNames: Given a folder and the number of its changes since its last sync, how many of them survive.
    ///   - left: Given a path and a file that changed since its last sync, what the device holds of it.
    /// - Returns: The disk as the next life finds it.
    func afterPowerLoss(
        keptNames: (_ folder: String, _ count: Int) -> Int, left: (_ path: String, FileImage) -> FileImage
    ) -> DiskImage {
        var names = durableNames
        var directories = durableDirectories
        for folder in pending.keys.sorted() {
            let changes = pending[folder] ?? []
            let kept = isSpared(folder) ? changes.count : keptNames(folder, changes.count)
            for (place, change) in changes.enumerated() where place < kept || isSpared(change, in: folder) {
                apply(change, to: &names, &directories)
            }
        }
        var image = DiskImage()
        image.names = names
        image.directories = directories
        image.enterAll(differingFrom: self)
        image.durableNames = names
        image.durableDirectories = directories
        image.spared = spared
        image.isSparedFile = isSparedFile
        image.sparedFiles = sparedFiles
        image.files = files
        // One file may have two names, and both must see the same bytes.
        var seen = [Bool](repeating: false, count: files.count)
        for (path, file) in names.sorted(by: { $0.key < $1.key }) where !seen[file] && files[file].isDirty {
            seen[file] = true
            image.files[file] = isSpared(path) ? FileImage(durable: files[file].written) : left(path, files[file])
        }
        return image
    }

    /// The paths of files a power loss can leave in another state than they are in, sorted.
    var dirtyPaths: [String] {
        names.filter { files[$0.value].isDirty && !isSpared($0.key) }.map(\.key).sorted()
    }
}
