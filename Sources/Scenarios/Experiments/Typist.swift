// Another program that types text into a topic: kcat, which knows nothing of kbench.
internal import Engine
internal import Harness
internal import Posix
internal import World

/// Text in parts, made from a seed, and the kcat that types it.
struct Typist: Sendable {
    /// What to do where there is no kcat.
    static let missing =
        "kcat, which types the text, is not installed: install it, for example with 'apt-get install kcat'"

    /// Words of several scripts, and some that differ only in case or accent.
    private static let vocabulary = [
        "the", "a", "to", "be", "or", "not", "that", "is", "question", "The", "THE", "stream", "batch", "offset",
        "it's", "end.", "42", "naïve", "naive", "Übung", "слово", "語", "données", "e\u{301}",
    ]
    private static let gaps = [" ", "  ", "\t", " \t "]

    let bootstrap: String
    /// librdkafka properties, each `name=value`.
    let properties: [String]
    /// The file that tells kcat of them: whoever lists the processes must not see a secret.
    let propertiesPath: String

    /// Whether there is a kcat to type with.
    static var isThere: Bool {
        get async { await Program(.name("kcat"), []).isThere }
    }

    /// `lines` lines of text in `parts` parts, the same for the same seed; each line ends in a line end.
    static func text(lines: Int, parts: Int, seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed)
        func pick(_ words: [String]) -> String { words[Int.random(in: 0..<words.count, using: &random)] }
        return (0..<parts).map { part in
            var text = ""
            for _ in 0..<(lines / parts + (part < lines % parts ? 1 : 0)) {
                if Int.random(in: 0..<4, using: &random) == 0 { text += pick(gaps) }
                text += (0...Int.random(in: 0..<12, using: &random)).map { _ in pick(vocabulary) }
                    .joined(separator: pick(gaps))
                text += "\n"
            }
            return text
        }
    }

    /// Types `text`, a record per line, and waits until the broker has it.
    ///
    /// - Throws: ``Diagnosis`` when kcat fails.
    func type(_ text: String, to topic: String) async throws {
        // Records go to any partition, and not to one of them for as long as they come fast.
        let options = ["sticky.partitioning.linger.ms=0"] + properties
        let lines = options.map { $0 + "\n" }.joined()
        try FileSystem.writePrivately(Array(lines.utf8), to: propertiesPath)
        var kcat = Program(.name("kcat"), ["-F", propertiesPath, "-P", "-b", bootstrap, "-t", topic])
        kcat.input = Array(text.utf8)
        let ending = try await kcat.run()
        guard ending.exitCode == 0 else {
            let words = ending.errors.split(separator: "\n").last.map { ": \($0)" } ?? ""
            throw Diagnosis(
                cause: "kcat could not type into \(topic) (\(ending.status))\(words)",
                fix: "check with the same properties: kcat -L -b \(bootstrap)", exitCode: .brokerUnreachable)
        }
    }

    /// How often each word is in `text`, sorted by the words' bytes: `sort | uniq -c` over the words.
    static func counts(of text: String) -> [(word: String, count: UInt64)] {
        let spaces: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]
        let words = text.utf8.split { spaces.contains($0) }.map { Array($0) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        var counts: [(word: [UInt8], count: UInt64)] = []
        for word in words {
            if counts.last?.word == word { counts[counts.count - 1].count += 1 } else { counts.append((word, 1)) }
        }
        return counts.map { (String(decoding: $0.word, as: UTF8.self), $0.count) }
    }
}
