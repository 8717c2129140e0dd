// Package.swift, read as text: which modules there are, and which each of them may import.

/// A module of ours, as the package's manifest declares it.
struct DeclaredModule: Sendable {
    let name: String
    /// The modules and products it depends on.
    let dependencies: Set<String>
}

enum Manifest {
    /// The modules of Swift, tests left out, in the order in which the manifest has them.
    static let modules: [DeclaredModule] = {
        guard let manifest = Repository.files.first(where: { $0.path == "Package.swift" }) else { return [] }
        let text = manifest.code.map(\.text).joined(separator: "\n")
        let swift = Set(Repository.swiftFiles.filter { !$0.isTest }.compactMap(\.module))
        return text.ranges(of: /\.(?:executableTarget|target)\(/).compactMap { range in
            let body = upToMatch(of: "(", ")", in: text[range.upperBound...])
            guard let name = body.firstMatch(of: /name: "(\w+)"/)?.output.1, swift.contains(String(name)) else {
                return nil
            }
            let list = body.firstRange(of: "dependencies: [").map {
                upToMatch(of: "[", "]", in: body[$0.upperBound...])
            }
            let names = (list ?? "").matches(of: /(?:\.product\(name: "(\w+)", package: "[^"]+"\))|"(\w+)"/)
            return DeclaredModule(
                name: String(name), dependencies: Set(names.map { String($0.output.1 ?? $0.output.2 ?? "") }))
        }
    }()

    /// The text up to the bracket that closes one which was opened before it.
    private static func upToMatch(of open: Character, _ close: Character, in text: Substring) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == open { depth += 1 }
            if text[index] == close { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }
}
