// The verdict: what a pipeline has put out, compared exactly with what was produced.
internal import Evidence

/// The exact outcome of a run.
public struct Verdict: Equatable, Sendable {
    /// Records whose production was confirmed.
    public var produced = 0
    /// Rows in the sink that are records of the run, repeated ones counted each time.
    public var delivered = 0
    /// Rows beyond the first of each record: ``ingestDuplicates`` plus ``reexecutionDuplicates`` where every write shows.
    public var duplicates = 0
    /// Offsets that reached the engine more than once: seen in the rows where every write shows, and in the read journal
    /// where a sink keeps one row per offset.
    public var ingestDuplicates = 0
    /// Rows that are there twice because the same batch, or block, ran twice.
    public var reexecutionDuplicates = 0
    /// Produced records without a row: ``lostSilently`` plus ``lostLoudly``.
    public var lost = 0
    /// Lost records that the engine said it skipped, because the broker had dropped them before they were read.
    public var lostLoudly = 0
    /// Lost records of which nobody said anything.
    public var lostSilently: Int { lost - lostLoudly }
    /// Rows whose record failed its checksum or is none of the run's, and rows that are damaged themselves.
    public var corrupted = 0
    /// Records that tasks read without leaving a row of their own.
    public var redone = 0
    /// What a reader of the output sees, as 32 hexadecimal digits: the records in it and their places, in any order, each as
    /// often as it is there; for a job that keeps a state all of it but the number of the batch that wrote it.
    public var outputDigest = ""

    /// A verdict over nothing.
    public init() {}

    /// Compares what `sources`, taken together, hold with what was produced. `readings` says what was taken in; nil where
    /// nobody noted it, so that nothing is known but what the deliveries themselves say.
    ///
    /// Memory is two bits per record for the deliveries, as much again for the reads of an output that hides what it is given
    /// twice, and a few words per duplicate.
    ///
    /// - Throws: what reading a source throws, or ``DiskError``.
    public init(of sources: [any DeliverySource], against production: Production, readings: Readings? = nil) throws {
        var tally = Tally(count: production.count)
        for source in sources { try source.count(into: &tally) }
        let found = production.compare(tally)
        produced = found.produced
        delivered = tally.delivered
        lost = found.lost
        corrupted = tally.unknown + found.unknown
        duplicates = tally.delivered - tally.distinct
        outputDigest = sources.count == 1 ? tally.digest : ""
        if let readings {
            if lost > 0 { lostLoudly = production.lost(in: try readings.skipped(), tally) }
            redone = max(0, try readings.count() - delivered - corrupted)
        }
        switch Verdict.causes(of: sources) {
        case .deliveries where duplicates > 0:
            ingestDuplicates = try Verdict.ingestDuplicates(in: sources[0], tally)
        case .journal where duplicates > 0:
            ingestDuplicates = min(duplicates, try readings?.ingestDuplicates() ?? 0)
        case .deliveries, .journal: break
        case .journalOfHidden:
            ingestDuplicates = try readings?.ingestDuplicates() ?? 0
        }
        reexecutionDuplicates = max(0, duplicates - ingestDuplicates)
    }

    /// Compares records that were only counted, partition by partition, with what was produced.
    ///
    /// - Throws: ``DiskError``.
    public init(
        counted: [Int64], producedByPartition produced: [Int64], digest: String = "", readings: Readings? = nil
    ) throws {
        for partition in 0..<max(produced.count, counted.count) {
            let made = partition < produced.count ? produced[partition] : 0
            let taken = partition < counted.count ? counted[partition] : 0
            self.produced += Int(made)
            delivered += Int(taken)
            duplicates += Int(max(0, taken - made))
            lost += Int(max(0, made - taken))
        }
        outputDigest = digest
        guard let readings else { return }
        redone = max(0, try readings.count() - delivered)
        ingestDuplicates = try readings.ingestDuplicates()
    }

    /// Workers number their blocks and batches each for itself, so of several outputs only the journals tell causes.
    private static func causes(of sources: [any DeliverySource]) -> CauseEvidence {
        if sources.count == 1 { return sources[0].causes }
        return sources.contains { $0.causes == .journal } ? .journal : .journalOfHidden
    }

    /// Deliveries of repeated records whose ingest differs from that of the delivery before them.
    private static func ingestDuplicates(in source: any DeliverySource, _ tally: Tally) throws -> Int {
        var repeated: [(number: Int, ingest: Int64)] = []
        try source.forEachDelivery { delivery in
            guard let number = delivery.number, number < tally.ledger.count,
                tally.ledger.deliveries(of: number) > 1
            else { return }
            repeated.append((number, delivery.ingest ?? 0))
        }
        repeated.sort { ($0.number, $0.ingest) < ($1.number, $1.ingest) }
        // Neighbours that agree in the record and differ in the ingest are one ingest too many.
        return zip(repeated, repeated.dropFirst()).count { $0.number == $1.number && $0.ingest != $1.ingest }
    }
}
