// Counts what this build's engine does in the simulated world: the figures that no clock touches.
internal import Engine
internal import Evidence
internal import Ingestion
internal import Judgement
public import Results
internal import Simulation
internal import World
internal import WriteAheadLog

/// Runs every strategy and sink over a fixed small load and counts.
public struct ExactCounter: Sendable {
    /// Changes the disk that the engine is given, above the one that counts: for engines that are dearer on purpose.
    let change: @Sendable (any Disk) -> any Disk

    /// A counter of this build as it is.
    public init() { change = { $0 } }

    init(change: @escaping @Sendable (any Disk) -> any Disk) { self.change = change }

    /// p = 4, n = 100, N = 200, three batches: the flagship scenario's proportions.
    private static let shape = LoadShape(
        records: 600, partitions: 4, blockRecords: 100, batchRecords: 200, groupCommitBlocks: 1, checkpointLagTasks: 0,
        autoCommitBlocks: 2, chunkRecords: 1000)

    /// Where each run is crashed, as far as it comes there: on both sides of each boundary of what is durable, in the middle
    /// of the run.
    private static let crashes: [ArmedCrash] =
        [
            CrashPoint(.receiverPoll, .after), CrashPoint(.receiverWalAppend, .after),
            CrashPoint(.receiverEventSync, .after), CrashPoint(.receiverOffsetsCommit, .after),
            CrashPoint(.receiverAutoCommit, .after), CrashPoint(.batchPlan, .after),
            CrashPoint(.batchOffsetsCommit, .before), CrashPoint(.batchLogRename, .after),
            CrashPoint(.batchSubmit, .after), CrashPoint(.generationCheckpointRename, .after),
            CrashPoint(.sinkWrite, .after), CrashPoint(.sinkSync, .after),
            CrashPoint(.completionCheckpointRename, .before), CrashPoint(.batchCompleteRename, .before),
        ].map { ArmedCrash($0, at: 2) } + [ArmedCrash(CrashPoint(.engineIdle, .before), at: 1)]

    /// Counts. `progress` is told the share that is done and what comes next.
    ///
    /// - Throws: what the engine throws of itself, which is a bug.
    public func count(progress: (Double, String) -> Void = { _, _ in }) throws -> ExactFigures {
        var runs: [(strategy: Strategy, sink: SinkKind, fidelity: Fidelity)] = []
        for strategy in Strategy.withOutput {
            for sink in SinkKind.allCases where strategy.canWrite(to: sink) {
                runs += [(strategy, sink, .sound), (strategy, sink, .spark)]
            }
        }
        var costs: [ExactFigures.Row] = []
        var crashes: [ExactFigures.Row] = []
        for (number, run) in runs.enumerated() {
            let place = "\(run.strategy.rawValue)/\(run.sink.rawValue)/\(run.fidelity.name)"
            progress(Double(number) / Double(runs.count), place)
            costs.append(try cost(of: run, place))
            crashes += try self.crashes(of: run, place)
        }
        let paced = try Strategy.withOutput.map { try pace(of: $0) }
        return try ExactFigures(
            load: "\(Self.shape.records) records, p = 4, n = 100, N = 200", rows: costs + paced + frames() + crashes)
    }

    private func world(_ run: (strategy: Strategy, sink: SinkKind, fidelity: Fidelity)) -> (SimulatedRun, CountedDisk) {
        let world = SimulatedRun(strategy: run.strategy, sink: run.sink, shape: Self.shape, fidelity: run.fidelity)
        let counted = CountedDisk(world.disk)
        world.changeSeams = { [change] seams in
            var seams = seams
            seams.disk = change(counted)
            return seams
        }
        return (world, counted)
    }

    /// What one life without a crash asks of the disk.
    private func cost(
        of run: (strategy: Strategy, sink: SinkKind, fidelity: Fidelity), _ place: String
    ) throws -> ExactFigures.Row {
        let (world, disk) = world(run)
        try world.live()
        let (all, log) = (disk.engineUse, disk.use(of: .log))
        let verdict = try world.verdict()
        return ExactFigures.Row(
            place,
            [
                "batches": Int64(world.counters[.batchesCompleted]), "writeCalls": all.writeCalls,
                "bytesWritten": all.bytesWritten, "fileSyncs": all.fileSyncs, "directorySyncs": all.directorySyncs,
                "logBytes": log.bytesWritten, "logSyncs": log.fileSyncs, "logWriteCalls": log.writeCalls,
                "checkpointBytes": disk.use(of: .checkpoints).bytesWritten,
                "offsetLogBytes": disk.use(of: .offsetLog).bytesWritten,
                "duplicates": Int64(verdict.duplicates), "lost": Int64(verdict.lost),
            ])
    }

    /// What a crash and a recovery cost, wherever the run can be crashed.
    private func crashes(
        of run: (strategy: Strategy, sink: SinkKind, fidelity: Fidelity), _ place: String
    ) throws -> [ExactFigures.Row] {
        try Self.crashes.compactMap { crash in
            let (world, disk) = world(run)
            guard try world.live(crashes: [crash]) else { return nil }
            let verdict = try world.verdict()
            return ExactFigures.Row(
                "\(place) \(crash)",
                [
                    "duplicates": Int64(verdict.duplicates), "lost": Int64(verdict.lost),
                    "fileSyncsWithRecovery": disk.engineUse.fileSyncs,
                    "bytesWrittenWithRecovery": disk.engineUse.bytesWritten,
                ])
        }
    }

    /// How long the load lasts in virtual time, with cuts by time, a limited rate and a tenth of a millisecond per record.
    private func pace(of strategy: Strategy) throws -> ExactFigures.Row {
        let sink: SinkKind = strategy.canWrite(to: .append) ? .append : .transactional
        let (world, _) = world((strategy, sink, .sound))
        world.configuration.cuts = .time(block: 5_000_000, batch: 500_000_000)
        world.configuration.limits = PlanLimits(maxRatePerPartition: 100)
        world.configuration.tasks = TaskSettings(simulatedWorkMicroseconds: 100)
        try world.live()
        return ExactFigures.Row(
            "\(strategy.rawValue)/by-time",
            [
                "virtualNanoseconds": Int64(world.counters[.idleAt] - world.counters[.recoveredAt]),
                "timedBatches": Int64(world.counters[.batchesCompleted]),
            ])
    }

    /// The bytes of one frame beyond its payload, and the write calls for it.
    private func frames() throws -> [ExactFigures.Row] {
        try [1, 1_000, 20_500].map { payload in
            let counted = CountedDisk(SimulatedDisk())
            let log = try WriteAheadLog.open(
                disk: change(counted), directory: "/run/wal/blocks", scan: .lastSegmentOnly
            ).log
            defer { log.close() }
            let bytes = [UInt8](repeating: 0xA5, count: payload)
            let append = {
                _ = try bytes.withUnsafeBytes { try log.append($0, kind: 1, effect: .receiverWalAppend) }
            }
            try append()
            let first = counted.use(of: .log)
            for _ in 0..<10 { try append() }
            let last = counted.use(of: .log)
            return ExactFigures.Row(
                "frame/\(payload)-bytes",
                [
                    "tenFramesOverheadBytes": last.bytesWritten - first.bytesWritten - Int64(10 * payload),
                    "tenFramesWriteCalls": last.writeCalls - first.writeCalls,
                ])
        }
    }
}
