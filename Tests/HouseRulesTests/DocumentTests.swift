// What the documents keep to: links that lead somewhere, lines and files that can be read, every page in the index.
import Foundation
import Testing

@Suite struct DocumentTests {
    private static let documents: [Document] = {
        // What runs leave in `results` is none of the repository's, but for this file.
        let results = "results/README.md"
        let text = (try? String(contentsOf: Repository.root.appendingPathComponent(results), encoding: .utf8)) ?? ""
        return Repository.files
            .filter { $0.path.hasSuffix(".md") && !$0.isTest }
            .map { Document(path: $0.path, lines: $0.lines) }
            + [Document(path: results, lines: text.components(separatedBy: "\n"))]
    }()
    private static let pages = documents.filter { $0.path.hasPrefix("docs/kbench.docc/") }

    @Test(arguments: documents)
    func linksLeadSomewhere(document: Document) throws {
        for link in document.links {
            let target = link.path.isEmpty ? document.path : document.resolved(link.path)
            let place = Repository.root.appendingPathComponent(target).path
            #expect(FileManager.default.fileExists(atPath: place), "\(document.path): \(link.path) is not there")
            guard !link.anchor.isEmpty else { continue }
            let headings = Self.documents.first { $0.path == target }?.anchors ?? []
            #expect(headings.contains(link.anchor), "\(document.path): \(link.path)#\(link.anchor) leads nowhere")
        }
    }

    // What is noted of a version is kept as it was written.
    @Test(arguments: documents.filter { $0.path != "CHANGELOG.md" })
    func linesCanBeRead(document: Document) {
        for (number, line) in document.prose where !line.hasPrefix("|") && !line.hasPrefix("<!--") {
            #expect(line.count <= 120, "\(document.path):\(number) has \(line.count) columns")
        }
    }

    /// Each list of files in CONTRIBUTING's *Five changes and their files*, by what stands before it.
    private static let changes: [(name: String, files: [(path: String, isNew: Bool)])] = {
        let lines = documents.first { $0.path == "CONTRIBUTING.md" }?.lines ?? []
        let section = lines.drop { $0 != "## Five changes and their files" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        var changes: [(name: String, files: [(path: String, isNew: Bool)])] = []
        for line in section {
            if let file = line.firstMatch(of: /^- `([^`]+)`( \(new\))?/) {
                changes[changes.count - 1].files.append((String(file.output.1), file.output.2 != nil))
            } else if line.hasSuffix(":") {
                changes.append((line, []))
            }
        }
        return changes
    }()

    @Test func eachOfFiveChangesTouchesAtMostSixFiles() {
        #expect(Self.changes.count == 5)
        for change in Self.changes {
            #expect((1...6).contains(change.files.count), "\(change.name)")
            for file in change.files {
                let place = Repository.root.appendingPathComponent(file.path).path
                #expect(FileManager.default.fileExists(atPath: place) != file.isNew, "\(change.name) \(file.path)")
            }
        }
    }

    @Test(arguments: [("README.md", 180), ("ARCHITECTURE.md", 250)])
    func whatIsReadFirstIsShort(path: String, most: Int) throws {
        let document = try #require(Self.documents.first { $0.path == path })
        #expect(document.lines.count <= most)
    }

    @Test func whatIsShownFirstFitsATerminal() throws {
        let readme = try #require(Self.documents.first { $0.path == "README.md" })
        let prose = Set(readme.prose.map(\.number))
        for (index, line) in readme.lines.enumerated() where !prose.contains(index + 1) {
            #expect(line.count <= 100, "README.md:\(index + 1) has \(line.count) columns")
        }
    }

    @Test func theTypesToLookForAreThere() throws {
        let architecture = try #require(Self.documents.first { $0.path == "ARCHITECTURE.md" })
        let section = architecture.lines.drop { $0 != "## Where to look" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        let names = section.joined(separator: "\n").matches(of: #/`(\w+)`/#).map { String($0.1) }
        #expect(names.count > 50)
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias"]
        var declared: Set<String> = []
        for file in Repository.swiftFiles where !file.isTest {
            for line in file.lines {
                let words = line.split(separator: " ", maxSplits: 6)
                for (kind, name) in zip(words, words.dropFirst()) where kinds.contains(kind) {
                    declared.insert(String(name.prefix { $0.isLetter || $0.isNumber }))
                }
            }
        }
        for name in names { #expect(declared.contains(name), "there is no type \(name)") }
    }

    @Test func theIndexHasEveryPageOnce() throws {
        let index = try #require(Self.pages.first { $0.path.hasSuffix("/kbench.md") })
        let listed = index.links.map { index.resolved($0.path) }
        #expect(Set(listed).count == listed.count)
        for page in Self.pages where page.path != index.path {
            #expect(listed.contains(page.path), "\(page.path) is not in the index")
        }
    }

    @Test(arguments: pages)
    func aPageBeginsWithItsTitleAndOneParagraph(page: Document) {
        #expect(page.lines.first?.hasPrefix("# ") == true)
        #expect(page.lines.dropFirst().first == "" && page.lines.dropFirst(2).first?.first?.isLetter == true)
    }
}

/// A Markdown file, as its readers see it.
struct Document: Sendable, CustomTestStringConvertible {
    let path: String
    let lines: [String]

    var testDescription: String { path }

    /// The lines outside of fenced blocks, with their numbers.
    var prose: [(number: Int, text: String)] {
        var isFenced = false
        return lines.enumerated().compactMap { index, line in
            if line.hasPrefix("```") {
                isFenced.toggle()
                return nil
            }
            return isFenced ? nil : (index + 1, line)
        }
    }

    /// What it links to within the repository: a path, which is empty for the document itself, and a heading's anchor.
    var links: [(path: String, anchor: String)] {
        prose.map(\.text).joined(separator: "\n")
            .matches(of: #/\[[^\]`]*(?:`[^`]*`[^\]`]*)*\]\(([^)\s]+)\)/#)
            .map { String($0.1) }
            .filter { !$0.contains("://") && !$0.hasPrefix("doc:") }
            .map { target in
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }
    }

    /// The anchors of its headings: small letters, digits, `-` and `_`, with `-` for a space.
    var anchors: Set<String> {
        Set(
            prose.filter { $0.text.hasPrefix("#") }.map { line in
                let heading = line.text.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
                return heading.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-")
            })
    }

    /// A path as the document says it, from the repository's root.
    func resolved(_ path: String) -> String {
        var parts = self.path.split(separator: "/").dropLast().map(String.init)
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
