// Files that a command writes for somebody to go on from: all of them or none, and nothing is replaced unasked.
internal import Foundation
internal import World

/// Writes files to begin with.
public struct NewFiles: Sendable {
    /// The name that the files are about: the last part of what was typed.
    public let name: String
    /// Where they go, and what they are called, without an ending.
    private let stem: String

    /// Takes a name, or the path of the file without or with its ending `.yaml`.
    ///
    /// - Throws: ``Diagnosis`` for what cannot be a name.
    public init(_ typed: String) throws(Diagnosis) {
        stem = typed.hasSuffix(".yaml") ? String(typed.dropLast(".yaml".count)) : typed
        name = stem.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let isPlain = name.wholeMatch(of: #/[a-z0-9][a-z0-9-]*/#) != nil
        guard isPlain else {
            throw Diagnosis(
                cause: "'\(name)' is no name", fix: "use only small letters, digits and '-', such as my-pipeline",
                exitCode: .usage)
        }
    }

    /// The path of the file with an ending such as `yaml`.
    public func path(_ ending: String) -> String { "\(stem).\(ending)" }

    /// Writes files, each by its ending.
    ///
    /// - Throws: ``Diagnosis``, where one of them is there and `replaces` is not given, or cannot be written.
    public func write(_ files: [(ending: String, text: String)], replaces: Bool) throws(Diagnosis) {
        for (ending, _) in files where !replaces && FileManager.default.fileExists(atPath: path(ending)) {
            throw Diagnosis(
                cause: "\(path(ending)): there is such a file", fix: "choose another name, or replace it with --force",
                exitCode: .usage)
        }
        for (ending, text) in files {
            do {
                try OutputCheck.file(path(ending), "NAME")
                try Data(text.utf8).write(to: URL(fileURLWithPath: path(ending)), options: .atomic)
            } catch {
                throw Diagnosis(of: error)
            }
        }
    }
}
