// What a direct row must show for the claim that it gives each record once, and more cheaply than a receiver.
import Engine
import Ingestion
import Results
import Testing

@testable import Scenarios

@Suite struct PriceOfGuaranteesTests {
    private static func row(
        _ strategy: Strategy, rate: Double, cpu: Double, wal: Int64 = 0, crash: (duplicates: Int, lost: Int)? = (0, 0)
    ) -> BenchRow {
        BenchRow(
            setting: "", strategy: strategy.rawValue, sink: "append", guarantee: "", recordsPerSecond: rate,
            ratioToRaw: .init(median: 1, low: 1, high: 1), ratioToCeiling: 1, cpuSecondsPerMillionRecords: cpu,
            cpu: .init(median: cpu, low: cpu, high: cpu), peakResidentBytes: 0, latencyMicroseconds: nil,
            latencyStages: [:], offered: nil, fsyncs: 0, fsyncsPerSecond: 0, writeCalls: 0, bytesWrittenLogical: 0,
            bytesWrittenPhysical: 0, walBytesPerIngestedByte: 0, walFactor: .init(median: 0, low: 0, high: 0),
            walBytesPeak: wal, checkpointBytes: 0, walLiveBytes: [], duplicates: 0, lost: 0, corrupted: 0,
            crash: crash.map {
                .init(
                    point: "sink.sync.after@2", duplicates: $0.duplicates, lost: $0.lost, expectedDuplicates: 0,
                    expectedLost: 0, recoverySeconds: 0, derivation: "")
            })
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
