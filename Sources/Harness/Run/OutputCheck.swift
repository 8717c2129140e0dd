// Asks for every place a command will write to before it works, so that nothing is lost at the end.
internal import Posix
internal import World

/// Checks of outputs, each of which leaves nothing behind.
public enum OutputCheck {
    /// Checks that files can be made in the folder at `path`, which `option` names; empty where no option does.
    ///
    /// - Throws: ``Diagnosis``; a full disk is the machine's fault, everything else the command line's.
    public static func folder(_ path: String, _ option: String) throws {
        let disk = PosixDisk()
        let made = firstMissing(of: path, on: disk)
        // Best effort: folders that were made for the question only, and in which nobody else has put something since.
        defer { if let made { removeEmpty(path, upTo: made) } }
        do {
            try ask(path, on: disk)
        } catch let error as DiskError where error.code != .noSpace {
            let fix =
                option.isEmpty
                ? "run kbench where the folder can be written" : "choose a folder that can be written with \(option)"
            throw refusal(error, option, fix)
        }
    }

    /// So often the question is asked where another process takes the folder away that it made for its own.
    private static let attempts = 100

    /// Makes a file in a folder, and takes it away.
    private static func ask(_ path: String, on disk: PosixDisk) throws {
        let probe = "\(path)/.kbench-probe-\(Processes.processID)"
        for attempt in 1...attempts {
            do {
                try disk.makeDirectory(path)
                try disk.open(probe, .replace).close()
                return try disk.remove(probe)
            } catch let error as DiskError where error.isMissing && attempt < attempts {}
        }
    }

    /// Removes a folder and those above it, up to one of them, as far as they are empty.
    private static func removeEmpty(_ path: String, upTo top: String) {
        var folder = path
        while true {
            FileSystem.removeIfEmpty(folder)
            if folder == top || folder == "." || folder == "/" { return }
            folder = parent(of: folder)
        }
    }

    /// Checks that the file at `path` can be written, or made in a folder that is there. What it holds stays.
    ///
    /// - Throws: ``Diagnosis``, as ``folder(_:_:)`` does.
    public static func file(_ path: String, _ option: String, makesFolders: Bool = false) throws {
        let disk = PosixDisk()
        let fix = "choose a file that can be written with \(option)"
        guard disk.exists(path) else {
            let parent = parent(of: path)
            guard makesFolders || disk.exists(parent) else {
                throw Diagnosis(
                    cause: "\(option): \(path): there is no folder \(parent)",
                    fix: "make it, or choose another file with \(option)", exitCode: .usage)
            }
            guard !path.hasSuffix("/") else {
                throw Diagnosis(cause: "\(option): \(path): it is a folder", fix: fix, exitCode: .usage)
            }
            return try folder(parent, option)
        }
        do { try disk.open(path, .update).close() } catch let error as DiskError {
            throw refusal(error, option, fix)
        }
    }

    private static func refusal(_ error: DiskError, _ option: String, _ fix: String) -> Diagnosis {
        let words = error.code == .exists ? "\(error.path): a file has this name" : "\(error)"
        return Diagnosis(cause: (option.isEmpty ? "" : "\(option): ") + words, fix: fix, exitCode: .usage)
    }

    /// The topmost of the folders that are missing for `path`; nil when none is.
    private static func firstMissing(of path: String, on disk: PosixDisk) -> String? {
        var (missing, rest): (String?, String) = (nil, path)
        while !disk.exists(rest) {
            missing = rest
            rest = parent(of: rest)
            if rest == "." || rest == "/" { break }
        }
        return missing
    }

    private static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
