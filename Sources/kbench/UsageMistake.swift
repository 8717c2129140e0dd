// What ArgumentParser says of a command line, in the one form that all errors have.
internal import ArgumentParser
internal import Harness
internal import World

/// Words mistakes of the command line.
enum UsageMistake {
    /// The diagnosis of an error that ArgumentParser found. It hands out text only, so the text is taken apart; what has
    /// none of the known forms is told as it is.
    static func diagnosis(of error: any Error) -> Diagnosis {
        let message = Kbench.message(for: error)
        let command = CommandWords.command
        let help = "`\(command.path.joined(separator: " ")) --help`"
        func usage(_ cause: String, _ fix: String) -> Diagnosis { Diagnosis(cause: cause, fix: fix, exitCode: .usage) }
        if let match = message.firstMatch(of: #/^Unknown option '([^']*)'/#) {
            let guess = message.firstMatch(of: #/Did you mean '([^']*)'/#).map { "did you mean \($0.1)? " } ?? ""
            return usage("there is no option \(match.1)", "\(guess)\(help) lists them")
        }
        if message.contains(#/^(Unexpected argument|\d+ unexpected arguments)/#) {
            let word = command.unknown ?? message.firstMatch(of: #/'(.*?)'/#).map { String($0.1) } ?? ""
            let commands = command.commands
            guard !commands.isEmpty, !word.hasPrefix("-") else {
                return usage("'\(word)' is an argument too many", "leave it out; see \(help)")
            }
            let guess = Suggestion.closest(to: word, among: commands).map { "did you mean \($0)? " } ?? ""
            return usage("there is no command '\(word)'", "\(guess)\(help) lists them")
        }
        if let match = message.firstMatch(of: #/^Missing value for '((-\S+).*)'/#) {
            return usage("\(match.2): the value is missing", "write \(match.1); see \(help)")
        }
        if let match = message.firstMatch(of: #/^Missing expected arguments? '(.*)'/#) {
            return usage("\(match.1) is missing", "give it; see \(help)")
        }
        if let match = message.firstMatch(of: #/^The value '((?s).*)' is invalid for '([^' ]+)/#) {
            let listed = message.split(separator: "Please provide", maxSplits: 1).dropFirst().first ?? ""
            let values = choices(in: listed)
            let guess = Suggestion.closest(to: String(match.1), among: values).map { "did you mean \($0)? " } ?? ""
            let fix = values.isEmpty ? "see \(help)" : "\(guess)choose from \(values.joined(separator: ", "))"
            return usage("\(match.2): '\(match.1)' is none of its values", fix)
        }
        let line = message.printableLine
        return usage(line.prefix(1).lowercased() + line.dropFirst(), "see \(help)")
    }

    /// The values that a message lists: a line each, or in quotes.
    private static func choices(in text: Substring) -> [String] {
        let lines = text.matches(of: #/\n  - (.*)/#).map { String($0.1) }
        return lines.isEmpty ? text.matches(of: #/'([^']*)'/#).map { String($0.1) } : lines
    }
}
