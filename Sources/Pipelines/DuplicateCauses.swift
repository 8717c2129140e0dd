// Why records are there twice, as far as the wire tells: they were fetched again, or put out again.
internal import Judgement
internal import KafkaProxy
internal import Results
internal import World

/// Tells duplicates by their cause.
enum DuplicateCauses {
    /// Of the rows beyond the first of each record, as many as the record came to the pipeline beyond its first time are
    /// of that cause; the others were put out again from what the pipeline had.
    static func of(
        _ tally: Tally, _ production: Production, _ ledger: WireLedger, _ topic: String
    ) -> JudgeResult.Causes? {
        guard tally.delivered > tally.distinct, let place = production.place else { return nil }
        var reads: [WirePlace: [Range<Int64>]] = [:]
        for read in ledger.reads { reads[read.place, default: []].append(read.range) }
        var causes = JudgeResult.Causes()
        for number in 0..<production.count {
            let again = tally.deliveries(of: number) - 1
            guard again > 0 else { continue }
            let (partition, offset) = place(number)
            let times = reads[WirePlace(topic, Int32(partition))]?.count { $0.contains(Int64(offset)) } ?? 0
            causes.fetchedAgain += min(again, max(0, times - 1))
        }
        causes.producedAgain = tally.delivered - tally.distinct - causes.fetchedAgain
        return causes
    }
}
