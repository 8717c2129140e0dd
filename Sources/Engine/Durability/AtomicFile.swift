// A small text file that is there whole or not at all: temporary name, sync, rename, sync of the folder.
internal import Checksum
internal import World

/// The effects of writing one kind of atomic file, each of them a crash point.
struct AtomicFileEffects {
    let write: Effect
    let sync: Effect
    let rename: Effect

    static let batchLog = AtomicFileEffects(write: .batchLogWrite, sync: .batchLogSync, rename: .batchLogRename)
    static let commitLog = AtomicFileEffects(
        write: .batchCompleteWrite, sync: .batchCompleteSync, rename: .batchCompleteRename)
    static let generationCheckpoint = AtomicFileEffects(
        write: .generationCheckpointWrite, sync: .generationCheckpointSync, rename: .generationCheckpointRename)
    static let completionCheckpoint = AtomicFileEffects(
        write: .completionCheckpointWrite, sync: .completionCheckpointSync, rename: .completionCheckpointRename)
    static let jobState = AtomicFileEffects(write: .stateWrite, sync: .stateSync, rename: .stateRename)
}

/// Writes and reads text files whose last line is the checksum of the lines before it.
enum AtomicFile {
    static let temporarySuffix = ".writing"

    /// Writes `lines` as `directory/name`, replacing what has that name, or only if nothing has it. Returns the bytes
    /// written.
    ///
    /// - Throws: ``DiskError``, `exists` where nothing may be replaced and something has the name.
    static func write(
        _ lines: [String], to name: String, in directory: String, effects: AtomicFileEffects, seams: Seams,
        mayReplace: Bool = true
    ) throws -> Int {
        let path = "\(directory)/\(name)"
        // Where another driver may be at work, the temporary file must not be its own.
        let temporary = (mayReplace ? path : "\(path).\(seams.clock.now())") + temporarySuffix
        let bytes = Array(text(of: lines).utf8)

        try seams.crash.before(effects.write)
        let file = try seams.disk.open(temporary, mayReplace ? .replace : .create)
        do {
            defer { file.close() }
            if let part = seams.crash.tear(effects.write, length: bytes.count) {
                try bytes.withUnsafeBytes { try file.write([UnsafeRawBufferPointer(rebasing: $0[..<part])], at: 0) }
                try seams.crash.torn(effects.write)
            }
            try bytes.withUnsafeBytes { try file.write([$0], at: 0) }
            try seams.crash.after(effects.write)

            try seams.crash.before(effects.sync)
            try file.sync()
            try seams.crash.after(effects.sync)
        }
        try seams.crash.before(effects.rename)
        if mayReplace {
            try seams.disk.rename(temporary, to: path)
        } else {
            try seams.disk.link(temporary, to: path)
            try seams.disk.remove(temporary)
        }
        // The name is in force for whoever restarts, and only this makes it durable.
        try seams.disk.syncDirectory(directory)
        try seams.crash.after(effects.rename)
        return bytes.count
    }

    /// As the other, for a file that is none of an engine's effects; its folder is made when absent.
    static func write(_ lines: [String], to path: String, disk: any Disk) throws {
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let directory = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
        if !disk.exists(directory) { try disk.makeDurableDirectory(directory) }
        let file = try disk.open(path + temporarySuffix, .replace)
        do {
            defer { file.close() }
            try Array(text(of: lines).utf8).withUnsafeBytes { try file.write([$0], at: 0) }
            try file.sync()
        }
        try disk.rename(path + temporarySuffix, to: path)
        try disk.syncDirectory(directory)
    }

    /// The file's text: the lines and their checksum.
    static func text(of lines: [String]) -> String {
        let text = lines.joined(separator: "\n") + "\n"
        return text + "crc32c \(hexadecimal(checksum(of: text)))\n"
    }

    /// The lines of a file without the last one, the checksum; nil when the file is damaged.
    static func read(_ path: String, disk: any Disk) throws -> [String]? {
        let bytes = try disk.contents(of: path)
        let newline = UInt8(ascii: "\n")
        guard bytes.last == newline else { return nil }
        let bodyLength = bytes.dropLast().lastIndex(of: newline).map { $0 + 1 } ?? 0
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[..<bodyLength])) }
        guard bytes[bodyLength...].elementsEqual("crc32c \(hexadecimal(checksum))\n".utf8) else { return nil }
        var lines: [String] = []
        for line in bytes[..<bodyLength].split(separator: newline, omittingEmptySubsequences: false).dropLast() {
            guard let line = String(validating: line, as: UTF8.self) else { return nil }
            lines.append(line)
        }
        return lines
    }

    /// Removes what a crash left half written in `directory`, it never had its real name, and makes the names that are
    /// there durable: a killed process leaves some that are not, and whoever opens the folder is about to act on them.
    static func recover(_ directory: String, disk: any Disk, crash: CrashSwitch) throws {
        for name in try disk.list(directory) where name.hasSuffix(temporarySuffix) {
            try crash.before(.recoveryRemove)
            try disk.remove("\(directory)/\(name)")
            try crash.after(.recoveryRemove)
        }
        try disk.syncDirectory(directory)
    }

    private static func checksum(of text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { CRC32C.checksum(UnsafeRawBufferPointer($0)) }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
