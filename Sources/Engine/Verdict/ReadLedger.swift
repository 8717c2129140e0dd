// Counts the offsets that reached the engine more than once, from the journal of reads.
internal import World

/// Three passes over the journal: the first finds its bounds; the second, at two bits an offset, which offsets were read
/// more than once; the third keeps only the entries that touch one of those, to count how many different ingests read each.
struct ReadLedger {
    /// Offsets read by more than one ingest, counted once for each ingest beyond the first.
    let ingestDuplicates: Int

    init(directory: String, disk: any Disk) throws {
        var bounds: [OffsetRange?] = []
        try ReadJournal.forEachEntry(in: directory, disk: disk) { entry in
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
        try ReadJournal.forEachEntry(in: directory, disk: disk) { entry in
            for place in places(entry.range) { ledgers[Int(entry.range.partition)].deliver(place) }
        }
        var repeated: [ReadEntry] = []
        try ReadJournal.forEachEntry(in: directory, disk: disk) { entry in
            let ledger = ledgers[Int(entry.range.partition)]
            if places(entry.range).contains(where: { ledger.deliveries(of: $0) > 1 }) { repeated.append(entry) }
        }
        ingestDuplicates = ReadLedger.ingestDuplicates(reads: repeated)
    }

    /// How many offsets more than one ingest read, counted once for each ingest beyond the first.
    static func ingestDuplicates(reads: [ReadEntry]) -> Int {
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
