// The verdict over an output that no engine of ours has written: lines of numbers.
import Testing
import World

@testable import Judgement

@Suite("A verdict needs an output, what was produced, and nothing else")
struct VerdictTests {
    /// An output that can be any pipeline's.
    struct Lines: DeliverySource {
        var deliveries: [Delivery]
        var causes: CauseEvidence = .deliveries

        init(_ numbers: [Int?], ingests: [Int64]? = nil) {
            deliveries = numbers.enumerated().map { Delivery(number: $1, ingest: ingests?[$0]) }
        }

        func forEachDelivery(_ body: (Delivery) throws -> Void) throws { try deliveries.forEach(body) }
    }

    @Test(
        "duplicates, losses and strangers are counted exactly",
        arguments: [
            ([0, 1, 2], 0, 0, 0), ([], 0, 3, 0), ([2, 2, 2, 2, 2], 4, 2, 0), ([0, 1, 2, 3, nil], 0, 0, 2),
            ([0, 0, 1, nil, -1], 1, 1, 2),
        ] as [([Int?], Int, Int, Int)])
    func counts(numbers: [Int?], duplicates: Int, lost: Int, corrupted: Int) throws {
        let verdict = try Verdict(of: [Lines(numbers)], against: Production(count: 3))
        #expect(verdict.produced == 3)
        #expect(verdict.duplicates == duplicates)
        #expect(verdict.lost == lost)
        #expect(verdict.corrupted == corrupted)
        #expect(verdict.delivered == 3 - lost + duplicates)
    }

    @Test("a duplicate that came in twice is told from one that was written twice")
    func causes() throws {
        let lines = Lines([0, 0, 1, 1, 1], ingests: [1, 2, 3, 3, 4])
        let verdict = try Verdict(of: [lines], against: Production(count: 2))
        #expect(verdict.duplicates == 3)
        #expect(verdict.ingestDuplicates == 2)
        #expect(verdict.reexecutionDuplicates == 1)
    }

    @Test("several outputs are one")
    func union() throws {
        let verdict = try Verdict(of: [Lines([0, 1]), Lines([1, 2])], against: Production(count: 4))
        #expect(verdict.duplicates == 1)
        #expect(verdict.lost == 1)
    }

    @Test("what is no record of the run is not lost, and delivered it is a stranger")
    func existing() throws {
        let production = Production(count: 4, exists: { $0 != 2 })
        let none = try Verdict(of: [Lines([0, 1, 3])], against: production)
        #expect(none.produced == 3 && none.lost == 0 && none.corrupted == 0)
        let stranger = try Verdict(of: [Lines([0, 1, 2])], against: production)
        #expect(stranger.lost == 1 && stranger.corrupted == 1)
    }
}
