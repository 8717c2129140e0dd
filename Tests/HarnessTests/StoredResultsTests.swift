// The sample output operation: what it stores, where it begins, and how its results are judged.
import Engine
import Simulation
import Testing
import World

@testable import Harness

@Suite struct StoredResultsTests {
    private static func configuration(isCheckpoint: Bool = true) -> StoredResults.Configuration {
        .init(directory: "/results", partitions: 2, isCheckpoint: isCheckpoint)
    }

    /// Hands over a batch of records of one partition, numbered as their offsets.
    private static func output(
        _ offsets: Range<Int64>, batch: Int64, partition: Partition = 0, to results: StoredResults
    ) throws {
        let block = Block()
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength)
        for offset in offsets {
            value.withUnsafeMutableBytes {
                RecordFormat.write(.init(producer: 0, sequence: UInt64(offset)), seed: 1, into: $0)
            }
            value.withUnsafeBytes { block.append(partition: partition, offset: offset, key: nil, value: $0) }
        }
        let range = OffsetRange(partition: partition, from: offsets.lowerBound, until: offsets.upperBound)
        results.process(block, of: OutputTask(batch: batch, ordinal: 0, partition: partition, ranges: [range]))
        try results.complete(OutputBatch(number: batch, ranges: [range]))
    }

    @Test func aRestartBeginsBehindTheRangesStored() throws {
        let disk = SimulatedDisk()
        let results = try StoredResults(Self.configuration(), disk: disk)
        #expect(results.startPositions() == [0, 0])
        try Self.output(0..<5, batch: 1, to: results)
        try Self.output(5..<7, batch: 2, partition: 1, to: results)
        #expect(try StoredResults(Self.configuration(), disk: disk).startPositions() == [5, 7])
        #expect(try StoredResults(Self.configuration(isCheckpoint: false), disk: disk).startPositions() == nil)
    }

    @Test func whatACrashLeftHalfWrittenDoesNotCount() throws {
        let disk = SimulatedDisk()
        let results = try StoredResults(Self.configuration(), disk: disk)
        try Self.output(0..<5, batch: 1, to: results)
        disk.setBytes(Array("batch 2\nrange 0 5 9\n".utf8), of: "/results/results-2.writing")
        let again = try StoredResults(Self.configuration(), disk: disk)
        #expect(again.startPositions() == [5, 0])
        try Self.output(5..<9, batch: 2, to: again)
        let verdict = try StoredResults.verdict(produced: 9, in: "/results", disk: disk)
        #expect(verdict.delivered == 9 && verdict.duplicates == 0 && verdict.lost == 0)
    }

    @Test func everyRecordIsCounted() throws {
        let disk = SimulatedDisk()
        let results = try StoredResults(Self.configuration(), disk: disk)
        try Self.output(0..<5, batch: 1, to: results)
        try Self.output(3..<5, batch: 1, to: results)
        try Self.output(4..<7, batch: 2, to: results)
        let verdict = try StoredResults.verdict(produced: 8, in: "/results", disk: disk)
        #expect(verdict.produced == 8 && verdict.delivered == 10 && verdict.lost == 1)
        #expect(verdict.duplicates == 3 && verdict.ingestDuplicates == 1 && verdict.reexecutionDuplicates == 2)
        #expect(try StoredResults.verdict(produced: 6, in: "/results", disk: disk).corrupted == 1)
        #expect(try StoredResults.verdict(produced: 6, in: "/nowhere", disk: disk).lost == 6)
    }
}
