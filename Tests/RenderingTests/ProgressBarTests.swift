// The progress bar: a line of fixed width, and silence where nobody watches.
import Rendering
import Testing

@Suite struct ProgressBarTests {
    @Test(arguments: [
        (0.0, "[----------]   0 % begin      "), (0.256, "[##--------]  25 % begin      "),
        (1.0, "[##########] 100 % begin      "), (7.0, "[##########] 100 % begin      "),
        (-1.0, "[----------]   0 % begin      "), (.nan, "[----------]   0 % begin      "),
    ])
    func aLineShowsShareAndLabel(fraction: Double, line: String) {
        #expect(ProgressBar.line(fraction: fraction, label: "begin", width: 30) == line)
    }

    @Test func aLabelThatDoesNotFitIsCut() {
        let line = ProgressBar.line(fraction: 0.5, label: "a label that is far too long", width: 30)
        #expect(line == "[#####-----]  50 % a label tha")
    }

    @Test func onlyChangesAreWrittenAndTheLineIsTakenAwayAtTheEnd() {
        var written: [String] = []
        withoutActuallyEscaping({ written.append($0) }) { write in
            var bar = ProgressBar(isTerminal: true, width: 24, write: write)
            bar.show(0.5, "run")
            bar.show(0.501, "run")
            bar.show(1, "run")
            bar.finish()
            bar.finish()
        }
        #expect(
            written == [
                "\r[####----]  50 % run    ", "\r[########] 100 % run    ",
                "\r" + String(repeating: " ", count: 24) + "\r",
            ])
    }

    @Test func nothingIsWrittenWhereNobodyWatches() {
        var bar = ProgressBar(isTerminal: false) { _ in Issue.record("wrote to something that is no terminal") }
        bar.show(0.5, "run")
        bar.finish()
    }
}
