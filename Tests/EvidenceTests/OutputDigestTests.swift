// The digest of an output: what it sees, and what it does not.
import Ingestion
import Judgement
import Testing
import World

@testable import Evidence

@Suite("The output digest")
struct OutputDigestTests {
    private static func row(
        _ sequence: UInt64, partition: Partition = 0, offset: Offset = 0, batch: Int64 = 1, corrupted: Bool = false
    ) -> SinkEntry {
        SinkEntry(
            identity: .init(producer: 0, sequence: sequence), isCorrupted: corrupted, partition: partition,
            offset: offset, batch: batch, ingest: batch)
    }

    private static func digest(_ rows: [SinkEntry]) -> String {
        var digest = OutputDigest()
        for row in rows { digest.add(row) }
        return digest.text
    }

    @Test("does not see the order, nor which batch wrote a row")
    func sameOutput() {
        let rows = (0..<10).map { Self.row(UInt64($0), offset: Int64($0)) }
        let again = (0..<10).map { Self.row(UInt64($0), offset: Int64($0), batch: 7) }
        #expect(Self.digest(rows) == Self.digest(again.reversed()))
        #expect(Self.digest(rows).count == 32)
    }

    @Test("sees every row, how often it is there, and where it came from")
    func otherOutput() {
        let outputs: [[SinkEntry]] = [
            [], [Self.row(0)], [Self.row(0), Self.row(0)], [Self.row(0), Self.row(0), Self.row(0)], [Self.row(1)],
            [Self.row(0, partition: 1)], [Self.row(0, offset: 1)], [Self.row(0, corrupted: true)],
            [Self.row(0), Self.row(1)],
        ]
        #expect(Set(outputs.map(Self.digest)).count == outputs.count)
    }
}
