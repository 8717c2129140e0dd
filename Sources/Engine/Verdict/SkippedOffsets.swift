// Tells losses that the engine spoke of from silent ones, by the journal of what it skipped.
internal import World

/// The offsets that were skipped because the broker had dropped them.
struct SkippedOffsets {
    /// By partition and then by where they begin; they may overlap.
    private var ranges: [OffsetRange] = []

    init(directories: [String], disk: any Disk) throws {
        var found: Set<OffsetRange> = []
        for directory in directories {
            try ReadJournal.forEachEntry(in: directory, disk: disk, name: ReadJournal.skips) { found.insert($0.range) }
        }
        ranges = found.sorted { ($0.partition, $0.from, $0.until) < ($1.partition, $1.from, $1.until) }
    }

    /// How many records that were never delivered lay at offsets that were skipped.
    func count(
        ofLostIn ledger: DeliveryLedger, places: (Int) -> (partition: Partition, offset: Offset),
        exists: ((Int) -> Bool)? = nil
    ) -> Int {
        if ranges.isEmpty { return 0 }
        return (0..<ledger.count).count { sequence in
            guard ledger.deliveries(of: sequence) == 0, exists?(sequence) ?? true else { return false }
            let place = places(sequence)
            return ranges.contains {
                $0.partition == place.partition && $0.from <= place.offset && place.offset < $0.until
            }
        }
    }
}
