// What somebody tells a broker while it serves, as one line.

/// An order on one line.
package enum ScriptOrder: Equatable, Sendable {
    /// Something happens now.
    case act(Act, words: String)
    /// Something happens at a request or a time, counted from now.
    case arm(ScriptEvent)
    /// What became of each event.
    case status
    /// The lines of the event log, those before number `from`, counted from 1, left out.
    case log(from: Int)

    /// The orders that are no events.
    package static let names = ["status", "log"]

    /// Reads a line: an event without a moment happens now.
    ///
    /// - Throws: ``WordError`` naming the word.
    package init(line: String) throws(WordError) {
        let words = try EventWords(line: line)
        switch words.entries[0].key {
        case "status" where words.entries.count == 1: self = .status
        case "log":
            var from: Int64 = 1
            for (key, value) in words.entries.dropFirst() {
                guard key == "from", case .text(let text) = value else {
                    throw .unknown(.unknownKey, key, of: "keys of log", ["from"], at: ["log", key])
                }
                from = try WordReader.integer(text, in: 1...EventLimits.mostRequests, at: ["log", "from"])
            }
            self = .log(from: Int(from))
        default:
            let first = words.entries[0].key
            let known = ScriptEvent.momentKeys + ScriptEvent.filterKeys + Act.names
            guard known.contains(first) else {
                throw .unknown(.unknownName, first, of: "orders", Self.names + Act.names, at: [])
            }
            guard !words.entries.contains(where: { ScriptEvent.momentKeys.contains($0.key) }) else {
                self = .arm(try ScriptEvent(words))
                return
            }
            let now = EventWords([("at", .text("0s"))] + words.entries)
            self = .act(try ScriptEvent(now).act, words: words.line)
        }
    }
}
