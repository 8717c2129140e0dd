// The sample output operation: what it stores, where it begins, and how its results are judged.
import Engine
import Evidence
import Judgement
import Simulation
import Testing
import World

@testable import Harness

@Suite struct StoredResultsTests {
    private static func configuration(isCheckpoint: Bool = true) -> StoredResults.Configuration {
        .init(directory: "/results", partitions: 2, isCheckpoint: isCheckpoint)
    }

    /// Records of one partition, numbered as their offsets.
    private static func block(_ offsets: Range<Int64>, partition: Partition = 0) -> Block {
        let block = Block()
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength)
        for offset in offsets {
            value.withUnsafeMutableBytes {
                RecordFormat.write(.init(producer: 0, sequence: UInt64(offset)), seed: 1, into: $0)
            }
            value.withUnsafeBytes { block.append(partition: partition, offset: offset, key: nil, value: $0) }
        }
        return block
    }

    private static func task(
        _ offsets: Range<Int64>, ordinal: Int = 0, batch: Int64 = 1, partition: Partition = 0
    ) -> OutputTask {
        let range = OffsetRange(partition: partition, from: offsets.lowerBound, until: offsets.upperBound)
        return OutputTask(batch: batch, ordinal: ordinal, partition: partition, ranges: [range])
    }

    /// Hands over a batch of one task.
    private static func output(
        _ offsets: Range<Int64>, batch: Int64, partition: Partition = 0, to results: StoredResults
    ) throws {
        let task = task(offsets, batch: batch, partition: partition)
        results.process(block(offsets, partition: partition), of: task)
        try results.complete(OutputBatch(number: batch, ranges: task.ranges))
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
        let verdict = try Self.verdict(produced: 9, in: "/results", disk)
        #expect(verdict.delivered == 9 && verdict.duplicates == 0 && verdict.lost == 0)
    }

    @Test func aTaskThatFailedLeavesNothingAndThoseBeforeItStay() throws {
        let disk = SimulatedDisk()
        let results = try StoredResults(Self.configuration(), disk: disk)
        let (first, second) = (Self.task(0..<5, ordinal: 0), Self.task(5..<9, ordinal: 1))
        results.process(Self.block(0..<5), of: first)
        for _ in 0..<2 {
            results.process(Self.block(5..<7), of: second)
            results.process(Self.block(7..<8), of: second)
            results.abandon(second)
        }
        results.process(Self.block(5..<9), of: second)
        try results.complete(OutputBatch(number: 1, ranges: first.ranges + second.ranges))
        // The first task of the next batch has the ordinal of the last one's.
        let third = Self.task(9..<12, ordinal: 1, batch: 2)
        results.abandon(third)
        results.process(Self.block(9..<12), of: third)
        try results.complete(OutputBatch(number: 2, ranges: third.ranges))
        let verdict = try Self.verdict(produced: 12, in: "/results", disk)
        #expect(verdict.delivered == 12 && verdict.duplicates == 0 && verdict.lost == 0)
    }

    @Test func everyRecordIsCounted() throws {
        let disk = SimulatedDisk()
        let results = try StoredResults(Self.configuration(), disk: disk)
        try Self.output(0..<5, batch: 1, to: results)
        try Self.output(3..<5, batch: 1, to: results)
        try Self.output(4..<7, batch: 2, to: results)
        let verdict = try Self.verdict(produced: 8, in: "/results", disk)
        #expect(verdict.produced == 8 && verdict.delivered == 10 && verdict.lost == 1)
        #expect(verdict.duplicates == 3 && verdict.ingestDuplicates == 1 && verdict.reexecutionDuplicates == 2)
        #expect(try Self.verdict(produced: 6, in: "/results", disk).corrupted == 1)
        #expect(try Self.verdict(produced: 6, in: "/nowhere", disk).lost == 6)
    }

    private static func verdict(produced: Int, in directory: String, _ disk: any Disk) throws -> Verdict {
        try Verdict(
            of: [StoredResults.Deliveries(directory: directory, disk: disk)], against: Production(count: produced))
    }
}
