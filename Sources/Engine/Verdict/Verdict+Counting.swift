// The verdict over counting sinks: what their ledgers hold, compared exactly with what there was to count.
public import World

extension Verdict {
    /// Compares what the counting sinks of the runs in `directories` counted with the `count` records there may be,
    /// numbered from 0; several workers' are taken together.
    ///
    /// Which of them there are is known: all, or those that the counting sink of another run counted, which read the whole
    /// topic into `existing`, or those that `exists` names. What was counted beyond them is ``corrupted``.
    ///
    /// Memory is two bits per record, for `existing` as much again, and for duplicates what the journal of reads takes.
    ///
    /// - Throws: ``DiskError``.
    public init(
        countedIn directories: [String], count: Int, existing: String? = nil, disk: any Disk,
        places: ((Int) -> (partition: Partition, offset: Offset))? = nil, exists: ((Int) -> Bool)? = nil
    ) throws {
        self.init(produced: count)
        let evidence = directories.map { RunFolder.evidence(of: $0) }
        var ledger = DeliveryLedger(count: count)
        for directory in evidence {
            let header = try LedgerFile.read(in: directory, disk: disk) { first, words in
                let (known, unknown) = ledger.add(words, from: first)
                delivered += known
                corrupted += unknown
            }
            delivered += header.overflow
            corrupted += header.corrupted
        }
        duplicates = delivered - ledger.distinct
        lost = produced - ledger.distinct
        if let existing {
            var truth = DeliveryLedger(count: count)
            _ = try LedgerFile.read(in: RunFolder.evidence(of: existing), disk: disk) { _ = truth.add($1, from: $0) }
            let common = ledger.common(with: truth)
            produced = truth.distinct
            lost = truth.distinct - common
            corrupted += ledger.distinct - common
        }
        if let exists { hold(ledger, to: exists) }
        if lost > 0, let places {
            let skipped = try SkippedOffsets(directories: evidence, disk: disk)
            lostLoudly = skipped.count(ofLostIn: ledger, places: places, exists: exists)
        }
        var read = 0
        for directory in evidence {
            try ReadJournal.forEachEntry(in: directory, disk: disk) { read += Int($0.range.count) }
        }
        redone = max(0, read - delivered - corrupted)
        guard duplicates > 0 else { return }
        // No row says what brought its record in, so the journal of reads is asked.
        ingestDuplicates = min(duplicates, try Verdict.ingestDuplicates(journaledIn: evidence, disk: disk))
        reexecutionDuplicates = duplicates - ingestDuplicates
    }

    private static func ingestDuplicates(journaledIn directories: [String], disk: any Disk) throws -> Int {
        if directories.count == 1 { return try ReadLedger(directory: directories[0], disk: disk).ingestDuplicates }
        var reads: [ReadEntry] = []
        for (worker, directory) in directories.enumerated() {
            try ReadJournal.forEachEntry(in: directory, disk: disk) { entry in
                var entry = entry
                // Blocks and batches are numbered by each worker for itself.
                entry.ingest = entry.ingest * Int64(directories.count) + Int64(worker)
                reads.append(entry)
            }
        }
        return ReadLedger.ingestDuplicates(reads: reads)
    }
}
