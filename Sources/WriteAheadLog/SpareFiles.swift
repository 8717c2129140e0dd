// Files of segments that nobody needs any more, kept to be written again under the names of new ones.
internal import World

/// Keeps files on the device that would otherwise be freed and asked for again, which costs as much of a device's time as
/// writing some of them does: one that is told of every freed block does nothing else meanwhile.
///
/// What is kept has no segment's name, so no recovery takes it for a part of the log; it is removed when the log is closed,
/// or opened after a crash.
struct SpareFiles {
    /// A file that is empty here and about to become a segment.
    struct Spare {
        let file: any DiskFile
        fileprivate let disk: any Disk
        fileprivate let path: String

        /// Gives the file the name of a segment, which must be free.
        ///
        /// - Throws: `DiskError`.
        func rename(to path: String) throws {
            try disk.link(self.path, to: path)
            try disk.remove(self.path)
        }
    }

    /// The most files that are kept: what the blocks of a batch fill.
    private static let most = 2
    private static let prefix = "spare-"

    private let disk: any Disk
    private let directory: String
    private var kept: [(path: String, bytes: Int64)] = []
    private var renamed = 0
    /// Whether the file system is known not to empty a file in its place.
    private var isRefused = false

    init(disk: any Disk, directory: String) {
        self.disk = disk
        self.directory = directory
    }

    /// The bytes of all files that are kept.
    var bytes: Int64 { kept.reduce(0) { $0 + $1.bytes } }

    /// Whether a file in a log's folder is a spare one.
    static func isSpare(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(".wal") }

    /// Takes the name of a segment away from its file, which is to be kept once that is durable.
    ///
    /// - Returns: the file's new name; nil: it is to be removed.
    /// - Throws: `DiskError`.
    mutating func rename(_ path: String) throws -> String? {
        guard !isRefused, kept.count < SpareFiles.most else { return nil }
        renamed += 1
        let spare = "\(directory)/\(SpareFiles.prefix)\(renamed).wal"
        try disk.rename(path, to: spare)
        return spare
    }

    /// Keeps a file of `bytes`, whose new name is durable: before, a loss of power could bring the old one back.
    mutating func keep(_ spare: String, bytes: Int64) { kept.append((spare, bytes)) }

    /// A file to write a segment into; nil: there is none, and a new one has to be made.
    ///
    /// - Throws: `DiskError`.
    mutating func give() throws -> Spare? {
        guard let (path, _) = kept.popLast() else { return nil }
        let file = try disk.open(path, .update)
        if try file.emptyInPlace() { return Spare(file: file, disk: disk, path: path) }
        file.close()
        try disk.remove(path)
        isRefused = true
        removeAll()
        return nil
    }

    /// Removes what is kept, as far as that can be done: what stays is removed when the log is opened again.
    mutating func removeAll() {
        for (path, _) in kept { try? disk.remove(path) }
        kept = []
    }
}
