// The journal of an atlas: each unit's result, durable as soon as it is there, so that nothing is run twice.
internal import Exploration
internal import Foundation
internal import Harness
internal import World

/// A file of one JSON object per line: first what the atlas is, then the units that are done. A last line that was cut
/// short is none.
final class AtlasJournal {
    private struct Header: Codable, Equatable {
        var format = 1
        var version: String
        var units: [AtlasUnit]
    }

    private struct Entry: Codable {
        var unit: Int
        var result: UnitResult
    }

    private var lines: LineJournal
    /// The results that are there, by the unit's place in the plan.
    private(set) var results: [Int: UnitResult] = [:]

    /// Opens, or begins, the journal of an atlas.
    ///
    /// - Throws: ``Diagnosis`` when the file is of another atlas; ``DiskError``.
    init(path: String, disk: any Disk, version: String, units: [AtlasUnit]) throws {
        let header = Header(version: version, units: units)
        lines = try LineJournal(path, disk: disk)
        guard try lines.canBegin(with: header) else { throw AtlasJournal.stranger(path) }
        results = try AtlasJournal.results(of: lines.lines, header: header, path: path)
        try lines.begin(with: header)
    }

    /// The results in the journal of an atlas, by the unit's place in the plan; the file stays as it is.
    ///
    /// - Throws: ``Diagnosis`` when the file is not there or of another atlas.
    static func read(path: String, version: String, units: [AtlasUnit]) throws -> [Int: UnitResult] {
        let bytes = try NamedFile.contents(path, fix: "name a file that kbench atlas --resume wrote")
        let lines = LineJournal.lines(of: bytes)
        guard !lines.isEmpty else { throw stranger(path) }
        return try results(of: lines, header: Header(version: version, units: units), path: path)
    }

    private static func results(of lines: [Data], header: Header, path: String) throws -> [Int: UnitResult] {
        guard let first = lines.first else { return [:] }
        guard let found = try? JSONDecoder().decode(Header.self, from: first), found == header else {
            throw stranger(path)
        }
        var results: [Int: UnitResult] = [:]
        for line in lines.dropFirst() {
            guard let entry = try? JSONDecoder().decode(Entry.self, from: line) else {
                throw Diagnosis(
                    cause: "\(path): a line that is whole is no result of a unit",
                    fix: "remove the file, or name a new one with --resume", exitCode: .usage)
            }
            results[entry.unit] = entry.result
        }
        return results
    }

    private static func stranger(_ path: String) -> Diagnosis {
        Diagnosis(
            cause: "\(path): the file is of another atlas, or of another version of kbench",
            fix: "repeat the options that it was begun with, or name a new file with --resume", exitCode: .usage)
    }

    /// Adds a unit's result; it is durable when this returns.
    func append(unit: Int, _ result: UnitResult) throws {
        try lines.append(Entry(unit: unit, result: result))
        results[unit] = result
    }

    func close() { lines.close() }
}
