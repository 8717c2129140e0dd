// A schedule: everything that decides a simulated run, from the load to the way each life ends.
internal import Engine
public import Ingestion
public import Judgement
public import Simulation
public import World

/// One run in the simulated world. Two runs of one schedule do the same, event by event and byte by byte.
public struct Schedule: Codable, Hashable, Sendable {
    /// How one life ends, and what happens until the next begins.
    public struct Life: Codable, Hashable, Sendable {
        /// Where it is killed; nil: it goes on until it is done, or until a fault ends it.
        public var crash: ArmedCrash?
        /// What is left of unsynced bytes and names when the power fails with it; nil: only the process dies.
        public var powerLoss: PowerLoss?
        /// What goes wrong in it; a fault that the engine cannot ride out ends the life.
        public var faults: [Fault]
        /// Records that arrive before the next life, at least 0.
        public var arrivals: Int

        /// Makes a life.
        public init(crash: ArmedCrash?, powerLoss: PowerLoss? = nil, faults: [Fault] = [], arrivals: Int = 0) {
            self.crash = crash
            self.powerLoss = powerLoss
            self.faults = faults
            self.arrivals = arrivals
        }

        /// As it is written in reports, such as `task.read.before@3, power loss all-lost`.
        public var description: String {
            let parts =
                faults.map(\.description) + [
                    crash?.description ?? "no crash", powerLoss.map { "power loss \($0)" },
                    arrivals > 0 ? "\(arrivals) arrive" : nil,
                ]
            return parts.compactMap { $0 }.joined(separator: ", ")
        }
    }

    /// How records get in.
    public var strategy: Strategy
    /// Where output goes.
    public var sink: SinkKind
    /// Which of Spark's deviations the engine reproduces.
    public var fidelity: Fidelity
    /// The load, and the cuts by count.
    public var shape: LoadShape
    /// Chooses payloads.
    public var seed: UInt64
    /// How much the first batch takes that is planned after a crash.
    public var restartBatch: Outage.RestartBatch
    /// The size at which a segment of the write-ahead log is closed, in bytes.
    public var walSegmentBytes: Int64
    /// Decides in which order the engine's stages go; nil: the engine's own order.
    public var interleaving: UInt64?
    /// The lives that end before their time. One more follows, which is left alone.
    public var lives: [Life]
    /// The bug that was planted in the engine; nil for none.
    public var bug: PlantedBug?

    /// Makes a schedule.
    public init(
        strategy: Strategy, sink: SinkKind, fidelity: Fidelity = .sound, shape: LoadShape, seed: UInt64 = 1,
        restartBatch: Outage.RestartBatch = .limited, interleaving: UInt64? = nil,
        walSegmentBytes: Int64 = 64 << 20, lives: [Life] = [],
        bug: PlantedBug? = nil
    ) {
        self.strategy = strategy
        self.sink = sink
        self.fidelity = fidelity
        self.shape = shape
        self.seed = seed
        self.restartBatch = restartBatch
        self.interleaving = interleaving
        self.walSegmentBytes = walSegmentBytes
        self.lives = lives
        self.bug = bug
    }

    /// How its lives end, in one line.
    public var ending: String {
        lives.isEmpty ? "no crash" : lives.map(\.description).joined(separator: "; then ")
    }

    /// The world before the first life.
    func makeRun() -> SimulatedRun {
        let run = SimulatedRun(
            strategy: strategy, sink: sink, shape: shape, fidelity: fidelity, seed: seed,
            walSegmentBytes: walSegmentBytes)
        run.interleaving = interleaving
        if let bug { run.plant(bug) }
        return run
    }
}

extension Schedule {
    /// The strategy's name.
    public var strategyName: String { strategy.rawValue }
    /// The sink's name.
    public var sinkName: String { sink.rawValue }
    /// The whole schedule, in one line.
    public var summary: String {
        let parts = [
            "\(strategyName)/\(sinkName)", "p = \(shape.partitions)", "n = \(shape.blockRecords)",
            "N = \(shape.batchRecords)", "\(shape.records) records", interleaving.map { "stages ordered by \($0)" },
            bug.map { "bug \($0.rawValue)" }, ending,
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
