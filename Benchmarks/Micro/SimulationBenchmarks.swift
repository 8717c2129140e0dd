// Whole lives in the simulated world, and the verdict over what they left.
import Benchmark
import Engine
import Exploration
import Glibc
import Simulation
import World

/// Schedules that one core explores in a second of its time.
private let schedulesPerSecond = BenchmarkMetric.custom(
    "Schedules per CPU second", polarity: .prefersLarger, useScalingFactor: false)

private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// p = 4, n = 100, N = 200, three batches: the shape of the flagship scenario, small enough to be tried in masses.
private let shape = LoadShape(
    records: 600, partitions: 4, blockRecords: 100, batchRecords: 200, groupCommitBlocks: 1, checkpointLagTasks: 0,
    autoCommitBlocks: 50, chunkRecords: 1000)

/// The block in flight is announced, and its offsets are not committed: n duplicates.
private let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 3)

private func flagship() -> SimulatedRun { SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape) }

/// Every crash of the flagship, in every state of the disk: p = 4, n = 100, three batches of a block each.
private let unit = AtlasUnit(
    strategy: .receiverWal, sink: .append, fidelity: .sound,
    shape: LoadShape(
        records: 300, partitions: 4, blockRecords: 100, batchRecords: 100, groupCommitBlocks: 1, checkpointLagTasks: 0,
        autoCommitBlocks: 50, chunkRecords: 1000), seed: 1)

func simulationBenchmarks() {
    Benchmark("flagship-explored", configuration: .init(metrics: metrics + [schedulesPerSecond])) { benchmark in
        var schedules = 0
        let began = processorSeconds()
        try benchmark.count { schedules += try unit.explore().schedules }
        // The call that is not measured ran as many.
        benchmark.measurement(schedulesPerSecond, Int(Double(schedules) / (processorSeconds() - began)))
    }

    Benchmark("one-flagship-schedule") { benchmark in
        let world = flagship()
        try benchmark.count {
            let run = world.fork()
            try run.live(crash: crash)
            try run.live()
            let verdict = try run.verdict()
            precondition(verdict.duplicates == 100 && verdict.lost == 0, "the schedule went another way")
        }
    }

    Benchmark("verdict-over-600-records", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let run = flagship()
        try run.live()
        try benchmark.count { blackHole(try run.verdict()) }
    }
}
