// Where a command's runs keep their files while they run, and what becomes of folders whose command was killed.
internal import Posix
internal import World

/// The folder below a results folder that lives as long as its command.
public enum WorkFolder {
    private static let prefix = ".running-"

    /// This process's folder below `base`, not made yet; an end that was asked for removes it.
    public static func path(in base: String) -> String {
        let path = "\(base)/\(prefix)\(Processes.processID)"
        Leftovers.shared.note(folder: path)
        return path
    }

    /// Removes the folders of commands that were killed before they could do so themselves.
    public static func removeAbandoned(in base: String) {
        let disk = PosixDisk()
        guard let names = try? disk.list(base) else { return }
        for name in names where name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.count)), !disk.exists("/proc/\(process)") else { continue }
            // Best effort: whoever cannot remove an old folder can still run.
            try? FileSystem.removeTree("\(base)/\(name)")
        }
    }
}
