// The keys of a scenario file that limit batches and divide them into tasks.
internal import Engine
internal import Harness

extension ScenarioFile {
    /// Estimators of the rate, by the names people type.
    private enum Backpressure: String, CaseIterable {
        case pid, none
    }

    /// How batches are divided into tasks.
    static func tasks(_ top: YAMLMapping) throws(ScenarioError) -> TaskSettings {
        TaskSettings(
            slots: try top["task-slots"]?.integer(in: ScenarioLimits.taskSlots) ?? 1,
            minPartitions: try top["min-partitions"]?.integer(in: ScenarioLimits.taskPartitions),
            repartition: try top["repartition"]?.integer(in: ScenarioLimits.taskPartitions),
            simulatedWorkMicroseconds: try top["simulated-work-microseconds"]?.integer(
                in: ScenarioLimits.workMicroseconds)
                ?? 0)
    }

    /// The limits under the key `limits`; none without it.
    static func limits(_ top: YAMLMapping) throws(ScenarioError) -> PlanLimits {
        guard let value = top["limits"] else { return PlanLimits() }
        let keys = try value.mapping(known: ScenarioKeys.limits, kind: "limits")
        if case .count = try cuts(top) {
            throw value.error(
                .impossibleValue, "batches cut by count have their size already",
                fix: "cut by block-interval-ms and batch-interval-ms, or remove limits")
        }
        let records = { (key: String) throws(ScenarioError) -> Int? in
            try keys[key]?.integer(in: ScenarioLimits.limitRecords)
        }
        var limits = PlanLimits(
            maxRatePerPartition: try records("max-rate-per-partition").map { Double($0) },
            minRatePerPartition: Int64(try records("min-rate-per-partition") ?? 1),
            maxBatchRecords: try records("max-batch-records").map { Int64($0) },
            initialRate: try records("initial-rate").map { Double($0) },
            bufferBlocks: try records("buffer-blocks"), bufferRecords: try records("buffer-records"))
        if let name = try keys["backpressure"]?.name(
            of: "backpressure", "kinds of backpressure", as: Backpressure.self),
            name == .pid
        {
            limits.backpressure = RateEstimator.Parameters()
        } else if let initial = keys["initial-rate"] {
            throw initial.error(
                .impossibleValue, "an initial rate is the first of those that backpressure sets",
                fix: "add 'backpressure: pid', or remove initial-rate")
        }
        return limits
    }
}
