// The words of the command line as they were typed: which options are there, and which command they belong to.
internal import ArgumentParser
internal import Harness
internal import World

/// What was typed.
enum CommandWords {
    /// The words behind the program's name, up to `--`, behind which another command stands.
    static let typed = Array(CommandLine.arguments.dropFirst().prefix { $0 != "--" })

    /// Whether an option, such as `--rate` or `-X`, was typed.
    static func have(_ option: String) -> Bool {
        typed.contains { word in
            word == option || word.hasPrefix(option + "=")
                || (!option.hasPrefix("--") && !word.hasPrefix("--") && word.hasPrefix(option))
        }
    }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,@+".contains($0) } && !word.isEmpty
        return isPlain ? word : "'\(word.replacing("'", with: #"'\''"#))'"
    }

    /// Refuses empty words: an empty value would pass for an option that was left out.
    ///
    /// - Throws: `Diagnosis`.
    static func refuseEmpty(_ words: [String] = typed) throws {
        for (index, word) in words.enumerated() {
            let isEmptyValue = word.hasPrefix("--") && word.hasSuffix("=")
            guard word.allSatisfy(\.isWhitespace) || isEmptyValue else { continue }
            let before = index > 0 ? words[index - 1] : ""
            let option = isEmptyValue ? String(word.dropLast()) : before
            guard option.hasPrefix("-") else {
                throw Diagnosis(
                    cause: "argument \(index + 1) is empty", fix: "give it a value, or leave it out",
                    exitCode: .usage)
            }
            throw Diagnosis(
                cause: "\(option): the value is empty", fix: "give \(option) a value, or leave it out",
                exitCode: .usage)
        }
    }

    /// Refuses those of `options` that were typed.
    ///
    /// - Throws: `Diagnosis` naming the option and the reason.
    static func refuse(_ options: [String], because reason: String) throws {
        guard let option = options.first(where: have) else { return }
        throw Diagnosis(
            cause: "\(option) has no effect: \(reason)", fix: "leave out \(option)", exitCode: .usage)
    }

    /// The command that was typed, from `kbench` on; its subcommands; and the word behind it where it names none of them.
    static var command: (path: [String], commands: [String], unknown: String?) {
        var path = ["kbench"]
        var types = Kbench.configuration.subcommands
        func names() -> [String] {
            types.filter { $0.configuration.shouldDisplay }.compactMap { $0.configuration.commandName }
        }
        for word in typed {
            guard !word.hasPrefix("-"), !types.isEmpty else { break }
            guard
                let next = types.first(where: {
                    $0.configuration.commandName == word || $0.configuration.aliases.contains(word)
                })
            else {
                return (path, names(), word)
            }
            path.append(next.configuration.commandName ?? word)
            types = next.configuration.subcommands
        }
        return (path, names(), nil)
    }
}
