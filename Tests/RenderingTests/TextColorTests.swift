// Colours, to the byte: who gets them, what is painted, and that what comes from outside paints nothing.
import Testing
import World

@testable import Rendering

@Suite("Colours in text") struct TextColorTests {
    static let choices: [(choice: ColorChoice, environment: [String: String], isTerminal: Bool, isOn: Bool)] = [
        (.auto, [:], true, true), (.auto, [:], false, false),
        (.auto, ["NO_COLOR": "1"], true, false), (.auto, ["NO_COLOR": ""], true, true),
        (.auto, ["CLICOLOR_FORCE": "1"], false, true), (.auto, ["CLICOLOR_FORCE": "0"], false, false),
        (.auto, ["CLICOLOR_FORCE": ""], false, false), (.auto, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false),
        (.auto, ["TERM": "dumb"], true, false), (.auto, ["TERM": "xterm"], true, true),
        (.always, ["NO_COLOR": "1", "TERM": "dumb"], false, true),
        (.never, ["CLICOLOR_FORCE": "1"], true, false),
    ]

    @Test(arguments: choices)
    func whoGetsThem(choice: ColorChoice, environment: [String: String], isTerminal: Bool, isOn: Bool) {
        #expect(choice.isOn(environment: environment, isTerminal: isTerminal) == isOn)
    }

    private static func document(_ verdict: String, failing: Int) -> Document {
        var document = Document()
        document.add(.verdict(verdict))
        document.add(.list(["a point \u{1b}[35m of somebody's"]))
        document.add(
            .table(
                Table([1, 2], [Column<Int>.count("run") { $0 }, .words("w") { _ in "x\u{1b}y" }]) { $0 == failing }))
        document.add(.code("kbench again", label: "again"))
        return document
    }

    @Test func theVerdictsWordAndTheRowsThatFailedArePainted() {
        #expect(
            Self.document("FAIL it: 1 of 2", failing: 2).text(isColored: true) == """
                \u{1b}[31mFAIL\u{1b}[0m it: 1 of 2

                - a point \\u001b[35m of somebody's

                run  w
                ---  ---
                \u{1b}[31m  2  x\\u001by\u{1b}[0m
                  1  x\\u001by

                again: kbench again

                """)
    }

    @Test(arguments: [
        ("PASS all", "\u{1b}[32mPASS\u{1b}[0m all\n"), ("RED gate: slower", "\u{1b}[31mRED\u{1b}[0m gate: slower\n"),
        ("INCOMPLETE atlas", "\u{1b}[33mINCOMPLETE\u{1b}[0m atlas\n"), ("12 commits", "12 commits\n"),
        ("PASSED", "PASSED\n"), ("FAIL", "\u{1b}[31mFAIL\u{1b}[0m\n"),
    ])
    func onlyAVerdictsOwnWord(verdict: String, painted: String) {
        var document = Document()
        document.add(.verdict(verdict))
        #expect(document.text(isColored: true) == painted)
        #expect(document.text() == verdict + "\n", "without colours it is as it was")
    }

    @Test("without its colours a coloured text is the plain one, of every kind", arguments: SampleKinds.all)
    func nothingIsSaidByColourAlone(sample: (name: String, result: any Presentable)) {
        var text = sample.result.document.text(isColored: true)
        for code in [31, 32, 33, 0] { text = text.replacing("\u{1b}[\(code)m", with: "") }
        #expect(text == sample.result.document.text().printable, "\(sample.name)")
    }
}
