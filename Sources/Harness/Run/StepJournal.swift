// The journal of a long command: what each of its steps came to, durable as soon as it is there, so that none is run twice.
internal import Foundation
internal import Posix
internal import Synchronization
internal import World

/// What the steps of a command came to, by their names. The file, and its folder, are made with the first step that is
/// over, so that a command that never came so far leaves nothing.
package final class StepJournal: Sendable {
    /// What the steps belong to. Steps of anything else are not taken up.
    package struct Header: Codable, Sendable {
        private var format = 1
        /// Who wrote it.
        package var version: String
        /// Everything that decides over the steps but what is in files, in words.
        package var settings: String
        /// The files that decide, by the names that copies of them have, with their texts.
        package var files: [String: String]
        /// The command that goes on, as it was typed first; decides nothing.
        package var command: String
        /// When the first step was begun, in UTC; decides nothing.
        package var startedAt: String

        /// Makes a header.
        package init(
            version: String, settings: String, files: [String: String] = [:], command: String, startedAt: String
        ) {
            (self.version, self.settings, self.files) = (version, settings, files)
            (self.command, self.startedAt) = (command, startedAt)
        }

        /// What is not as in another header, in words; nil where the steps of the two are the same.
        package func difference(from other: Header) -> String? {
            if format != other.format || version != other.version {
                return "it was written by kbench \(other.version), and this one is \(version)"
            }
            if settings != other.settings { return "it is of '\(other.settings)', and this is '\(settings)'" }
            let names = Set(files.keys).union(other.files.keys).sorted()
            return names.first { files[$0] != other.files[$0] }.map { "\($0) is another one by now" }
        }
    }

    private struct Line<Value: Codable>: Codable {
        var step: String
        var value: Value
    }

    private struct Name: Decodable {
        var step: String
    }

    private struct State {
        var file: LineJournal?
        var lines: [String: Data]
        var names: [String]
    }

    /// The file.
    package let path: String
    /// Its first line.
    package let header: Header
    private let isEnding: @Sendable () -> Bool
    private let begun: @Sendable () -> Void
    private let state: Mutex<State>

    /// Begins a journal; `begun` is called when its file is there. Nothing is added once `isEnding` says so: what is cut off
    /// by an end that was asked for has come to nothing.
    package init(
        beginning path: String, _ header: Header,
        isEnding: @escaping @Sendable () -> Bool = { Leftovers.shared.isEnding },
        begun: @escaping @Sendable () -> Void = {}
    ) {
        (self.path, self.header, self.isEnding, self.begun) = (path, header, isEnding, begun)
        state = Mutex(State(file: nil, lines: [:], names: []))
    }

    /// Goes on with a journal; a last line that was cut short is none.
    ///
    /// - Throws: ``Diagnosis`` where there is none, or it belongs to something else; ``DiskError``.
    package init(
        resuming path: String, _ header: Header,
        isEnding: @escaping @Sendable () -> Bool = { Leftovers.shared.isEnding }
    ) throws {
        let found = try StepJournal.header(of: path)
        if let difference = header.difference(from: found) {
            throw Diagnosis(
                cause: "\(path): these are steps of something else: \(difference)",
                fix: "repeat the command that it was begun with, '\(found.command)', or begin anew without --resume",
                exitCode: .usage)
        }
        var file = try LineJournal(path, disk: PosixDisk())
        var lines: [String: Data] = [:]
        var names: [String] = []
        for line in file.lines.dropFirst() {
            guard let name = try? JSONDecoder().decode(Name.self, from: line).step else {
                throw Diagnosis(
                    cause: "\(path): a line that is whole is no step", fix: "begin anew without --resume",
                    exitCode: .usage)
            }
            if lines[name] == nil { names.append(name) }
            lines[name] = line
        }
        try file.begin(with: found)
        (self.path, self.header, self.isEnding) = (path, found, isEnding)
        begun = {}
        state = Mutex(State(file: file, lines: lines, names: names))
    }

    /// The steps of several files together, whose order does not matter; none is added.
    ///
    /// - Throws: ``Diagnosis`` where one is not there, or belongs to something else.
    package init(merging paths: [String], _ header: Header) throws {
        var lines: [String: Data] = [:]
        for path in paths {
            let bytes = try NamedFile.contents(path, fix: "name the files that the parts wrote")
            let found = try StepJournal.header(of: path)
            if let difference = header.difference(from: found) {
                throw Diagnosis(
                    cause: "\(path): these are steps of something else: \(difference)",
                    fix: "merge with the options that the parts were run with", exitCode: .usage)
            }
            for line in LineJournal.lines(of: bytes).dropFirst() {
                guard let name = try? JSONDecoder().decode(Name.self, from: line).step else {
                    throw Diagnosis(
                        cause: "\(path): a line that is whole is no step", fix: "run this part anew",
                        exitCode: .usage)
                }
                // A step comes to the same wherever it runs.
                lines[name] = lines[name] ?? line
            }
        }
        (path, self.header) = (paths.joined(separator: ", "), header)
        (isEnding, begun) = ({ true }, {})
        state = Mutex(State(file: nil, lines: lines, names: lines.keys.sorted()))
    }

    /// Refuses to put parts together of which steps are missing.
    ///
    /// - Parameters:
    ///   - names: Of the steps that there have to be.
    ///   - repeats: What runs a part, such as `kbench matrix`.
    /// - Throws: ``Diagnosis`` naming those that are in none of the files.
    package func refuseMissing(of names: [String], repeats: String) throws(Diagnosis) {
        let missing = state.withLock { state in names.filter { state.lines[$0] == nil } }
        guard let first = missing.first else { return }
        let more = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        throw Diagnosis(
            cause: "of \(names.count) steps \(missing.count) are in none of the files: \(first)\(more)",
            fix: "run the part that is missing, or go on with it: \(repeats) --shard i/n --journal FILE",
            exitCode: .inconclusive)
    }

    deinit { state.withLock { $0.file?.close() } }

    /// What the file at `path` says that it is of.
    ///
    /// - Throws: ``Diagnosis`` where there is no such file, or it is none of these.
    package static func header(of path: String) throws -> Header {
        let bytes = try NamedFile.contents(path, fix: "name the folder of a command that was interrupted")
        guard let first = LineJournal.lines(of: bytes).first,
            let header = try? JSONDecoder().decode(Header.self, from: first)
        else {
            throw Diagnosis(
                cause: "\(path): it does not say what its steps are of", fix: "begin anew without --resume",
                exitCode: .usage)
        }
        return header
    }

    /// How many steps are whole in the file at `path`; 0 where it cannot be read.
    package static func count(in path: String) -> Int {
        let bytes = (try? PosixDisk().contents(of: path)) ?? []
        return max(0, LineJournal.lines(of: bytes).count - 1)
    }

    /// The steps that are over, in the order in which they came to their ends.
    package var names: [String] { state.withLock { $0.names } }

    /// What a step came to; nil where it is not over.
    ///
    /// - Throws: ``Diagnosis`` where the line is of something else.
    package func value<Value: Codable>(of step: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let line = state.withLock({ $0.lines[step] }) else { return nil }
        do {
            return try JSONDecoder().decode(Line<Value>.self, from: line).value
        } catch {
            throw Diagnosis(
                cause: "\(path): the step '\(step)' cannot be read", fix: "begin anew without --resume",
                exitCode: .usage)
        }
    }

    /// Notes what a step came to; it is durable when this returns.
    ///
    /// - Throws: `CancellationError` once an end was asked for; ``DiskError``; `EncodingError`.
    package func record(_ step: String, _ value: some Codable) throws {
        let line = try LineJournal.encoded(Line(step: step, value: value))
        let isFirst = try state.withLock { state in
            // Under the lock: an end that is asked for later finds the line whole.
            guard !isEnding() else { throw CancellationError() }
            var file = try state.file ?? StepJournal.opened(path, header)
            try file.append(bytes: line)
            let isFirst = state.file == nil
            state.file = file
            // Nobody asks again for what this process has done itself.
            state.names.append(step)
            return isFirst
        }
        if isFirst { begun() }
    }

    private static func opened(_ path: String, _ header: Header) throws -> LineJournal {
        let disk = PosixDisk()
        try disk.makeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        var file = try LineJournal(path, disk: disk)
        guard try file.lines.isEmpty && file.canBegin(with: header) else {
            throw Diagnosis(
                cause: "\(path): another command has left its steps here",
                fix: "go on with it by --resume, or remove the file", exitCode: .usage)
        }
        try file.begin(with: header)
        return file
    }

    /// What a step came to: as it was noted, or by carrying it out, which is noted then.
    ///
    /// - Throws: what `body` throws, and as ``record(_:_:)``.
    package func step<Value: Codable>(_ name: String, _ body: () throws -> Value) throws -> Value {
        if let value = try value(of: name, as: Value.self) { return value }
        let value = try body()
        try record(name, value)
        return value
    }
}

extension RunOptions {
    /// What a step of a long command came to: as it was noted before an interruption, or by carrying it out.
    ///
    /// - Throws: what `body` throws, and as ``StepJournal/record(_:_:)``.
    package func step<Value: Codable>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        if let value = try known(name, as: Value.self) { return value }
        let value = try await body()
        try record(name, value)
        return value
    }

    /// What a step came to before an interruption; nil where it is still to be done.
    ///
    /// - Throws: as ``StepJournal/value(of:as:)``.
    package func known<Value: Codable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let journal else { return nil }
        return try journal.value(of: stepPrefix + name, as: Value.self)
    }

    /// Notes what a step came to.
    ///
    /// - Throws: as ``StepJournal/record(_:_:)``.
    package func record(_ name: String, _ value: some Codable) throws { try journal?.record(stepPrefix + name, value) }
}
