// Whether what a pipeline runs is installed, and which version of it.
internal import Foundation
internal import Harness
internal import World

extension Pipeline {
    /// What there is of a pipeline's program.
    enum Presence: Equatable, Sendable {
        /// It is installed, and says what it is; nil where nobody can ask.
        case there(version: String?)
        /// It is not, as far as can be told, and why.
        case missing(String)
    }

    /// The most that is shown of what a program says of itself, in characters.
    private static let mostShown = 60

    /// Asks the program what it is, or looks for its file where nobody can ask.
    func program() async throws -> Presence {
        guard let words = version, let first = words.first else {
            guard let first = command.first, await isThere(first) else {
                return .missing("there is no program \(command.first ?? "")")
            }
            return .there(version: nil)
        }
        guard await isThere(first) else { return .missing("there is no program \(first)") }
        var asked = Program(file(first), Array(words.dropFirst()))
        asked.folder = folder
        do {
            let ending = try await asked.run()
            func lastLine(_ text: String) -> String? { text.split(separator: "\n").last.map(String.init) }
            guard ending.exitCode == 0 else {
                let said = lastLine(ending.errors) ?? lastLine(ending.output)
                return .missing(said ?? "\(words.joined(separator: " ")) ended with \(ending.status)")
            }
            let said = ending.output.split(separator: "\n").first.map { String($0.prefix(Self.mostShown)) }
            return .there(version: said)
        } catch  where Program.couldNotRun(error) {
            return .missing("\(words.joined(separator: " ")) cannot be started, or prints too much")
        }
    }

    /// By its path from the pipeline's folder on, or by its name.
    private func file(_ word: String) -> Program.File {
        guard word.contains("/") else { return .name(word) }
        return .path(word.hasPrefix("/") ? word : "\(folder)/\(word)")
    }

    private func isThere(_ word: String) async -> Bool {
        switch file(word) {
        case .path(let path): FileManager.default.isExecutableFile(atPath: path)
        case .name: await Program(file(word), []).isThere
        }
    }
}
