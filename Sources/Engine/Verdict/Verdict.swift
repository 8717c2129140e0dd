// The verdict: what the sink holds, compared exactly with what was produced.
public import World

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

    /// Of so many records nothing is known yet.
    init(produced: Int) { self.produced = produced }

    /// Compares the sink in `directory` with the `produced` records that one producer numbered from 0.
    ///
    /// `places` says where each record was produced to; without it no loss can be told to be one of those that the engine
    /// spoke of, and all count as silent. `exists` says which of the numbers are records that there are; nil: all.
    ///
    /// Memory is two bits per record for the rows, as much again for the reads of a sink that keeps one row per offset,
    /// and a few words per duplicate.
    ///
    /// - Throws: ``DiskError``, or ``StoreError``.
    public init(
        produced: Int, sink: SinkKind, runDirectory directory: String, disk: any Disk,
        openStore: TransactionalStoreOpener? = nil,
        places: ((Int) -> (partition: Partition, offset: Offset))? = nil, exists: ((Int) -> Bool)? = nil
    ) throws {
        if sink == .counting {
            try self.init(countedIn: [directory], count: produced, disk: disk, places: places, exists: exists)
            return
        }
        let reader = SinkReader(
            kind: sink, directory: RunFolder.sink(of: directory), disk: disk, openStore: openStore)
        var ledger = DeliveryLedger(count: produced)
        var delivered = 0
        var corrupted = 0
        var digest = OutputDigest()
        let damaged = try reader.forEachRow { row in
            digest.add(row)
            guard !row.isCorrupted, row.identity.producer == 0, row.identity.sequence < UInt64(produced) else {
                corrupted += 1
                return
            }
            ledger.deliver(Int(row.identity.sequence))
            delivered += 1
        }
        self.init(produced: produced)
        self.delivered = delivered
        self.corrupted = corrupted + damaged
        duplicates = delivered - ledger.distinct
        lost = produced - ledger.distinct
        outputDigest = digest.text
        if let exists { hold(ledger, to: exists) }

        let evidence = RunFolder.evidence(of: directory)
        if lost > 0, let places {
            let skipped = try SkippedOffsets(directories: [evidence], disk: disk)
            lostLoudly = skipped.count(ofLostIn: ledger, places: places, exists: exists)
        }
        var read = 0
        try ReadJournal.forEachEntry(in: evidence, disk: disk) { read += Int($0.range.count) }
        redone = max(0, read - delivered - corrupted)
        switch sink {
        case .append, .batchKeyed:
            if duplicates > 0 {
                ingestDuplicates = try Verdict.ingestDuplicates(rows: reader, ledger: ledger)
                reexecutionDuplicates = duplicates - ingestDuplicates
            }
        case .offsetKeyed, .transactional, .counting:
            // Such a sink hides what it was given twice, so only the journal can tell.
            ingestDuplicates = try ReadLedger(directory: evidence, disk: disk).ingestDuplicates
        }
    }

    /// Counts what was delivered against the numbers that are records which there are. One of another number is none of the
    /// run's: of a transaction that was aborted, or of before the run's beginning.
    mutating func hold(_ ledger: DeliveryLedger, to exists: (Int) -> Bool) {
        produced = 0
        lost = 0
        for number in 0..<ledger.count {
            let isDelivered = ledger.deliveries(of: number) > 0
            if exists(number) {
                produced += 1
                if !isDelivered { lost += 1 }
            } else if isDelivered {
                corrupted += 1
            }
        }
    }

    /// A second pass over the rows that looks only at repeated records: how many more ingests than one brought them.
    private static func ingestDuplicates(rows: SinkReader, ledger: DeliveryLedger) throws -> Int {
        var repeated: [(sequence: UInt64, ingest: Int64)] = []
        try rows.forEachRow { row in
            guard !row.isCorrupted, row.identity.producer == 0, row.identity.sequence < UInt64(ledger.count),
                ledger.deliveries(of: Int(row.identity.sequence)) > 1
            else { return }
            repeated.append((row.identity.sequence, row.ingest))
        }
        repeated.sort { ($0.sequence, $0.ingest) < ($1.sequence, $1.ingest) }
        // Neighbours that agree in the record and differ in the ingest are one ingest too many.
        return zip(repeated, repeated.dropFirst()).reduce(0) {
            $0 + ($1.0.sequence == $1.1.sequence && $1.0.ingest != $1.1.ingest ? 1 : 0)
        }
    }
}
