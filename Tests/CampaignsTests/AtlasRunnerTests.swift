// The atlas on the disk: shards, a journal, and an end in the middle come to the same result.
import Engine
import Exploration
import Foundation
import Harness
import Ingestion
import Judgement
import Posix
import Rendering
import Results
import Testing
import World

@testable import Campaigns

@Suite struct AtlasRunnerTests {
    /// A folder that is gone with the test.
    final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("atlas-\(UUID().uuidString)").path

        init() throws { try PosixDisk().makeDirectory(path) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    static func options(_ folder: Folder, shard: (Int, Int) = (1, 1), journal: String? = nil) -> AtlasOptions {
        let shape = LoadShape(
            records: 8, partitions: 2, blockRecords: 2, batchRecords: 4, groupCommitBlocks: 1, checkpointLagTasks: 1,
            chunkRecords: 4)
        let template = AtlasUnit(
            strategy: .raw, sink: .append, fidelity: .sound, shape: shape, seed: 1, seededStates: 1)
        let units = AtlasUnit.all(
            strategies: [.directLogFirst, .directTransactional], sinks: SinkKind.keepingRows, template: template)
        return AtlasOptions(
            units: units, shard: shard, journal: journal.map { "\(folder.path)/\($0)" },
            capsules: "\(folder.path)/capsules", version: "test")
    }

    @Test func shardsPutTogetherAreTheWhole() throws {
        let folder = try Folder()
        var whole = try AtlasRunner(Self.options(folder)).run()
        for shard in 1...3 {
            _ = try AtlasRunner(Self.options(folder, shard: (shard, 3), journal: "part-\(shard)")).run()
        }
        var merged = try AtlasRunner.merge(
            (1...3).map { "\(folder.path)/part-\($0)" }, options: Self.options(folder))
        (whole.seconds, whole.schedulesPerSecond, merged.seconds, merged.schedulesPerSecond) = (0, 0, 0, 0)
        #expect(merged == whole && merged.isComplete)
        #expect(merged.document == whole.document)
    }

    /// Whatever byte the journal was cut at by a death, the units before it are not run again and the result is the same.
    @Test func aJournalCutAnywhereIsTakenUp() throws {
        let folder = try Folder()
        let whole = try AtlasRunner(Self.options(folder, journal: "journal")).run()
        let disk = PosixDisk()
        let bytes = try disk.contents(of: "\(folder.path)/journal")
        for count in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 12)) {
            try disk.write(Array(bytes.prefix(count)), to: "\(folder.path)/cut")
            let resumed = try AtlasRunner(Self.options(folder, journal: "cut")).run()
            #expect(resumed.document == whole.document, "cut at byte \(count)")
        }
    }

    @Test func aJournalOfAnotherAtlasIsRefused() throws {
        let folder = try Folder()
        _ = try AtlasRunner(Self.options(folder, journal: "journal")).run()
        var other = Self.options(folder, journal: "journal")
        other.units[0].seed = 2
        #expect(throws: Diagnosis.self) { try AtlasRunner(other).run() }
    }
}
