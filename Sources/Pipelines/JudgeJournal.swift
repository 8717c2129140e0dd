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
        /// What a run was for that was timed.
        var speed: JudgeResult.Speed?
    }

    private var lines: LineJournal
    /// What is there.
    private(set) var entries: [Entry]

    /// Opens, or begins, a journal.
    ///
    /// - Throws: ``Diagnosis`` when the file is of something else; ``DiskError``.
    init(_ path: String, _ header: Header) throws {
        lines = try LineJournal(path, disk: PosixDisk())
        guard try lines.canBegin(with: header) else { throw Self.stranger(path) }
        entries = lines.lines.isEmpty ? [] : try Self.entries(of: lines.lines, header, path)
        try lines.begin(with: header)
    }

    /// The runs in a journal; the file stays as it is.
    ///
    /// - Throws: ``Diagnosis`` when the file is not there, or of something else.
    static func read(_ path: String, _ header: Header) throws -> [Entry] {
        let bytes = try NamedFile.contents(path, fix: "name a file that kbench judge --resume wrote")
        return try entries(of: LineJournal.lines(of: bytes), header, path)
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
        try lines.append(entry)
        entries.append(entry)
    }

    func close() { lines.close() }
}
