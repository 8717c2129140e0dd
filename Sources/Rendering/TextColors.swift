// Colours of text for a terminal: a verdict's word, and rows that are not as they must be. Nothing is said by colour alone.
internal import World

/// Whether text has colours.
package enum ColorChoice: String, CaseIterable, Sendable {
    /// At a terminal, unless the environment says otherwise.
    case auto
    /// Wherever it goes.
    case always
    /// Nowhere.
    case never

    /// Whether text has colours here.
    ///
    /// - Parameters:
    ///   - environment: NO_COLOR, where it is not empty, takes them away; CLICOLOR_FORCE, where it is neither empty nor 0,
    ///     gives them to a pipe too; the first of the two decides, and neither where something was chosen by name. A
    ///     terminal whose TERM is `dumb` has none.
    ///   - isTerminal: Whether the text goes to a terminal.
    /// - Returns: whether it is to be painted.
    package func isOn(environment: [String: String], isTerminal: Bool) -> Bool {
        func says(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        switch self {
        case .always: return true
        case .never: return false
        case .auto:
            if says("NO_COLOR") != nil { return false }
            if let force = says("CLICOLOR_FORCE"), force != "0" { return true }
            return isTerminal && says("TERM") != "dumb"
        }
    }
}

/// How a piece of text is painted.
enum Shade: String {
    case good = "\u{1b}[32m"
    case bad = "\u{1b}[31m"
    case undecided = "\u{1b}[33m"

    private static let words: [Shade: Set<Substring>] = [
        .good: ["PASS", "GREEN", "SAME", "OK"],
        .bad: ["FAIL", "RED", "BROKEN", "SLOWER", "FAILURE", "INVALID"],
        .undecided: ["INCOMPLETE", "INCONCLUSIVE", "WARNING", "UNFINISHED", "DRY"],
    ]

    /// The shade of a verdict's word; nil where it is none.
    init?(verdict word: Substring) {
        guard let found = Self.words.first(where: { $0.value.contains(word) })?.key else { return nil }
        self = found
    }
}

/// Puts colours into text, or leaves it as it is. What is painted has no control characters of its own any more.
struct Paint {
    let isOn: Bool

    private static let end = "\u{1b}[0m"

    /// Lines of a table or a paragraph; those with a shade are painted one by one, so that each ends as it began.
    func lines(_ text: String, as shade: Shade? = nil) -> String {
        guard isOn else { return text }
        guard let shade else { return text.printable }
        return text.printable.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : shade.rawValue + $0 + Self.end }.joined(separator: "\n")
    }

    /// A verdict's lines, of which the first word is painted where it is one of a verdict.
    func verdict(_ text: String) -> String {
        guard isOn else { return text }
        let word = text.prefix { $0 != " " && $0 != "\n" }
        guard let shade = Shade(verdict: word) else { return text.printable }
        return shade.rawValue + word + Self.end + String(text[word.endIndex...]).printable
    }
}
