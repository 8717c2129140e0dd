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
    private(set) var files: [Int: FileImage] = [:]
    /// The names that the process sees.
    private(set) var names: [String: Int] = [:]
    private(set) var directories: Set<String> = []
    /// The names and folders that the device holds for certain.
    private var durableNames: [String: Int] = [:]
    private var durableDirectories: Set<String> = []
    /// By folder, the changes since it was synced, oldest first.
    private(set) var pending: [String: [NameChange]] = [:]
    private var nextFile = 0
    /// Rises with every change that a crash could tell: two images of one history with the same count are the same.
    private(set) var changes = 0
    /// Rises with every change that a process could tell: all but syncs.
    private(set) var writes = 0

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    func file(_ path: String) -> Int? { names[path] }

    /// What a process reads, by path.
    var contents: [String: [UInt8]] { names.mapValues { files[$0]?.written ?? [] } }

    /// Makes a file of this name.
    mutating func create(_ path: String) -> Int {
        let file = nextFile
        nextFile += 1
        files[file] = FileImage()
        change(.set(path: path, file: file))
        return file
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
        writes += 1
        return body(&files[file, default: FileImage()])
    }

    /// Makes a file's bytes durable, as far as its image says.
    mutating func sync(_ file: Int) {
        guard files[file]?.isDirty == true else { return }
        changes += 1
        files[file, default: FileImage()].sync()
    }

    /// Whether a power loss now can leave anything else than a process kill.
    var isDirty: Bool { !pending.isEmpty || files.values.contains(where: \.isDirty) }

    /// The lengths of the unsynced writes of each file that has some, oldest first, by path.
    var unsyncedWrites: [(path: String, lengths: [Int])] {
        dirtyPaths.map { path in (path, names[path].flatMap { files[$0]?.unsynced.map(\.count) } ?? []) }
    }

    mutating func syncDirectory(_ path: String) {
        guard let made = pending.removeValue(forKey: path) else { return }
        changes += 1
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
    func afterPowerLoss(
        keptNames: (_ folder: String, _ count: Int) -> Int, left: (_ path: String, FileImage) -> FileImage
    ) -> DiskImage {
        var names = durableNames
        var directories = durableDirectories
        for folder in pending.keys.sorted() {
            let changes = pending[folder] ?? []
            for change in changes.prefix(keptNames(folder, changes.count)) { apply(change, to: &names, &directories) }
        }
        var image = DiskImage()
        image.names = names
        image.directories = directories
        image.durableNames = names
        image.durableDirectories = directories
        image.nextFile = nextFile
        // One file may have two names, and both must see the same bytes.
        for (path, file) in names.sorted(by: { $0.key < $1.key }) where image.files[file] == nil {
            let content = files[file] ?? FileImage()
            image.files[file] = content.isDirty ? left(path, content) : content
        }
        return image
    }

    /// The paths of files a power loss can leave in another state than they are in, sorted.
    var dirtyPaths: [String] {
        names.filter { files[$0.value]?.isDirty == true }.map(\.key).sorted()
    }
}
