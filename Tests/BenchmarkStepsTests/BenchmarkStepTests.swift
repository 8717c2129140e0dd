// Every benchmark's step is run once, so that none rots; each checks by itself that it did what it is measured for.
import BenchmarkSteps
import Foundation
import Testing

@Suite struct BenchmarkStepTests {
    static let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("kbench-steps-\(UUID().uuidString)").path

    static let names = BenchmarkStep.all(folder: folder).map(\.name)

    @Test func everyStepHasANameOfItsOwn() {
        #expect(Set(Self.names).count == Self.names.count)
        #expect(Self.names.allSatisfy { !$0.contains(" ") })
    }

    @Test(arguments: names)
    func aStepDoesWhatItIsMeasuredFor(name: String) throws {
        let folder = "\(Self.folder)-\(name)"
        let step = try #require(BenchmarkStep.all(folder: folder).first { $0.name == name })
        var calls = 0
        try step.run { body in
            try body()
            // A second time, since a measurement repeats it.
            try body()
            calls += 1
        }
        #expect(calls == 1)
        #expect(!FileManager.default.fileExists(atPath: folder), "files are left")
    }

    /// A step without a threshold would be measured and never held to anything.
    @Test(arguments: names)
    func everyStepHasAThreshold(name: String) throws {
        let thresholds = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Benchmarks/Thresholds/Micro.\(name).p90.json")
        let written = try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: thresholds))
        #expect(written["Allocations"] != nil)
    }
}
