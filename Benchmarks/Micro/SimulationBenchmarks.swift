// Whole lives in the simulated world, and the verdict over what they left.
import Benchmark
import Engine
import Simulation
import World

/// p = 4, n = 100, N = 200, three batches: the shape of the flagship scenario, small enough to be tried in masses.
private let shape = LoadShape(
    records: 600, partitions: 4, blockRecords: 100, batchRecords: 200, groupCommitBlocks: 1, checkpointLagTasks: 0,
    autoCommitBlocks: 50, chunkRecords: 1000)

/// The block in flight is announced, and its offsets are not committed: n duplicates.
private let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 3)

private func flagship() -> SimulatedRun { SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape) }

func simulationBenchmarks() {
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
