// What the ceilings say that does not depend on the machine: counts, bytes and syncs.
import Engine
import Foundation
import Judgement
import Posix
import Results
import Testing

@testable import Bench

@Suite("The ceilings")
struct CeilingsTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = "\(NSTemporaryDirectory())kbench-ceilings-\(UUID().uuidString)"
        defer { try? FileSystem.removeTree(folder) }
        try PosixDisk().makeDirectory(folder)
        try body(folder)
    }

    @Test("the log adds at most 1 % to records of 200 bytes, and syncs once a group", arguments: [1, 3, 4], [1, 64])
    func log(group: Int, partitions: Int) throws {
        try withFolder { folder in
            let log = try LogCeiling.measure(
                in: folder, blocks: 12, blockRecords: 4_000, partitions: partitions, groupCommitBlocks: group)
            #expect(log.payloadBytes == 12 * 4_000 * 200)
            #expect(log.overheadPercent > 0 && log.overheadPercent <= 1)
            #expect(log.blockSyncs == 12 / group)
        }
    }

    @Test("the verdict finds what was put in, at two bits a record", arguments: [1, 7, 1_000])
    func verdict(partitions: Int) throws {
        try withFolder { folder in
            let topic = SyntheticTopic(partitions: partitions, records: 200_000)
            try topic.count(in: folder, disk: PosixDisk())
            let verdict = try Verdict(
                of: [CountedDeliveries(ofRunIn: folder, disk: PosixDisk())],
                against: Production(count: topic.records), readings: Readings(ofRunsIn: [folder], disk: PosixDisk()))
            #expect(verdict.duplicates == topic.expected.duplicates && verdict.duplicates > 0)
            #expect(verdict.lost == topic.expected.lost)
            #expect(verdict.delivered == topic.records - verdict.lost + verdict.duplicates)
            // Whole words: the last one may have room for 31 records more.
            let bytes = try SyntheticTopic.ledgerBytes(in: folder, disk: PosixDisk())
            #expect(bytes == (topic.records + 31) / 32 * 8)
        }
    }

    @Test("disk and zstd take something")
    func parts() throws {
        try withFolder { folder in
            let disk = try DiskCeiling.measure(in: folder, blockBytes: 4096, seconds: 0.01)
            #expect(disk > 0)
            let left = try PosixDisk().list(folder)
            #expect(left.isEmpty)
            #expect(CompressionCeiling.measure(level: 1, blockBytes: 4096, seconds: 0.01) > 0)
        }
    }
}
