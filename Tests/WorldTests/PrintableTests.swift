// Text from outside cannot steer a terminal.
import Testing
import World

@Suite struct PrintableTests {
    static let texts: [(text: String, shown: String)] = [
        ("plain äöü 漢字 🙂", "plain äöü 漢字 🙂"), ("a\tb\nc\r\nd\n", "a\tb\nc\r\nd\n"),
        ("\u{1b}[31mred\u{1b}[0m", "\\u001b[31mred\\u001b[0m"), ("over\rwritten", "over\\u000dwritten"),
        ("\u{7}\u{8}\u{7f}\u{0}", "\\u0007\\u0008\\u007f\\u0000"), ("\u{9b}2J", "\\u009b2J"), ("end\r", "end\\u000d"),
    ]

    @Test("S4: control characters are written out, line ends and tabs are left", arguments: texts)
    func controlCharactersAreWrittenOut(text: String, shown: String) {
        #expect(text.printable == shown)
        #expect(shown.printable == shown)
    }

    @Test func aLineIsOneLine() { #expect("a\nb\r\nc\u{1b}".printableLine == "a b c\\u001b") }
}
