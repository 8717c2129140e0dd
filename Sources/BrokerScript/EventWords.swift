// The words of an event as somebody wrote them, in a file or on a line, before anybody knows what they mean.

/// Keys and values in their order: a mapping of a file, or a line such as `on=produce nth=3 cut=after`.
package struct EventWords: Equatable, Sendable {
    /// What stands beside a key.
    package enum Value: Equatable, Sendable {
        case nothing
        case text(String)
        case words([Word])
    }

    /// A key within an act, and its value.
    package struct Word: Equatable, Sendable {
        package var key: String
        package var text: String

        package init(_ key: String, _ text: String) {
            self.key = key
            self.text = text
        }
    }

    package var entries: [(key: String, value: Value)]

    package init(_ entries: [(key: String, value: Value)]) { self.entries = entries }

    package static func == (left: EventWords, right: EventWords) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.value == $1.value }
    }

    /// Reads a line: when it happens as `key=value`, then what happens as a name or `name=value`, then what belongs to
    /// that as `key=value`. A value with spaces stands in double quotes.
    ///
    /// - Throws: ``WordError`` for an empty line, and for quotes that do not end.
    package init(line: String) throws(WordError) {
        entries = []
        for piece in try Self.pieces(line) {
            let (key, value) = (piece.key, piece.value)
            if let last = entries.indices.last, Act.names.contains(entries[last].key) {
                guard let value else {
                    throw WordError(
                        .wrongType, at: [entries[last].key], "'\(key)' has no value",
                        fix: "write key=value behind \(entries[last].key)")
                }
                let word = Word(key, value)
                switch entries[last].value {
                case .words(let words): entries[last].value = .words(words + [word])
                case .text(let text):
                    // What stands beside the name is a word as well, as soon as there are others.
                    let main = Act.table.first { $0.name == entries[last].key }?.main ?? ""
                    entries[last].value = .words([Word(main, text), word])
                case .nothing: entries[last].value = .words([word])
                }
            } else {
                entries.append((key, value.map { .text($0) } ?? .nothing))
            }
        }
        guard !entries.isEmpty else {
            throw WordError(.missing, at: [], "there is no word", fix: "write such as \(Act.table[0].example)")
        }
    }

    private static func pieces(_ line: String) throws(WordError) -> [(key: String, value: String?)] {
        var pieces: [(key: String, value: String?)] = []
        var rest = line[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard !rest.isEmpty else { return pieces }
            let key = rest.prefix { $0 != "=" && $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else {
                pieces.append((String(key), nil))
                continue
            }
            rest = rest.dropFirst()
            guard rest.first == "\"" else {
                let value = rest.prefix { $0 != " " && $0 != "\t" }
                rest = rest.dropFirst(value.count)
                pieces.append((String(key), String(value)))
                continue
            }
            let value = rest.dropFirst().prefix { $0 != "\"" }
            rest = rest.dropFirst(value.count + 1)
            guard rest.first == "\"" else {
                throw WordError(
                    .wrongType, at: [String(key)], "the quotes do not end", fix: "write \" behind the value")
            }
            rest = rest.dropFirst()
            pieces.append((String(key), String(value)))
        }
    }

    /// The line that says the same.
    package var line: String {
        func quoted(_ text: String) -> String { text.contains { $0 == " " || $0 == "\t" } ? "\"\(text)\"" : text }
        return entries.flatMap { key, value in
            switch value {
            case .nothing: [key]
            case .text(let text): ["\(key)=\(quoted(text))"]
            case .words(let words): [key] + words.map { "\($0.key)=\(quoted($0.text))" }
            }
        }.joined(separator: " ")
    }
}

/// What is wrong with the words of an event, and which of them.
package struct WordError: Error, Equatable, Sendable {
    package enum Kind: Sendable {
        case missing
        case unknownKey
        case unknownName
        case wrongType
        case impossible
    }

    package var kind: Kind
    /// The keys down to the word: empty for the event as a whole.
    package var path: [String]
    package var message: String
    /// How to put it right, without a guess at what was meant.
    package var fix: String
    /// The word that nobody knows, and what it could be; a caller may guess from them.
    package var unknown: (word: String, candidates: [String])?

    init(
        _ kind: Kind, at path: [String], _ message: String, fix: String,
        unknown: (word: String, candidates: [String])? = nil
    ) {
        self.kind = kind
        self.path = path
        self.message = message
        self.fix = fix
        self.unknown = unknown
    }

    package static func == (left: WordError, right: WordError) -> Bool {
        left.kind == right.kind && left.path == right.path && left.message == right.message && left.fix == right.fix
    }

    /// What can be said and never happens, of an event as a whole.
    package init(impossible message: String, fix: String) {
        self.init(.impossible, at: [], message, fix: fix)
    }

    static func unknown(_ kind: Kind, _ word: String, of plural: String, _ known: [String], at path: [String]) -> Self {
        WordError(
            kind, at: path, "'\(word)' is none of the \(plural)", fix: "\(plural): \(known.joined(separator: ", "))",
            unknown: (word, known))
    }

    /// Where, what and how to put it right, in one line.
    package var line: String {
        (path.isEmpty ? "" : path.joined(separator: ".") + ": ") + message + " (\(fix))"
    }
}
