// The repository's own files, as the house rules see them.
import Foundation

/// One text file of the repository.
struct RepositoryFile: Sendable, CustomStringConvertible {
    /// The path from the repository's root, such as `Sources/World/Block.swift`.
    let path: String
    let lines: [String]

    var description: String { path }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// The module the file belongs to: the folder below `Sources` or `Tests`; nil outside of both.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
    }

    /// The lines with their numbers and without comments, so that a rule is not broken by talking about it.
    let code: [(number: Int, text: String)]

    init(path: String, lines: [String]) {
        self.path = path
        self.lines = lines
        code = lines.enumerated().compactMap { index, line in
            let text = Self.withoutComment(line)
            return text.allSatisfy(\.isWhitespace) ? nil : (index + 1, text)
        }
    }

    /// The line up to a `//` at its start or after a space; one inside a word, as in an address, is no comment.
    private static func withoutComment(_ line: String) -> String {
        let bytes = Array(line.utf8)
        let slash = UInt8(ascii: "/")
        let start = bytes.indices.dropLast().first { index in
            bytes[index] == slash && bytes[index + 1] == slash && (index == 0 || bytes[index - 1] == UInt8(ascii: " "))
        }
        return start.map { String(decoding: bytes[..<$0], as: UTF8.self) } ?? line
    }

    /// The modules the file imports, with their lines.
    var imports: [(number: Int, module: String)] {
        code.compactMap { number, text in
            let words = text.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({ Self.importModifiers.contains($0) })
            else { return nil }
            // `import struct Foundation.Data` names a kind first, and a member after the module.
            let name = Self.importKinds.contains(words[place + 1]) ? words.dropFirst(place + 2).first : words[place + 1]
            return name.map { (number, String($0.prefix { $0 != "." })) }
        }
    }

    private static let importModifiers: Set = [
        "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "@_exported",
    ]
    private static let importKinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}

/// The repository on disk.
enum Repository {
    /// The root folder, found from this file's own place.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file that belongs to the project, by path; what is built or measured is left out.
    static let files: [RepositoryFile] = {
        guard let enumerator = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) else {
            return []
        }
        var files: [RepositoryFile] = []
        for case let url as URL in enumerator {
            let path = String(url.path.dropFirst(root.path.count + 1))
            let first = path.prefix { $0 != "/" }
            let isBuilt = url.lastPathComponent.hasPrefix(".build")
            if first == ".git" || first == ".swiftpm" || isBuilt || first == "results" {
                enumerator.skipDescendants()
                continue
            }
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            files.append(RepositoryFile(path: path, lines: text.components(separatedBy: "\n")))
        }
        return files.sorted { $0.path < $1.path }
    }()

    /// The Swift files of all modules and tests.
    static let swiftFiles = files.filter { $0.isSwift && $0.module != nil }

    /// The Swift files of the modules `names`.
    static func swiftFiles(of names: Set<String>) -> [RepositoryFile] {
        swiftFiles.filter { !$0.isTest && names.contains($0.module ?? "") }
    }
}
