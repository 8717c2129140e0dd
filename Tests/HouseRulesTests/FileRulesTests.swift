// What every file of the house keeps to.
import Foundation
import Testing

@Suite struct FileRulesTests {
    @Test func theRepositoryWasFound() {
        #expect(Repository.files.contains { $0.path == "Package.swift" })
        #expect(Repository.swiftFiles.count > 20)
    }

    @Test func theFirstLineSaysTheFilesOneJob() {
        for file in Repository.swiftFiles {
            let first = file.lines.first ?? ""
            #expect(first.hasPrefix("// ") && first.count > 10, "\(file.path):1: no comment that says the file's job")
        }
    }

    @Test func filesAreSmall() {
        for file in Repository.swiftFiles {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test(arguments: ["try!", "fatalError", "preconditionFailure", "as!"])
    func aPlaceThatMayStopTheProcessSaysWhy(word: String) {
        for file in Repository.swiftFiles where !file.isTest {
            for line in file.code where line.text.contains(word) {
                let own = file.lines[line.number - 1]
                let before = line.number > 1 ? file.lines[line.number - 2] : ""
                #expect(
                    own.contains("//") || before.contains("//"),
                    "\(file.path):\(line.number): \(word) without a comment that says why it cannot happen")
            }
        }
    }

    @Test func whatTheCompilerCannotCheckForThreadsIsExplained() {
        let words = ["safe", "thread", "shared"]
        for file in Repository.swiftFiles where !file.isTest {
            for line in file.code where line.text.contains("@unchecked Sendable") {
                // The comment above the declaration, and a few lines into it.
                let nearby = file.lines[max(0, line.number - 16)..<min(file.lines.count, line.number + 4)]
                let comments = nearby.filter { $0.contains("//") }.joined(separator: " ").lowercased()
                #expect(
                    words.contains { comments.contains($0) },
                    "\(file.path):\(line.number): @unchecked Sendable without a reason")
            }
        }
    }

    @Test func noFileKnowsTheMachineItWasWrittenOn() throws {
        // Spelled in two halves, because this file is searched as well.
        let folders = ["/wo" + "rk/", "/tmp/w" + "t/", "/ho" + "me/", "/ro" + "ot/"]
        for folder in folders {
            // A folder of the same name further down a path is none of the machine's.
            let pattern = "(^|[^A-Za-z0-9_.})-])" + NSRegularExpression.escapedPattern(for: folder)
            for file in Repository.files {
                for (index, line) in file.lines.enumerated() where line.contains(folder) {
                    #expect(
                        line.range(of: pattern, options: .regularExpression) == nil,
                        "\(file.path):\(index + 1): mentions \(folder)")
                }
            }
        }
    }
}
