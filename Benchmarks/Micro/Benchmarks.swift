// The benchmarks of single steps: what is measured of each, and how their allocations are counted.
import AllocationCounter
import Benchmark
import Foundation

/// Requests for memory, which are the same in every run: the metric that can be held to a threshold.
let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: true)

/// A threshold never sees a clock: with `KBENCH_ALLOCATIONS_ONLY=1`, as `make bench-micro` checks, nothing else is measured.
let metrics: [BenchmarkMetric] =
    ProcessInfo.processInfo.environment["KBENCH_ALLOCATIONS_ONLY"] == "1"
    ? [allocations] : [.throughput, .wallClock, allocations]

// Names without spaces: the thresholds of others are written to a file and not found again.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: metrics, maxDuration: .milliseconds(800), maxIterations: 2000,
        // One in a hundred: tables of random hashes grow a request earlier or later.
        thresholds: [allocations: .init(relative: [.p90: 1])])
    simulationBenchmarks()
    logBenchmarks()
    blockBenchmarks()
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
