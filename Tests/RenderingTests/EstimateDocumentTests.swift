// What is said before a long run: how many, how long, and where that is from; and the file that the next one reads.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite("What would run, in words") struct EstimateDocumentTests {
    static let sample = EstimateResult(
        PlannedWork(
            kind: "matrix", unit: "cell",
            names: ["direct/append sink.write.after@7", "direct/append task.read.before@7"],
            size: "real, 8000 records, 4 partitions", shippedSeconds: 0.5), kept: [])

    static let durations: [(seconds: Double, text: String)] = [
        (0, "less than a second"), (0.99, "less than a second"), (1, "about 1 s"), (99.4, "about 99 s"),
        (99.6, "about 1 min 40 s"), (125, "about 2 min 10 s"), (600, "about 10 min"), (3569, "about 59 min"),
        (3600, "about 1 h"), (9000, "about 2 h 30 min"), (200_000, "about 2 d 7 h"),
        (.infinity, "longer than anybody waits"),
    ]

    @Test(arguments: durations)
    func durationsAreRough(seconds: Double, text: String) { #expect(Numbers.roughly(seconds: seconds) == text) }

    @Test func theTextSaysWhereItIsFrom() {
        #expect(
            Self.sample.document.text() == """
                DRY RUN matrix: 2 cells, about 1 s

                - 500 ms a cell is the shipped figure: no result of this kind and size is kept here
                - a cell is of this size: real, 8000 records, 4 partitions
                - nothing was run and nothing was made

                number  cell
                ------  --------------------------------
                     1  direct/append sink.write.after@7
                     2  direct/append task.read.before@7

                """)
        var search = Self.sample
        (search.unitsBecause, search.basis) = ("a search ends when it ends", .kept)
        search.from = ["results/1-matrix", "results/2-matrix"]
        let text = search.document.text()
        #expect(text.hasPrefix("DRY RUN matrix: about 2 cells, about 1 s\n"))
        #expect(text.contains("- 500 ms a cell, the middle of 2 kept results, up to results/2-matrix; a search ends"))
    }

    @Test func whatIsKeptIsReadBack() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-paces-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let pace = Pace(kind: "matrix", size: "small", units: 3, seconds: 1.5)
        for (name, text) in [("2-matrix", try KeptPaces.text(of: pace)), ("1-swarm", "{}"), (".hidden", "")] {
            let place = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place.appendingPathComponent(ResultsFolder.paceFile))
        }
        #expect(KeptPaces.inside(folder.path) == [KeptPace(folder: "\(folder.path)/2-matrix", pace: pace)])
        #expect(KeptPaces.inside("\(folder.path)/none") == [])
    }
}
