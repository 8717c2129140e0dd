// The verdict over several workers of one consumer group: their sinks taken together.
public import World

extension Verdict {
    /// Compares the sinks in `directories`, one of each worker, with the `produced` records that one producer numbered
    /// from 0. A record that two workers have is there twice, whatever kind of sink each of them writes.
    ///
    /// What brought a record into the engine is the worker and its block or batch, so an offset that two workers read
    /// counts as ingested twice.
    ///
    /// - Throws: ``DiskError``, or ``StoreError``.
    public init(
        uniting directories: [String], produced: Int, sink: SinkKind, disk: any Disk,
        openStore: TransactionalStoreOpener? = nil, places: ((Int) -> (partition: Partition, offset: Offset))? = nil
    ) throws {
        if sink == .counting {
            try self.init(countedIn: directories, count: produced, disk: disk, places: places)
            return
        }
        self.init(produced: produced)
        var ledger = DeliveryLedger(count: produced)
        var read = 0
        var reads: [ReadEntry] = []
        for (worker, directory) in directories.enumerated() {
            let reader = SinkReader(
                kind: sink, directory: RunFolder.sink(of: directory), disk: disk, openStore: openStore)
            corrupted += try reader.forEachRow { row in
                guard !row.isCorrupted, row.identity.producer == 0, row.identity.sequence < UInt64(produced) else {
                    corrupted += 1
                    return
                }
                ledger.deliver(Int(row.identity.sequence))
                delivered += 1
            }
            try ReadJournal.forEachEntry(in: RunFolder.evidence(of: directory), disk: disk) { entry in
                read += Int(entry.range.count)
                var entry = entry
                // Blocks and batches are numbered by each worker for itself.
                entry.ingest = entry.ingest * Int64(directories.count) + Int64(worker)
                reads.append(entry)
            }
        }
        duplicates = delivered - ledger.distinct
        lost = produced - ledger.distinct
        if lost > 0, let places {
            let skipped = try SkippedOffsets(directories: directories.map { RunFolder.evidence(of: $0) }, disk: disk)
            lostLoudly = skipped.count(ofLostIn: ledger, places: places)
        }
        redone = max(0, read - delivered - corrupted)
        ingestDuplicates = ReadLedger.ingestDuplicates(reads: reads)
        reexecutionDuplicates = max(0, duplicates - ingestDuplicates)
    }
}
