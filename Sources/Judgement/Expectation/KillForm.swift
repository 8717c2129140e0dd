// What must come of a kill, from what lay there at the kill: for any pipeline whose offsets a broker keeps for its group.
internal import Evidence
public import World

/// The closed form that needs no schedule: at the moment of the kill the output holds some records, and the group some
/// offsets. Whoever starts again begins at these offsets, so what is output at or behind them comes again, and what lies
/// before them and is not output never comes.
///
/// It holds for pipelines that keep nothing else: one that logs what it has taken in (`receiver-wal`), or keeps its positions
/// elsewhere, gets records back that this calls lost.
public struct KillForm: Equatable, Sendable {
    /// Records that will be there once too often for each time they come again, and those that already were.
    public var duplicates = 0
    /// Records that no life will ever output.
    public var lost = 0

    /// The form of what an output's `tally` holds of a `production` and of the offsets that are `committed`, by partition;
    /// nil where a partition has none, so that its records are read from the first on. Nil where nobody knows where records
    /// lie.
    public init?(_ tally: Tally, of production: Production, committed: [Offset?]) {
        guard let place = production.place else { return nil }
        for number in 0..<production.count where production.exists(number) {
            let (partition, offset) = place(number)
            let index = Int(partition)
            let next = committed.indices.contains(index) ? committed[index] ?? 0 : 0
            let deliveries = tally.ledger.deliveries(of: number)
            if offset >= next, deliveries > 0 { duplicates += 1 }
            if offset < next, deliveries == 0 { lost += 1 }
        }
        duplicates += tally.delivered - tally.distinct
    }
}
