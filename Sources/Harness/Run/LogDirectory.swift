// The write-ahead logs of runs on a file system of their own, such as a replicated one.
internal import Posix
internal import World

/// Puts the log of a run, and nothing else of it, below another folder: the run's `wal` is a symbolic link that leads there,
/// so that whoever reads or writes the log needs not know.
package enum LogDirectory {
    /// The log of a run whose state lies in `state`.
    private static func link(in state: String) -> String { "\(state)/wal" }

    /// Gives a run that has no log yet a folder for it, `name` below `logs`. Later lives find it there.
    ///
    /// - Throws: `DiskError`.
    package static func place(logOf state: String, in logs: String, name: String) throws {
        let disk = PosixDisk()
        guard try FileSystem.target(ofLink: link(in: state)) == nil else { return }
        let target = "\(logs)/\(name)"
        try disk.makeDirectory(target)
        try disk.makeDirectory(state)
        try FileSystem.makeLink(link(in: state), to: target)
    }

    /// Removes the folder of a run, with its log wherever that lies.
    ///
    /// - Throws: `DiskError`.
    package static func removeRun(_ directory: String) throws {
        if let target = try FileSystem.target(ofLink: link(in: "\(directory)/state")) {
            try FileSystem.removeTree(target)
        }
        try FileSystem.removeTree(directory)
    }
}

extension RunOptions {
    /// Removes what the runs of a command have left.
    ///
    /// - Throws: `DiskError`.
    package func removeFolders() throws {
        if let logDirectory { try FileSystem.removeTree(logDirectory) }
        try FileSystem.removeTree(workDirectory)
    }
}
