// What was read beside what was planned, offset by offset.
import Testing
import World

@testable import Evidence
@testable import Judgement

@Suite("Range evidence")
struct RangeEvidenceTests {
    private func entry(_ batch: Int64, _ partition: Partition, _ from: Offset, _ until: Offset) -> ReadEntry {
        ReadEntry(batch: batch, ingest: batch, range: OffsetRange(partition: partition, from: from, until: until))
    }

    @Test("what a batch read is compared with what that batch planned, each offset once")
    func compare() {
        let plans = [entry(1, 0, 0, 10), entry(1, 1, 0, 5), entry(2, 0, 10, 20)]
        let exact = RangeEvidence(
            plans: plans, reads: [entry(1, 0, 0, 4), entry(1, 0, 4, 10), entry(1, 1, 0, 5), entry(2, 0, 10, 20)])
        #expect(exact.isExact && exact.planned == 25 && exact.read == 25 && exact.batches == 2)
        #expect(exact.partitionsRead == [1: 2, 2: 1])
        let twice = RangeEvidence(
            plans: plans + [entry(2, 0, 10, 22)], reads: [entry(2, 0, 10, 20), entry(2, 0, 10, 22)])
        #expect(twice.planned == 27 && twice.read == 12 && twice.outside == 0 && twice.unread == 15)
        let beside = RangeEvidence(plans: plans, reads: [entry(1, 0, 9, 12), entry(3, 0, 0, 1)])
        #expect(beside.outside == 3 && !beside.isExact)
    }
}
