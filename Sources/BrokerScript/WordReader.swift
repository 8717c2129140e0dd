// Values of words, each checked where it is read.
internal import KafkaWire

/// Reads one value; `path` says which word it is.
enum WordReader {
    static func integer(_ text: String, in range: ClosedRange<Int64>, at path: [String]) throws(WordError) -> Int64 {
        let fix = "give \(path.last ?? "it") a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = Int64(text.filter { $0 != "_" }) else {
            throw WordError(.wrongType, at: path, "'\(text)' is not a whole number", fix: fix)
        }
        guard range.contains(number) else {
            throw WordError(
                .impossible, at: path, "\(number) is not within \(range.lowerBound) to \(range.upperBound)", fix: fix)
        }
        return number
    }

    static func duration(_ text: String, at path: [String]) throws(WordError) -> ScriptTime {
        // The longest unit first: `ms` ends with `s`.
        let units: [(suffix: String, milliseconds: ScriptTime)] = [("ms", 1), ("s", 1000), ("m", 60_000)]
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = Int64(text.dropLast(unit.suffix.count)) else { continue }
            guard (0...EventLimits.longest / unit.milliseconds).contains(number) else {
                throw WordError(.impossible, at: path, "\(text) is not within 0ms to 1440m", fix: "give a shorter time")
            }
            return number * unit.milliseconds
        }
        throw WordError(
            .wrongType, at: path, "'\(text)' is no time", fix: "write a whole number and ms, s or m, such as 500ms")
    }

    static func choice(_ text: String, _ known: [String], at path: [String]) throws(WordError) -> String {
        guard known.contains(text) else {
            throw .unknown(.unknownName, text, of: "words for \(path.last ?? "it")", known, at: path)
        }
        return text
    }

    /// An error by its name in lower case with hyphens, or as Kafka's documentation writes it.
    static func error(_ text: String, at path: [String]) throws(WordError) -> ErrorCode {
        let word = text.lowercased().replacing("_", with: "-")
        guard let code = ErrorCode.words[word], code != .none else {
            let known = ErrorCode.allCases.filter { $0 != .none }.map(\.word)
            throw WordError(
                .unknownName, at: path, "no error is called '\(text)'",
                fix: "name one of Kafka's errors, such as not-leader-or-follower", unknown: (word, known))
        }
        return code
    }

    static func api(_ text: String, at path: [String]) throws(WordError) -> ApiKey {
        guard let api = ApiKey.words[text] else {
            throw .unknown(.unknownName, text, of: "requests", ApiKey.allCases.map(\.word), at: path)
        }
        return api
    }

    /// `3`, or `1..100`.
    static func range(_ text: String, at path: [String]) throws(WordError) -> ClosedRange<Int> {
        let limits = 1...EventLimits.mostRequests
        guard let dots = text.firstRange(of: "..") else {
            let number = Int(try integer(text, in: limits, at: path))
            return number...number
        }
        let low = Int(try integer(String(text[..<dots.lowerBound]), in: limits, at: path))
        let high = Int(try integer(String(text[dots.upperBound...]), in: limits, at: path))
        guard low <= high else {
            throw WordError(.impossible, at: path, "'\(text)' is no range", fix: "write A..B with A <= B")
        }
        return low...high
    }
}

/// The words of one act, by key.
struct ActReader {
    private let name: String
    private let words: [EventWords.Word]
    /// Whether the value stands beside the name, with no key of its own.
    private let isPlain: Bool

    init(_ form: ActWords, _ value: EventWords.Value, _ inherited: [EventWords.Word]) throws(WordError) {
        name = form.name
        var own: [EventWords.Word]
        switch value {
        case .nothing: own = []
        case .text(let text):
            guard let main = form.main else {
                throw WordError(
                    .missing, at: [name], "\(name) does not say what to", fix: "write it as in: \(form.example)")
            }
            own = [EventWords.Word(main, text)]
        case .words(let words): own = words
        }
        if case .text = value { isPlain = true } else { isPlain = false }
        let known = form.required + form.optional
        for (index, word) in own.enumerated() {
            guard known.contains(word.key) else {
                throw .unknown(.unknownKey, word.key, of: "keys of \(name)", known, at: [name, word.key])
            }
            guard !own[..<index].contains(where: { $0.key == word.key }) else {
                throw WordError(.impossible, at: [name, word.key], "it is given twice", fix: "keep one of them")
            }
        }
        // Those that stand nearer come first.
        for word in inherited where known.contains(word.key) && !own.contains(where: { $0.key == word.key }) {
            own.append(word)
        }
        for key in form.required where !own.contains(where: { $0.key == key }) {
            throw WordError(
                .missing, at: [name], "\(name) does not say \(key)", fix: "write it as in: \(form.example)")
        }
        words = own
    }

    subscript(key: String) -> String? { words.first { $0.key == key }?.text }

    private func path(_ key: String) -> [String] { isPlain ? [name] : [name, key] }

    func text(_ key: String) throws(WordError) -> String {
        guard let text = self[key], !text.isEmpty else {
            throw WordError(.missing, at: [name], "\(name) does not say \(key)", fix: "give it a \(key)")
        }
        return text
    }

    /// A value that must be there.
    func required<V>(_ key: String, _ read: (String) throws(WordError) -> V?) throws(WordError) -> V {
        guard let value = try read(key) else {
            throw WordError(.missing, at: [name], "\(name) does not say \(key)", fix: "give it a \(key)")
        }
        return value
    }

    func offset(_ key: String, in range: ClosedRange<Int64>) throws(WordError) -> Int64 {
        try WordReader.integer(try text(key), in: range, at: path(key))
    }

    func duration(_ key: String) throws(WordError) -> ScriptTime {
        try WordReader.duration(try text(key), at: path(key))
    }

    func choice(_ key: String, _ known: [String]) throws(WordError) -> String {
        try WordReader.choice(try text(key), known, at: path(key))
    }

    func error(_ key: String) throws(WordError) -> ErrorCode { try WordReader.error(try text(key), at: path(key)) }

    func partition(_ key: String) throws(WordError) -> Int32? {
        guard let text = self[key] else { return nil }
        return Int32(try WordReader.integer(text, in: 0...EventLimits.mostPartitions - 1, at: path(key)))
    }

    func broker(_ key: String) throws(WordError) -> Int32? {
        guard let text = self[key] else { return nil }
        return Int32(try WordReader.integer(text, in: 1...EventLimits.mostBrokers, at: path(key)))
    }
}
