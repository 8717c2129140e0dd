// Holds the allocations of every step to the written thresholds, without the framework that measures time: it builds in a
// fraction of the time, which continuous integration has to spend. With the argument `update` it writes them.
import AllocationCounter
import BenchmarkSteps
import Foundation

@main
enum CheckThresholds {
    /// One in a hundred: tables of random hashes grow a request earlier or later.
    static let tolerance = 0.01

    /// The measurements of which the nine tenths (p90) counts.
    static let measurements = 10

    static func main() throws {
        let isUpdate = CommandLine.arguments.dropFirst() == ["update"]
        var worse = 0
        // Begun in the folder of the package, as `make thresholds` does.
        for step in BenchmarkStep.all(folder: ".build/check-log") {
            let found = try allocations(of: step)
            let file = URL(fileURLWithPath: "Thresholds/Micro.\(step.name).p90.json")
            if isUpdate {
                try Data("{\n  \"Allocations\" : \(found)\n}".utf8).write(to: file)
                print("written: \(step.name): \(found) allocations")
                continue
            }
            let written = try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: file))
            guard let most = written["Allocations"] else { throw CocoaError(.coderValueNotFound) }
            let isWorse = Double(found) > Double(most) * (1 + tolerance)
            if isWorse { worse += 1 }
            let word = isWorse ? "WORSE" : Double(found) < Double(most) * (1 - tolerance) ? "better" : "as written"
            print("\(word): \(step.name): \(found) allocations, \(most) in Benchmarks/Thresholds")
        }
        guard worse == 0 else {
            print("fix: allocate less, or write the new thresholds with: make thresholds-update")
            exit(2)
        }
    }

    /// Requests for memory of one measurement: of as many repetitions as the step has.
    private static func allocations(of step: BenchmarkStep) throws -> Int {
        var counts: [Int] = []
        try step.run { body in
            // What is made on first use belongs to no measurement.
            try body()
            for _ in 0..<measurements {
                let before = kbench_allocations()
                for _ in 0..<step.repetitions { try body() }
                counts.append(Int(kbench_allocations() - before))
            }
        }
        return counts.sorted()[measurements * 9 / 10 - 1]
    }
}
