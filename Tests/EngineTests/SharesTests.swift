// The judge's arithmetic of shares beside the engine's: two readings of one rule, held against each other.
import Testing

@testable import Engine
@testable import Judgement

@Suite("Engine and judge share records alike, each by its own arithmetic")
struct SharesTests {
    @Test("a block, whatever its partitions have left", arguments: 0...9)
    func blocks(count: Int) {
        for first in 0...5 as ClosedRange<Int64> {
            for second in 0...5 as ClosedRange<Int64> {
                for third in 0...5 as ClosedRange<Int64> {
                    for remaining in [
                        [first], [first, second], [first, second, third], [first, 0, second, third, 9],
                    ] {
                        let engine = BlockFill.split(count, remaining: remaining)
                        let judge = Shares.ofBlock(count, remaining: remaining)
                        #expect(judge == engine.map(Int64.init), "\(count) of \(remaining)")
                    }
                }
            }
        }
    }

    @Test("a batch", arguments: 1...12)
    func batches(partitions: Int) {
        for batch in 0...30 {
            #expect(
                Shares.ofBatch(batch, partitions: partitions)
                    == OffsetPlanner.shares(of: batch, partitions: partitions))
        }
    }

    @Test("the rule itself, by hand")
    func byHand() {
        #expect(Shares.ofBlock(9, remaining: [10, 1, 10]) == [3, 1, 5])
        #expect(Shares.ofBlock(9, remaining: [2, 1, 3]) == [2, 1, 3])
        #expect(Shares.ofBlock(7, remaining: [1, 9, 1]) == [1, 5, 1])
        #expect(Shares.ofBatch(7, partitions: 3) == [3, 2, 2])
        #expect(Shares.ofBatch(2, partitions: 3) == [1, 1, 1])
    }
}
