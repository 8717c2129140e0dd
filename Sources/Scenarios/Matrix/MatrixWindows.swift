// The cells of a matrix that need more than a crash point: the drift window with arrivals, and the time before a position.
internal import Engine
internal import Ingestion
internal import Judgement
internal import World

extension MatrixPlan {
    /// Rows P0, P2a and P2b: the job runs, or has run, and its plan is not durable. `direct` has this window always, and
    /// `direct-log-first` with `plan-after-submit`; `direct-commit` has a beginning all the same. A sound run shows the
    /// windows alone; with deviations, what arrives and what a reset skips is lost in them as it is in the original.
    static func windowGroups(
        pairs: [(Strategy, SinkKind)], points: [CrashPoint], fidelity: Fidelity, batches: Int, usual: LoadShape
    ) -> [Group] {
        func shape(records: Int, lag: Int) -> LoadShape {
            var shape = usual
            shape.records = records
            shape.checkpointLagTasks = lag
            return shape
        }
        let half = usual.partitions / 2
        let isSound = fidelity == .sound
        let drift = isSound ? Outage() : Outage(arrivals: 3 * usual.batchRecords, restartBatch: .unlimited)
        var groups = [
            Group(shape: shape(records: batches * usual.batchRecords, lag: half), outage: drift, cells: []),
            Group(shape: shape(records: batches * usual.batchRecords, lag: usual.partitions), outage: drift, cells: []),
        ]
        for (strategy, sink) in pairs {
            let window = point(of: strategy)
            let plansAfterSubmit = strategy.traits.offsets == .checkpoint || fidelity.has(.plansAfterSubmit)
            guard let window, plansAfterSubmit, points.contains(window) else { continue }
            for index in groups.indices { groups[index].add(ArmedCrash(window, at: batches), strategy, sink, fidelity) }
        }
        for reset in Outage.Reset.allCases where !isSound || reset == .earliest {
            var group = Group(
                shape: shape(records: 2 * usual.batchRecords, lag: half),
                outage: Outage(arrivals: usual.batchRecords, reset: reset), cells: [])
            for (strategy, sink) in pairs {
                let isCommitted = strategy.isDirect && strategy.commitsOffsets
                let first = isCommitted ? CrashPoint(.batchOffsetsCommit, .before) : point(of: strategy)
                // The initial offsets of Structured Streaming are stored before anything else.
                if strategy.traits.offsets == .offsetLog, reset == .latest { continue }
                guard let first, points.contains(first) else { continue }
                group.add(ArmedCrash(first, at: 1), strategy, sink, fidelity)
            }
            groups.append(group)
        }
        return groups
    }

    /// The point at which a plan that was acted on is about to become durable.
    private static func point(of strategy: Strategy) -> CrashPoint? {
        switch strategy.traits.offsets {
        case .checkpoint: CrashPoint(.generationCheckpointWrite, .before)
        case .offsetLog: CrashPoint(.batchLogWrite, .before)
        case .nobody, .group, .sink: nil
        }
    }
}
