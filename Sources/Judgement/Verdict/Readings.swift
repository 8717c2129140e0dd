// What a pipeline noted of its reading: which offsets it took in, how often, and which it said it skipped.
internal import Evidence
public import World

/// The journals of reads and of skips that the workers of a run have left.
public struct Readings {
    /// A folder of evidence for each worker.
    private let folders: [String]
    private let disk: any Disk

    /// The journals of the runs in `directories`, one for each worker.
    public init(ofRunsIn directories: [String], disk: any Disk) {
        folders = directories.map { RunFolder.evidence(of: $0) }
        self.disk = disk
    }

    /// Records read, each time counted.
    ///
    /// - Throws: ``DiskError``.
    func count() throws -> Int {
        var count = 0
        for folder in folders {
            try ReadJournal.forEachEntry(in: folder, disk: disk) { count += Int($0.range.count) }
        }
        return count
    }

    /// The ranges that were skipped because the broker had dropped them; they may overlap.
    ///
    /// - Throws: ``DiskError``.
    func skipped() throws -> [OffsetRange] {
        var found: Set<OffsetRange> = []
        for folder in folders {
            try ReadJournal.forEachEntry(in: folder, disk: disk, name: ReadJournal.skips) { found.insert($0.range) }
        }
        return found.sorted { ($0.partition, $0.from, $0.until) < ($1.partition, $1.from, $1.until) }
    }

    /// How many offsets were read by more than one ingest, counted once for each ingest beyond the first.
    ///
    /// One worker's journal is read three times: for its bounds; at two bits an offset, for the offsets that were read more
    /// than once; and for the entries that touch one of those. The journals of several workers are held in memory.
    ///
    /// - Throws: ``DiskError``.
    func ingestDuplicates() throws -> Int {
        if folders.count == 1 { return Readings.ingestDuplicates(of: try repeated(in: folders[0])) }
        var reads: [ReadEntry] = []
        for (worker, folder) in folders.enumerated() {
            try ReadJournal.forEachEntry(in: folder, disk: disk) { entry in
                var entry = entry
                // Blocks and batches are numbered by each worker for itself.
                entry.ingest = entry.ingest * Int64(folders.count) + Int64(worker)
                reads.append(entry)
            }
        }
        return Readings.ingestDuplicates(of: reads)
    }

    /// The entries that touch an offset that was read more than once.
    private func repeated(in folder: String) throws -> [ReadEntry] {
        var bounds: [OffsetRange?] = []
        try ReadJournal.forEachEntry(in: folder, disk: disk) { entry in
            let partition = Int(entry.range.partition)
            while bounds.count <= partition { bounds.append(nil) }
            let known = bounds[partition] ?? entry.range
            bounds[partition] = OffsetRange(
                partition: entry.range.partition, from: min(known.from, entry.range.from),
                until: max(known.until, entry.range.until))
        }
        var ledgers = bounds.map { DeliveryLedger(count: Int($0?.count ?? 0)) }
        func places(_ range: OffsetRange) -> Range<Int> {
            let from = bounds[Int(range.partition)]?.from ?? 0
            return Int(range.from - from)..<Int(range.until - from)
        }
        try ReadJournal.forEachEntry(in: folder, disk: disk) { entry in
            for place in places(entry.range) { ledgers[Int(entry.range.partition)].deliver(place) }
        }
        var repeated: [ReadEntry] = []
        try ReadJournal.forEachEntry(in: folder, disk: disk) { entry in
            let ledger = ledgers[Int(entry.range.partition)]
            if places(entry.range).contains(where: { ledger.deliveries(of: $0) > 1 }) { repeated.append(entry) }
        }
        return repeated
    }

    /// How many offsets more than one ingest read, counted once for each ingest beyond the first.
    private static func ingestDuplicates(of reads: [ReadEntry]) -> Int {
        let sorted = reads.sorted {
            ($0.range.partition, $0.ingest, $0.range.from) < ($1.range.partition, $1.ingest, $1.range.from)
        }
        // What one ingest read twice counts once: unite its ranges.
        var united: [ReadEntry] = []
        for read in sorted {
            if let last = united.last, last.range.partition == read.range.partition, last.ingest == read.ingest,
                read.range.from <= last.range.until
            {
                united[united.count - 1].range.until = max(last.range.until, read.range.until)
            } else {
                united.append(read)
            }
        }
        // Every offset is covered as often as there are ingests that read it; one of them is the first.
        let covered = united.reduce(0) { $0 + $1.range.count }
        let ranges = united.map(\.range).sorted { ($0.partition, $0.from) < ($1.partition, $1.from) }
        var distinct: Int64 = 0
        var reached: (partition: Partition, until: Offset)?
        for range in ranges {
            let from: Offset
            if let reached, reached.partition == range.partition {
                from = max(reached.until, range.from)
            } else {
                from = range.from
            }
            distinct += max(0, range.until - from)
            reached = (range.partition, max(from, range.until))
        }
        return Int(covered - distinct)
    }
}
