// Where a command's runs keep their files while they run, and what becomes of folders whose command was killed.
internal import Posix
internal import World

/// The folder below a results folder that lives as long as its command.
public enum WorkFolder {
    private static let prefix = ".running-"

    /// This process's folder below `base`, not made yet; an end that was asked for removes it.
    public static func path(in base: String) -> String {
        let path = "\(base)/\(prefix)\(ProcessIdentity.own)"
        Leftovers.shared.note(folder: path)
        return path
    }

    /// Removes the folders of commands that were killed before they could do so themselves.
    public static func removeAbandoned(in base: String) {
        guard let names = try? PosixDisk().list(base) else { return }
        for name in names where name.hasPrefix(prefix) {
            // A number alone may be somebody else's by now.
            guard let owner = ProcessIdentity(parsing: name.dropFirst(prefix.count)), !owner.isRunning else { continue }
            // A worker of the command may notice only now that it was killed, and make a file behind the removal's back.
            // Best effort: whoever cannot remove an old folder can still run.
            for _ in 0..<3 { try? FileSystem.removeTree("\(base)/\(name)") }
        }
    }
}
