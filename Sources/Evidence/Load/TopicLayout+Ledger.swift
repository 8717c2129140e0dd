// The layout of somebody else's topic, found by a run that read all of it.
public import World

extension TopicLayout {
    /// Where the records lie that the counting sink of the run in `directory` counted, which read the offsets from `starts` up
    /// to `ends`. What it did not count is a gap.
    ///
    /// Memory is two words for each stretch of records without a gap.
    ///
    /// - Throws: ``DiskError``.
    public init(countedIn directory: String, starts: [Offset], ends: [Offset], disk: any Disk) throws {
        let places = PlaceNumbers(starts: starts, ends: ends)
        var stretches: [[Range<Offset>]] = starts.map { _ in [] }
        var partition = 0
        func add(_ number: Int) {
            while partition + 1 < places.bases.count, places.bases[partition + 1] <= number { partition += 1 }
            let offset = starts[partition] + Offset(number - places.bases[partition])
            if let last = stretches[partition].last, last.upperBound == offset {
                stretches[partition][stretches[partition].count - 1] = last.lowerBound..<offset + 1
            } else {
                stretches[partition].append(offset..<offset + 1)
            }
        }
        var ledger = DeliveryLedger(count: places.count)
        _ = try LedgerFile.read(in: RunFolder.evidence(of: directory), disk: disk) { _ = ledger.add($1, from: $0) }
        for number in 0..<places.count where ledger.deliveries(of: number) > 0 { add(number) }
        self.init(
            partitions: starts.indices.map {
                PartitionLayout(start: starts[$0], stretches: stretches[$0], end: max(starts[$0], ends[$0]))
            })
    }
}
