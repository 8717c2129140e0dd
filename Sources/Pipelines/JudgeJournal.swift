// The journal of a judged pipeline: each run, durable as soon as it is over, so that nothing is run twice.
internal import Foundation
internal import Harness
internal import KafkaProxy
internal import Posix
internal import Results
internal import World

/// A file of one JSON object per line: first what is judged, then the runs that are over. A last line that was cut short
/// is none.
struct JudgeJournal {
    /// What is judged: runs of anything else do not belong together.
    struct Header: Codable, Equatable {
        var format = 1
        var version: String
        var pipeline: String
        /// Everything that decides over the runs, in words.
        var settings: String
    }

    /// A run that is over.
    struct Entry: Codable {
        /// Which kill it was, and the how-manieth time, from 1.
        var kill: String
        var time: Int
        var run: JudgeResult.Run
        var findings: [JudgeResult.Finding]
        /// What the run without a kill has counted; empty for others.
        var census: [JudgeResult.PointCount]
        /// What passed the filters of points that were named, in their order.
        var counted: [Int]
    }

    private let file: any DiskFile
    private var end: Int64 = 0
    /// What is there.
    private(set) var entries: [Entry]

    /// Opens, or begins, a journal.
    ///
    /// - Throws: ``Diagnosis`` when the file is of something else; ``DiskError``.
    init(_ path: String, _ header: Header) throws {
        let disk = PosixDisk()
        file = try disk.open(path, .update)
        let bytes = try disk.contents(of: path)
        let (lines, length) = Self.lines(of: bytes)
        if lines.isEmpty, try !Self.encoded(header).starts(with: bytes) { throw Self.stranger(path) }
        entries = lines.isEmpty ? [] : try Self.entries(of: lines, header, path)
        end = Int64(length)
        try file.truncate(to: end)
        if lines.isEmpty { try append(line: header) }
    }

    /// The runs in a journal; the file stays as it is.
    ///
    /// - Throws: ``Diagnosis`` when the file is not there, or of something else.
    static func read(_ path: String, _ header: Header) throws -> [Entry] {
        let bytes = try NamedFile.contents(path, fix: "name a file that kbench judge --resume wrote")
        return try entries(of: lines(of: bytes).lines, header, path)
    }

    private static func entries(of lines: [Data], _ header: Header, _ path: String) throws -> [Entry] {
        guard let first = lines.first, let found = try? JSONDecoder().decode(Header.self, from: first), found == header
        else { throw stranger(path) }
        return try lines.dropFirst().map { line in
            guard let entry = try? JSONDecoder().decode(Entry.self, from: line) else {
                throw Diagnosis(
                    cause: "\(path): a line that is whole is no run",
                    fix: "remove the file, or name a new one with --resume", exitCode: .usage)
            }
            return entry
        }
    }

    private static func stranger(_ path: String) -> Diagnosis {
        Diagnosis(
            cause: "\(path): the file is of another pipeline or other options, or of another version of kbench",
            fix: "repeat the options that it was begun with, or name a new file with --resume", exitCode: .usage)
    }

    /// Adds a run; it is durable when this returns.
    ///
    /// - Throws: ``DiskError``.
    mutating func append(_ entry: Entry) throws {
        try append(line: entry)
        entries.append(entry)
    }

    func close() { file.close() }

    private mutating func append(line: some Encodable) throws {
        let bytes = try Self.encoded(line)
        try bytes.withUnsafeBytes { try file.write([$0], at: end) }
        try file.sync()
        end += Int64(bytes.count)
    }

    private static func encoded(_ line: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(line)) + [UInt8(ascii: "\n")]
    }

    /// The lines that are whole, and where the last of them ends.
    private static func lines(of bytes: [UInt8]) -> (lines: [Data], length: Int) {
        guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ([], 0) }
        return (bytes[..<last].split(separator: UInt8(ascii: "\n")).map { Data($0) }, last + 1)
    }
}
