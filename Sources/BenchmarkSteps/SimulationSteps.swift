// Whole lives in the simulated world, the verdict over what they left, and a range read from its broker.
internal import Engine
internal import Exploration
internal import Ingestion
internal import Judgement
internal import Simulation
internal import World

/// p = 4, n = 100, N = 200, three batches: the shape of the flagship scenario, small enough to be tried in masses.
private let shape = LoadShape(
    records: 600, partitions: 4, blockRecords: 100, batchRecords: 200, groupCommitBlocks: 1, checkpointLagTasks: 0,
    autoCommitBlocks: 50, chunkRecords: 1000)

/// The block in flight is announced, and its offsets are not committed: n duplicates.
private let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 3)

/// Every crash of the flagship, in every state of the disk: p = 4, n = 100, three batches of a block each.
private let unit = AtlasUnit(
    strategy: .receiverWal, sink: .append, fidelity: .sound,
    shape: LoadShape(
        records: 300, partitions: 4, blockRecords: 100, batchRecords: 100, groupCommitBlocks: 1, checkpointLagTasks: 0,
        autoCommitBlocks: 50, chunkRecords: 1000), seed: 1)

func simulationSteps() -> [BenchmarkStep] {
    func flagship() -> SimulatedRun { SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape) }
    let explored = BenchmarkStep.Tally("Schedules")
    return [
        BenchmarkStep("flagship-explored", tally: explored) { measure in
            try measure {
                let result = try unit.explore()
                try WrongStep.check(result.findings.isEmpty, "a sound engine breaks a promise")
                explored.count += result.schedules
            }
        },
        BenchmarkStep("one-flagship-schedule") { measure in
            let world = flagship()
            try measure {
                let run = world.fork()
                try run.live(crash: crash)
                try run.live()
                let verdict = try run.verdict()
                try WrongStep.check(
                    verdict.duplicates == 100 && verdict.lost == 0, "the schedule went another way: \(verdict)")
            }
        },
        BenchmarkStep("verdict-over-600-records", repetitions: 1000) { measure in
            let run = flagship()
            try run.live()
            try measure {
                let verdict = try run.verdict()
                try WrongStep.check(verdict.delivered == 600, "the verdict is not over 600 records: \(verdict)")
            }
        },
        BenchmarkStep("range-read-of-10000-records") { measure in
            let broker = SimulatedBroker(topic: "range", partitions: 1)
            let value = [UInt8](repeating: 1, count: 200)
            for _ in 0..<10_000 { broker.produce(to: 0, value: value) }
            let block = Block()
            try measure { try readRange(of: broker, into: block) }
        },
    ]
}

/// Reads one range in pieces of a thousand records and consumes each in place: no record is copied again.
private func readRange(of broker: SimulatedBroker, into block: Block) throws {
    let reader = broker.openReader(at: [(partition: 0, offset: 0)])
    defer { reader.close() }
    var (position, bytes): (Offset, Int) = (0, 0)
    while position < 10_000 {
        block.removeAll()
        (_, position) = try reader.fetch(0, until: 10_000, limit: 1000, into: block, timeout: .zero)
        block.forEachRecord { _, _, _, value in bytes += value?.count ?? 0 }
    }
    try WrongStep.check(bytes == 2_000_000, "the range had \(bytes) bytes")
}
