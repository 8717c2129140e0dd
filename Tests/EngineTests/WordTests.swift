// What a word is, how words are counted, and how any bytes become text and come back.
import Testing

@testable import Engine

@Suite("Words")
struct WordTests {
    private static func counts(_ texts: [String]) -> [String] {
        var table = WordTable()
        for text in texts { Array(text.utf8).withUnsafeBytes { table.countWords(of: $0) } }
        return table.sorted.map { "\(WordText.escaped($0.word)) \($0.count)" }
    }

    static let texts: [([String], [String])] = [
        ([], []),
        ([""], []),
        ([" \t\n\u{0b}\u{0c}\r "], []),
        (["a"], ["a 1"]),
        (["to be or not to be"], ["be 2", "not 1", "or 1", "to 2"]),
        (["  to\tbe\r\nor\u{0b}not\u{0c}", "to be"], ["be 2", "not 1", "or 1", "to 2"]),
        // By bytes, as `LC_ALL=C sort` has it: capitals first, then small letters, then all else.
        (["é b B a A Z z 語"], ["A 1", "B 1", "Z 1", "a 1", "b 1", "z 1", "é 1", "語 1"]),
        // Only ASCII white space ends a word, so these are one word each.
        (["no\u{a0}break", "thin\u{2009}space"], ["no\u{a0}break 1", "thin\u{2009}space 1"]),
        // The same letter in two encodings is two words: words are bytes.
        (["\u{e9}", "e\u{301}"], ["e\u{301} 1", "\u{e9} 1"]),
    ]

    @Test("lie between ASCII white space", arguments: texts)
    func split(texts: [String], expected: [String]) { #expect(Self.counts(texts) == expected) }

    @Test("are counted exactly when there are many of them")
    func many() {
        let texts = (0..<5_000).map { "w\($0 % 1_000) x\($0)" }
        let counts = Self.counts(texts)
        #expect(counts.count == 6_000)
        #expect(counts.filter { $0.hasPrefix("w") }.allSatisfy { $0.hasSuffix(" 5") })
        #expect(counts.filter { $0.hasPrefix("x") }.allSatisfy { $0.hasSuffix(" 1") })
    }

    static let writings: [([UInt8], String)] = [
        (Array("hello".utf8), "hello"),
        (Array("語é".utf8), "語é"),
        (Array("\u{301}x".utf8), "\u{301}x"),
        (Array(#"a\b"#.utf8), #"a\x5cb"#),
        ([0x61, 0x00, 0x62], #"a\x00b"#),
        ([0x7f], #"\x7f"#),
        ([0xff, 0x61, 0xc3], #"\xffa\xc3"#),
    ]

    @Test("are written as text and read back as the same bytes", arguments: writings)
    func escape(bytes: [UInt8], text: String) {
        #expect(WordText.escaped(bytes) == text)
        #expect(WordText.unescaped(Substring(text)) == bytes)
    }

    @Test("are not read from what nobody writes", arguments: ["", #"\"#, #"\x"#, #"\x5"#, #"\xzz"#, #"\n"#])
    func refuse(text: String) { #expect(WordText.unescaped(Substring(text)) == nil) }

    @Test("every byte alone and in company comes back")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for word in [[byte], [0x61, byte], [byte, 0x80]] {
                #expect(WordText.unescaped(Substring(WordText.escaped(word))) == word, "\(word)")
            }
        }
    }
}
