// Capsules on the disk.
public import Exploration
internal import Harness
internal import Posix
internal import World

/// Reads and writes the files of capsules.
public enum CapsuleFile {
    /// Writes a capsule, under a name that says what it is; returns the path.
    ///
    /// - Throws: ``DiskError``.
    public static func write(_ capsule: Capsule, in folder: String) throws -> String {
        let disk = PosixDisk()
        try disk.makeDirectory(folder)
        let path = "\(folder)/\(capsule.fileName)"
        try disk.write(try capsule.encoded(), to: path)
        return path
    }

    /// Reads a capsule.
    ///
    /// - Throws: ``Diagnosis``, or ``ExplorationError``.
    public static func read(_ path: String) throws -> Capsule {
        let fix = "name a capsule's file, which kbench atlas, swarm, mutants or shrink wrote"
        return try Capsule(decoding: try NamedFile.contents(path, fix: fix), from: path)
    }
}

extension CapsuleFile {
    /// What shrinking leaves beside a capsule.
    public struct Shrunk: Sendable {
        /// The small capsule.
        public var capsule: Capsule
        /// Its file.
        public var capsulePath: String
        /// The file of the Swift test.
        public var testPath: String
        /// The file of the Mermaid diagram.
        public var diagramPath: String
    }

    /// Makes the capsule at `path` small, and writes what comes of it beside it.
    ///
    /// - Throws: ``DiskError``, or ``ExplorationError``.
    public static func shrink(
        _ path: String, version: String, progress: (Schedule) -> Void = { _ in }
    ) throws -> Shrunk {
        let schedule = try read(path).schedule
        let stem = path.hasSuffix(".capsule") ? String(path.dropLast(".capsule".count)) : path
        try refuseStrangers(stem)
        let small = Capsule(of: try schedule.shrunk(progress: progress), version: version)
        let files = Shrunk(
            capsule: small, capsulePath: "\(stem).small.capsule", testPath: "\(stem).swift",
            diagramPath: "\(stem).mermaid")
        let disk = PosixDisk()
        try disk.write(try small.encoded(), to: files.capsulePath)
        try disk.write(Array(try small.schedule.generatedTest(breach: small.breach ?? .loss).utf8), to: files.testPath)
        let diagram = try small.schedule.brokenRecords(limit: 1).first.map {
            try small.schedule.life(ofRecordAt: $0.offset, of: $0.partition).diagram
        }
        try disk.write(
            Array((diagram ?? "sequenceDiagram\n    Note over engine: no single record went wrong\n").utf8),
            to: files.diagramPath)
        return files
    }

    /// Checks the files that shrinking writes: they can be written, and what they hold came from shrinking.
    private static func refuseStrangers(_ stem: String) throws {
        let disk = PosixDisk()
        // zstd's own mark stands at the beginning of a capsule.
        let beginnings: [String: [UInt8]] = [
            ".small.capsule": [0x28, 0xb5, 0x2f, 0xfd], ".swift": Array(Schedule.generatedTestBeginning.utf8),
            ".mermaid": Array("sequenceDiagram".utf8),
        ]
        for (ending, beginning) in beginnings.sorted(by: { $0.key < $1.key }) {
            let path = stem + ending
            try OutputCheck.file(path, "the capsule's name")
            guard disk.exists(path), try !disk.contents(of: path).starts(with: beginning) else { continue }
            throw Diagnosis(
                cause: "\(path): the file is there, and kbench shrink did not write it",
                fix: "move it away, or copy the capsule into another folder", exitCode: .usage)
        }
    }

    /// The life of a record of the capsule at `path`, `TOPIC/P@OFFSET`; without one, of the first that went wrong.
    ///
    /// - Throws: ``Diagnosis``, ``DiskError``, or ``ExplorationError``.
    public static func explain(_ path: String, record: String?) throws -> RecordLife {
        let schedule = try read(path).schedule
        guard let record else {
            guard let first = schedule.brokenRecords(limit: 1).first else {
                throw Diagnosis(
                    cause: "\(path): every record is there once",
                    fix: "name a record with --record TOPIC/P@OFFSET to be told its life", exitCode: .usage)
            }
            return try schedule.life(ofRecordAt: first.offset, of: first.partition)
        }
        let place = record.split(separator: "/").last?.split(separator: "@").compactMap { Int64($0) } ?? []
        guard place.count == 2, let partition = Partition(exactly: place[0]) else {
            throw Diagnosis(
                cause: "--record: '\(record)' is no record", fix: "write TOPIC/P@OFFSET, such as simulated/0@17",
                exitCode: .usage)
        }
        return try schedule.life(ofRecordAt: place[1], of: partition)
    }
}
