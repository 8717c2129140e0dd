// Draws schedules that nobody thought of: every choice a run has, decided by one seed.
internal import Engine
internal import Ingestion
internal import Judgement
public import Simulation
internal import World

/// Random schedules.
public enum SwarmSchedule {
    /// The schedule of a seed: strategy, sink, load, order of stages, crashes, power losses and a random subset of faults.
    ///
    /// - Parameters:
    ///   - seed: Decides everything that is drawn.
    ///   - faults: Those of a script; the first life has them besides its own. They change nothing that is drawn.
    /// - Returns: The schedule.
    public static func draw(seed: UInt64, faults: [Fault] = []) -> Schedule {
        var random = SeededRandom(seed: seed)
        let strategies = Strategy.withOutput
        let strategy = strategies[Int.random(in: 0..<strategies.count, using: &random)]
        let sinks = SinkKind.keepingRows.filter(strategy.canWrite)
        let sink = sinks[Int.random(in: 0..<sinks.count, using: &random)]
        let block = Int.random(in: 1...8, using: &random)
        let batch = Int.random(in: block...4 * block, using: &random)
        let shape = LoadShape(
            records: Int.random(in: 1...4 * batch, using: &random), partitions: Int.random(in: 1...4, using: &random),
            blockRecords: block, batchRecords: batch, groupCommitBlocks: Int.random(in: 1...3, using: &random),
            checkpointLagTasks: Int.random(in: 0...3, using: &random),
            autoCommitBlocks: Int.random(in: 1...5, using: &random),
            chunkRecords: Int.random(in: 1...batch, using: &random))
        // Each seed has some kinds of trouble switched on, so that none hides behind the others.
        let powerFails = Bool.random(using: &random)
        let hasFaults = Bool.random(using: &random)
        let recordsArrive = Bool.random(using: &random)
        let interleaving = Bool.random(using: &random) ? random.next() % 1_000_000 : nil
        var lives = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Schedule.Life(
                crash: Bool.random(using: &random) || !hasFaults ? crash(&random) : nil,
                powerLoss: powerFails ? powerLoss(&random) : nil,
                faults: hasFaults ? drawFaults(&random, shape) : [],
                arrivals: recordsArrive ? Int.random(in: 0...batch, using: &random) : 0)
        }
        lives[0].faults = faults + lives[0].faults.filter { !faults.contains($0) }
        return Schedule(
            strategy: strategy, sink: sink, shape: shape, seed: seed,
            restartBatch: recordsArrive && Bool.random(using: &random) ? .unlimited : .limited,
            interleaving: interleaving, walSegmentBytes: Int64.random(in: 300...5_000, using: &random), lives: lives)
    }

    private static func crash(_ random: inout SeededRandom) -> ArmedCrash {
        let points = CrashPoint.all.filter(\.isDeath)
        return ArmedCrash(
            points[Int.random(in: 0..<points.count, using: &random)], at: Int.random(in: 1...8, using: &random))
    }

    private static func powerLoss(_ random: inout SeededRandom) -> PowerLoss? {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: nil
        case 1: .allLost
        case 2: .namesLost
        case 3: .cut(bytes: Int.random(in: 0...600, using: &random))
        default: .seeded(random.next() % 1_000_000)
        }
    }

    private static func drawFaults(_ random: inout SeededRandom, _ shape: LoadShape) -> [Fault] {
        (0..<Int.random(in: 0...2, using: &random)).map { _ in Fault.random(using: &random, shape: shape) }
    }
}
