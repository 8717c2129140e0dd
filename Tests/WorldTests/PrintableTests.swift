// Text from outside cannot steer a terminal.
import Testing
import World

@Suite struct PrintableTests {
    static let texts: [(text: String, shown: String)] = [
        ("plain äöü 漢字 🙂", "plain äöü 漢字 🙂"), ("a\tb\nc\r\nd\n", "a\tb\nc\r\nd\n"),
        ("\u{1b}[31mred\u{1b}[0m", "\\x1b[31mred\\x1b[0m"), ("over\rwritten", "over\\x0dwritten"),
        ("\u{7}\u{8}\u{7f}\u{0}", "\\x07\\x08\\x7f\\x00"), ("\u{9b}2J", "\\x9b2J"), ("end\r", "end\\x0d"),
    ]

    @Test("S4: control characters are written out, line ends and tabs are left", arguments: texts)
    func controlCharactersAreWrittenOut(text: String, shown: String) {
        #expect(text.printable == shown)
        #expect(shown.printable == shown)
    }

    @Test func aLineIsOneLine() { #expect("a\nb\r\nc\u{1b}".printableLine == "a b c\\x1b") }
}
