// The verdict over a job that keeps a state: how often it counted the records of each partition.
public import World

extension Verdict {
    /// Compares the state of a job in `directory` with what was produced to each partition, from 0.
    ///
    /// The state counts records by partition, so a record counted twice and one not counted in the same partition would
    /// pass for none of either; that it holds neither shows in ``outputDigest``, which a run without a crash repeats.
    ///
    /// - Throws: ``EngineError`` when no state can be read, or ``DiskError``.
    public init(
        producedByPartition produced: [Int64], jobOfRunIn directory: String, disk: any Disk
    ) throws {
        self.init()
        let state = try JobState.newest(ofRunIn: directory, disk: disk)
        let counted = state?.records ?? []
        for partition in 0..<max(produced.count, counted.count) {
            let made = partition < produced.count ? produced[partition] : 0
            let taken = partition < counted.count ? counted[partition] : 0
            self.produced += Int(made)
            delivered += Int(taken)
            duplicates += Int(max(0, taken - made))
            lost += Int(max(0, made - taken))
        }
        outputDigest = state?.digest ?? OutputDigest().text
        let evidence = RunFolder.evidence(of: directory)
        var read = 0
        try ReadJournal.forEachEntry(in: evidence, disk: disk) { read += Int($0.range.count) }
        redone = max(0, read - delivered)
        ingestDuplicates = try ReadLedger(directory: evidence, disk: disk).ingestDuplicates
    }
}
