// What a direct row must show for the claim that it gives each record once, and more cheaply than a receiver.
import Ingestion
import Engine
import Results
import Testing

@testable import Harness

@Suite struct PriceOfGuaranteesTests {
    private static func row(
        _ strategy: Strategy, rate: Double, cpu: Double, wal: Int64 = 0, crash: (duplicates: Int, lost: Int)? = (0, 0)
    ) -> BenchRow {
        var row = BenchRowTrials(cell: .init(strategy: strategy, sink: .append), rounds: [BenchRowTests.trial(rate)])
            .row("", raw: BenchRowTests.raw, diskBytesPerSecond: 1, bytesPerRecord: 200, copies: 1)
        row.recordsPerSecond = rate
        row.cpuSecondsPerMillionRecords = cpu
        row.walBytesPeak = wal
        row.crash = crash.map {
            .init(
                point: "sink.sync.after@2", duplicates: $0.duplicates, lost: $0.lost, expectedDuplicates: 0,
                expectedLost: 0, recoverySeconds: 0, derivation: "")
        }
        return row
    }

    private static let receiver = row(.receiverWal, rate: 1_000, cpu: 2, wal: 500)

    /// A direct row beside a receiver of 1,000 records/s and 2 s a million, and whether the claim holds for it.
    static let cases: [(row: BenchRow, holds: Bool?, why: String)] = [
        (row(.direct, rate: 1_001, cpu: 1.9), true, "each record once, more a second, for less"),
        (row(.direct, rate: 1_000, cpu: 1.9), false, "no more a second"),
        (row(.direct, rate: 1_001, cpu: 2), false, "for no less"),
        (row(.direct, rate: 1_001, cpu: 1.9, wal: 1), false, "a log"),
        (row(.direct, rate: 1_001, cpu: 1.9, crash: (1, 0)), false, "a duplicate"),
        (row(.direct, rate: 1_001, cpu: 1.9, crash: (0, 1)), false, "a loss"),
        (row(.direct, rate: 1_001, cpu: 1.9, crash: nil), nil, "without a crash nothing is said"),
    ]

    @Test(arguments: cases)
    func aDirectRowHasToBeCheaperAndExact(row: BenchRow, holds: Bool?, why: String) {
        let found = PriceOfGuarantees.cases([Self.receiver, row])
        #expect(found.map(\.holds) == (holds.map { [$0] } ?? []), "\(why)")
        #expect(PriceOfGuarantees.cases([row]).isEmpty, "without a receiver there is nothing to compare with")
    }
}
