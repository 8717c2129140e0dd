// The text that is typed, and the counts it is held against.
import Testing

@testable import Scenarios

@Suite struct TypistTests {
    @Test func theTextComesFromTheSeedAlone() {
        let text = Typist.text(lines: 50, parts: 4, seed: 3)
        #expect(text == Typist.text(lines: 50, parts: 4, seed: 3))
        #expect(text != Typist.text(lines: 50, parts: 4, seed: 4))
        #expect(text.count == 4)
        #expect(text.joined().split(separator: "\n", omittingEmptySubsequences: false).count == 51)
        #expect(text.allSatisfy { $0.hasSuffix("\n") })
    }

    @Test(arguments: [
        ("", [String]()), (" \t\n", []), ("a", ["a 1"]), ("b a\tb\n\n a  b", ["a 2", "b 3"]),
        ("the The THE the", ["THE 1", "The 1", "the 2"]), ("\u{e9} e\u{301}", ["e\u{301} 1", "\u{e9} 1"]),
    ])
    func wordsAreCountedAsSortAndUniqDo(text: String, expected: [String]) {
        let counts = Typist.counts(of: text).map { "\($0.word) \($0.count)" }
        // By bytes: letters in two encodings are equal as strings.
        #expect(counts.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }
}
