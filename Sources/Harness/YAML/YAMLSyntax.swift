// From text to a YAML tree; the parser's own complaints become ours, with file and line.
internal import Foundation
internal import Yams

extension YAMLValue {
    /// The tree of the file at `path`.
    ///
    /// - Throws: ``ScenarioError``, also when there is no such file.
    package static func root(ofFile path: String) throws(ScenarioError) -> YAMLValue {
        try root(of: text(of: path), file: path)
    }

    /// The tree of the one document in `text`; `file` is what errors call it.
    ///
    /// - Throws: ``ScenarioError``.
    package static func root(of text: String, file: String) throws(ScenarioError) -> YAMLValue {
        YAMLValue(node: try compose(text, file: file), file: file, key: "")
    }

    private static func text(of path: String) throws(ScenarioError) -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw unreadable(path, error)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ScenarioError(
                .syntax, "the file is not UTF-8 text", fix: "save the file as UTF-8",
                at: ScenarioError.Location(path))
        }
        return text
    }

    /// The tree of the one document in `text`.
    private static func compose(_ text: String, file: String) throws(ScenarioError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw translate(error, text: text, file: file)
        } catch {
            throw syntax("\(error)", line: nil, file: file)
        }
        throw syntax("the file is empty", line: nil, file: file)
    }

    /// The error for a file that cannot be read.
    private static func unreadable(_ path: String, _ error: any Error) -> ScenarioError {
        let location = ScenarioError.Location(path)
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile:
            return ScenarioError(
                .unreadable, "no such file", fix: "name a .yaml file that exists, or one of `kbench scenario list`",
                at: location)
        default:
            return ScenarioError(
                .unreadable, "the file cannot be read", fix: "check that it is a file and that you may read it",
                at: location)
        }
    }

    private static func translate(_ error: YamlError, text: String, file: String) -> ScenarioError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let during = context.map { $0.text + ": " } ?? ""
            return syntax(during + problem, line: mark.line, file: file)
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).split(separator: "\n", omittingEmptySubsequences: false).count }
            return syntax(problem, line: line, file: file)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.sorted().first ?? ""
            let line = secondLine(of: key, in: text, from: context.mark) ?? context.mark.line
            return ScenarioError(
                .duplicateKey, "the key is given twice", fix: "keep one of the two lines of '\(key)'",
                at: ScenarioError.Location(file, line: line, key: key))
        default:
            return syntax("\(error)", line: nil, file: file)
        }
    }

    private static func syntax(_ problem: String, line: Int?, file: String) -> ScenarioError {
        ScenarioError(
            .syntax, "not YAML: \(problem)", fix: "check indentation, quotes and brackets at and above this place",
            at: ScenarioError.Location(file, line: line))
    }

    /// The line of the second `key:` at the indentation of the mapping that begins at `mark`: the parser only tells
    /// where the mapping begins.
    private static func secondLine(of key: String, in text: String, from mark: Mark) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let matching = lines.indices.dropFirst(mark.line - 1).filter { index in
            // A mapping inside a list begins after its dash, which stands where later lines have a space.
            let line = String(lines[index]).replacingOccurrences(of: "- ", with: "  ")
            let indentation = line.prefix { $0 == " " }.count
            return indentation == mark.column - 1 && line.dropFirst(indentation).hasPrefix("\(key):")
        }
        return matching.dropFirst().first.map { $0 + 1 }
    }
}
