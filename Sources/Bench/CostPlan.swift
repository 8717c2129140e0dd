// What a plan's costs follow from: a row of a benchmark, or a pipeline of a league.
internal import Results
internal import Statistics

extension CapacityPlan {
    /// What is known of a row, and of a crash of it; `restarts` are those of all rows, each of which was measured once.
    static func basis(
        of row: BenchRow, duplicates: Interval, lost: Interval, _ inputs: CostInputs, _ setting: BenchSetting,
        restarts: [Double]
    ) -> CostRange<CostBasis> {
        let batch = inputs.recordsPerSecond * inputs.batchSeconds
        let hasLog = hasLog(row)
        func basis(_ level: (Interval) -> Double, restart: Double?) -> CostBasis {
            var basis = CostBasis()
            basis.cpuSecondsPerMillion = level(row.cpu)
            basis.workerRecordsPerSecond = row.recordsPerSecond
            basis.logFactor = level(row.walFactor)
            basis.segmentBytes = hasLog ? segmentBytes * Double(setting.logReplicas) : 0
            basis.duplicateBatches = level(duplicates) / batch
            basis.lostBatches = level(lost) / batch
            basis.restartSeconds = restart
            basis.readBytesPerSecond = hasLog ? setting.ceilings.diskBytesPerSecond : 0
            return basis
        }
        return CostRange(
            median: basis(\.median, restart: row.crash?.recoverySeconds), low: basis(\.low, restart: restarts.min()),
            high: basis(\.high, restart: restarts.max()))
    }

    /// The pipelines of a league whose kills show something. Their duplicates and losses are those that were counted, which
    /// depend on their own commits and not on our batches.
    static func pipelines(of league: LeagueResult, _ inputs: CostInputs) -> [PlanPipeline] {
        league.pipelines.compactMap { entry in
            let kills = entry.kills.filter { $0.invalidReason == nil }
            guard let guarantee = entry.observed, !kills.isEmpty else { return nil }
            let duplicates = kills.map { Double($0.duplicates) }
            let lost = kills.map { Double($0.lost) }
            func basis(_ level: ([Double]) -> Double) -> CostBasis {
                var basis = CostBasis()
                basis.workerRecordsPerSecond = entry.recordsPerSecond
                // A worker that is at its limit keeps one core busy.
                basis.cpuSecondsPerMillion = entry.recordsPerSecond.map { 1e6 / $0 }
                basis.duplicateRecords = level(duplicates)
                basis.lostRecords = level(lost)
                basis.restartSeconds = entry.recoverySeconds
                return basis
            }
            return PlanPipeline(
                name: entry.pipeline, guarantee: guarantee,
                basis: .init(
                    median: basis(Sample.median), low: basis { $0.min() ?? 0 }, high: basis { $0.max() ?? 0 }),
                for: inputs)
        }
    }

    /// What costs assume beyond what the figures do.
    static func assumptions(_ inputs: CostInputs, _ league: LeagueResult?) -> [String] {
        let prices = inputs.prices
        let first = [
            "money: \(prices.currency) a month of 30.4 days, by the price sheet; cores are paid for with what stands idle in "
                + "them, disks for Kafka's \(Int(prices.replicas)) replicas and for the log",
            "recovery: from a kill until everything that came meanwhile has been output: the measured restart, the log read "
                + "back as fast as this disk writes, then what is repeated and what has come, as fast as all workers can; the "
                + "range is that of the restarts of all rows, each of which was measured once",
            "another batch interval: duplicates and losses of a crash grow with the records of a batch",
        ]
        guard let league else { return first }
        let known = league.pipelines.count { $0.recordsPerSecond != nil }
        return first + [
            "pipelines of the league: duplicates and losses of a crash are those counted after its kills, from the least to "
                + "the most, at any rate; a restart lasts until it asks for records; a worker at its limit keeps one core busy; "
                + "\(known) of \(league.pipelines.count) were timed, and of the others cores and money are not known"
        ]
    }
}
