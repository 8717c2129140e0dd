// What a pipeline needs and costs at a scale that nobody has run: the formulas, and nothing but them.

/// What is asked for: the load, how much may go wrong, and the prices.
public struct CostInputs: Codable, Equatable, Sendable {
    /// Records a second.
    public var recordsPerSecond: Double
    /// Bytes of a record.
    public var recordBytes: Double
    /// Seconds from one batch to the next.
    public var batchSeconds: Double
    /// Seconds for which Kafka keeps records.
    public var retentionSeconds: Double
    /// Crashes a day.
    public var crashesPerDay: Double
    /// The prices.
    public var prices: PriceSheet

    /// Makes inputs.
    public init(
        recordsPerSecond: Double, recordBytes: Double, batchSeconds: Double, retentionSeconds: Double,
        crashesPerDay: Double, prices: PriceSheet
    ) {
        self.recordsPerSecond = recordsPerSecond
        self.recordBytes = recordBytes
        self.batchSeconds = batchSeconds
        self.retentionSeconds = retentionSeconds
        self.crashesPerDay = crashesPerDay
        self.prices = prices
    }
}

/// What is known of a strategy and sink, or of a judged pipeline, of which all else follows.
public struct CostBasis: Codable, Equatable, Sendable {
    /// Processor seconds for a million records; nil where nobody measured them.
    public var cpuSecondsPerMillion: Double?
    /// Records a second that one worker takes; nil where nobody measured them.
    public var workerRecordsPerSecond: Double?
    /// Bytes written to logs for each byte of a record, all copies; 0 without a log.
    public var logFactor = 0.0
    /// Bytes of the logs' segments in use, all copies; 0 without a log.
    public var segmentBytes = 0.0
    /// Duplicates of a crash in batches: as many times the records of one.
    public var duplicateBatches = 0.0
    /// Duplicates of a crash that do not grow with the batch, in records.
    public var duplicateRecords = 0.0
    /// Losses of a crash in batches.
    public var lostBatches = 0.0
    /// Losses of a crash that do not grow with the batch, in records.
    public var lostRecords = 0.0
    /// Seconds from a kill until it is at work again; nil where nobody measured them.
    public var restartSeconds: Double?
    /// Bytes a second at which the log is read back; 0: it is not.
    public var readBytesPerSecond = 0.0

    /// A basis of which nothing is known yet.
    public init() {}
}

/// What it comes to; nil what does not follow from what is known.
public struct CostFigures: Codable, Equatable, Sendable {
    /// Processor cores that are busy.
    public var cores: Double?
    /// Workers, none of them busier than the prices say.
    public var workers: Double?
    /// Bytes that logs hold, all copies.
    public var logBytes: Double
    /// Bytes written to them in a day, all copies.
    public var logBytesPerDay: Double
    /// Bytes that Kafka holds, all replicas.
    public var kafkaBytes: Double
    /// Duplicates a day.
    public var duplicatesPerDay: Double
    /// Losses a day.
    public var lostPerDay: Double
    /// Seconds from a kill until everything that came meanwhile has been output.
    public var recoverySeconds: Double?
    /// Money a month for cores, with what stands idle in them.
    public var coresMoney: Double?
    /// For the disks of Kafka and of the logs.
    public var diskMoney: Double
    /// For what duplicates and losses cause.
    public var damageMoney: Double
    /// For the time in which nothing is up to date.
    public var recoveryMoney: Double?
    /// All of it; nil where a part is not known.
    public var money: Double?
}

extension CostBasis {
    /// Batches whose records the log still holds: the one that runs and the one that gathers.
    public static let batchesInLog = 2.0
    /// A month in days.
    public static let daysOfMonth = 30.4375
    /// A month in hours.
    public static let hoursOfMonth = 730.5
    /// A day in seconds.
    public static let secondsOfDay = 86_400.0

    /// What this comes to for `inputs`. The page's script has the same formulas: see `PlanScript`.
    public func figures(_ inputs: CostInputs) -> CostFigures {
        let prices = inputs.prices
        let rate = inputs.recordsPerSecond
        let bytes = rate * inputs.recordBytes
        let batch = rate * inputs.batchSeconds
        let cores = cpuSecondsPerMillion.map { $0 * rate / 1e6 }
        let workers = workerRecordsPerSecond.map { (rate / ($0 * prices.busyShare)).rounded(.up) }
        let batches = logFactor * bytes * inputs.batchSeconds * CostBasis.batchesInLog
        let log = segmentBytes > 0 ? batches + segmentBytes : 0
        let kafka = bytes * inputs.retentionSeconds * prices.replicas
        let twice = duplicateBatches * batch + duplicateRecords
        let lost = lostBatches * batch + lostRecords
        // It starts and reads its log; then it goes over what it repeats and what has come meanwhile, as fast as it can.
        let down = restartSeconds.map { $0 + (readBytesPerSecond > 0 ? log / readBytesPerSecond : 0) }
        let spare = workerRecordsPerSecond.flatMap { one in workers.map { $0 * one - rate } }
        let recovery = down.map { down in down + (spare.map { $0 > 0 ? (rate * down + twice) / $0 : 0 } ?? 0) }
        let coresMoney = cores.map { $0 / prices.busyShare * CostBasis.hoursOfMonth * prices.coreHour }
        let diskMoney = (kafka + log) / 1e9 * prices.diskGigabyteMonth
        let crashes = inputs.crashesPerDay * CostBasis.daysOfMonth
        let damage = crashes * (twice * prices.millionDuplicates + lost * prices.millionLost) / 1e6
        let recoveryMoney = recovery.map { crashes * $0 / 3_600 * prices.hourBehind }
        return CostFigures(
            cores: cores, workers: workers, logBytes: log,
            logBytesPerDay: logFactor * bytes * CostBasis.secondsOfDay, kafkaBytes: kafka,
            duplicatesPerDay: twice * inputs.crashesPerDay, lostPerDay: lost * inputs.crashesPerDay,
            recoverySeconds: recovery, coresMoney: coresMoney, diskMoney: diskMoney, damageMoney: damage,
            recoveryMoney: recoveryMoney,
            money: coresMoney.flatMap { cores in recoveryMoney.map { cores + diskMoney + damage + $0 } })
    }
}

/// The same three times: in the middle, at best and at worst.
public struct CostRange<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    /// In the middle.
    public var median: Value
    /// At best.
    public var low: Value
    /// At worst.
    public var high: Value

    /// Makes a range.
    public init(median: Value, low: Value, high: Value) {
        self.median = median
        self.low = low
        self.high = high
    }

    /// Something of each, as an interval; nil where one of them lacks it.
    public func interval(_ figure: (Value) -> Double?) -> Interval? {
        guard let median = figure(median), let low = figure(low), let high = figure(high) else { return nil }
        return Interval(median: median, low: low, high: high)
    }
}
