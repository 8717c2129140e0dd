// What a recovery spends its time on, from the kill to the first output that is not a repetition.

/// The parts of recovery, one after the other, in seconds; nil for a part that was not reached, such as all of them in a
/// run without a crash. After several crashes each part is summed over the recoveries.
public struct RecoveryParts: Codable, Equatable, Sendable {
    /// From the kill to the start of the next process.
    public var detectSeconds: Double?
    /// From there to the engine, which has to connect to the broker first.
    public var openSeconds: Double?
    /// Listing and reading logs and checkpoints.
    public var readSeconds: Double?
    /// Running batches of earlier lives again; 0 when there are none.
    public var replaySeconds: Double?
    /// From there to the first records fetched; nil where output did not wait for any.
    public var refetchSeconds: Double?
    /// From there to the first row that is not a batch's second run.
    public var firstFreshOutputSeconds: Double?

    /// Makes parts of which none was reached.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case detectSeconds, openSeconds, readSeconds, replaySeconds, refetchSeconds, firstFreshOutputSeconds
    }

    /// Writes every key, with null for a part that was not reached.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(detectSeconds, forKey: .detectSeconds)
        try container.encode(openSeconds, forKey: .openSeconds)
        try container.encode(readSeconds, forKey: .readSeconds)
        try container.encode(replaySeconds, forKey: .replaySeconds)
        try container.encode(refetchSeconds, forKey: .refetchSeconds)
        try container.encode(firstFreshOutputSeconds, forKey: .firstFreshOutputSeconds)
    }
}

/// The second table of a full report: where the time of each recovery went, and what the logs hold after it.
enum RecoveryTable {
    /// The table and its legend; nil when no run has crashed.
    static func render(_ runs: [RunResult]) -> String? {
        let crashed = runs.filter { $0.restarts > 0 }
        guard !crashed.isEmpty else { return nil }
        var table = MarkdownTable(
            [
                "strategy", "sink", "restarts", "detect", "open", "read", "replay", "re-fetch", "fresh output",
                "WAL bytes left", "orphans found", "orphans left",
            ].enumerated().map { MarkdownTable.Column(heading: $1, isNumeric: $0 > 1) })
        for run in crashed {
            let parts = run.recovery
            let times = [
                parts.detectSeconds, parts.openSeconds, parts.readSeconds, parts.replaySeconds, parts.refetchSeconds,
                parts.firstFreshOutputSeconds,
            ]
            let bytes = [run.walLiveBytes, run.orphanBytesAtRecovery, run.orphanBytes]
            table.add(
                [run.strategy, run.sink, "\(run.restarts)"]
                    + times.map { $0.map { Numbers.duration(seconds: $0) } ?? "-" } + bytes.map { Numbers.grouped($0) })
        }
        return table.render() + """

            The parts follow one another from the kill: until the next process starts, until its engine opens, until logs \
            and checkpoints are read, until batches of earlier lives have run again, until the first records are fetched, \
            and until the first row that is not a repetition. A dash: not reached, or not waited for. *orphans* are bytes \
            of blocks in the log that no event names: found by the last recovery, and left at the end.
            """
    }
}
