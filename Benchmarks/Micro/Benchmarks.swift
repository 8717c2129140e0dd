// Measures every step of kbench, and its allocations.
import AllocationCounter
import Benchmark
import BenchmarkSteps
import Foundation
import Glibc

/// Requests for memory, which are the same in every run: the metric that can be held to a threshold.
let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: true)

/// A threshold never sees a clock: with `KBENCH_ALLOCATIONS_ONLY=1` nothing else is measured, and thresholds are written.
private let metrics: [BenchmarkMetric] =
    ProcessInfo.processInfo.environment["KBENCH_ALLOCATIONS_ONLY"] == "1"
    ? [allocations] : [.throughput, .wallClock, allocations]

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: metrics, maxDuration: .milliseconds(800), maxIterations: 2000,
        // One in a hundred: tables of random hashes grow a request earlier or later.
        thresholds: [allocations: .init(relative: [.p90: 1])])
    for step in BenchmarkStep.all(folder: ".build/micro-log") {
        var configuration = Benchmark.defaultConfiguration
        if step.repetitions > 1 { configuration.scalingFactor = .kilo }
        // What syncs a real disk would take long.
        if step.name.hasPrefix("log-append") { configuration.maxIterations = 300 }
        let rate = step.tally.map {
            BenchmarkMetric.custom("\($0.things) per CPU second", polarity: .prefersLarger, useScalingFactor: false)
        }
        if let rate { configuration.metrics.append(rate) }
        Benchmark(step.name, configuration: configuration) { benchmark in
            let (began, before) = (processorSeconds(), step.tally?.count ?? 0)
            try step.run { try benchmark.count($0) }
            if let rate, let tally = step.tally {
                // The call that is not measured did as many.
                benchmark.measurement(rate, Int(Double(tally.count - before) / (processorSeconds() - began)))
            }
        }
    }
}

/// The time that this process has had a processor.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension Benchmark {
    /// Measures `body`, which is called as often as the scale says, with its requests for memory.
    func count(_ body: () throws -> Void) rethrows {
        // What is made on first use belongs to no iteration.
        try body()
        let before = kbench_allocations()
        startMeasurement()
        for _ in scaledIterations { try body() }
        stopMeasurement()
        measurement(allocations, Int(kbench_allocations() - before))
    }
}
