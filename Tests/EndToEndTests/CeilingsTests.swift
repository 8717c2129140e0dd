// The ceilings as the built binary measures them: every key, and nothing left behind.
import Foundation
import Judgement
import Testing

extension EndToEnd {
    @Suite struct CeilingsTests {
        /// The keys that other tools may rely on.
        private struct Contract: Decodable {
            struct Poll: Decodable {
                var records: Int
                var rawRecordsPerSecond: [Double]
                var plainLoopRecordsPerSecond: [Double]
                var medianRatio: Double
            }
            struct Verdict: Decodable {
                var partitions: Int
                var records: Int
                var recordsPerSecond: Double
                var bitsPerRecord: Double
            }
            struct Log: Decodable {
                var payloadBytes: Int
                var bytesWritten: Int
                var blocks: Int
                var blockSyncs: Int
                var readBytesPerSecond: Double
                var scanBytesPerSecond: Double
            }
            var poll: Poll
            var diskBytesPerSecond: Double
            var zstdBytesPerSecond: Double
            var logs: [Log]
            var verdicts: [Verdict]
        }

        @Test func theLoopInCReadsWhatRawReads() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "ceilings", "--records", "2000", "--partitions", "3", "--pairs", "2", "--verdict-records",
                    "100000", "--block-records", "2000", "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let result = try JSONDecoder().decode(Contract.self, from: Data(outcome.output.utf8))
            #expect(result.poll.records == 2000)
            #expect(result.poll.rawRecordsPerSecond.count == 2 && result.poll.rawRecordsPerSecond.allSatisfy { $0 > 0 })
            #expect(
                result.poll.plainLoopRecordsPerSecond.count == 2
                    && result.poll.plainLoopRecordsPerSecond.allSatisfy { $0 > 0 })
            #expect(result.poll.medianRatio > 0 && result.diskBytesPerSecond > 0 && result.zstdBytesPerSecond > 0)
            #expect(result.verdicts.map(\.partitions) == [8, 1, 100, 1_000])
            #expect(result.verdicts.allSatisfy { $0.bitsPerRecord <= 2 && $0.recordsPerSecond > 0 })
            #expect(result.logs.allSatisfy { $0.blockSyncs <= $0.blocks && $0.bytesWritten > $0.payloadBytes })
            #expect(result.logs.allSatisfy { $0.readBytesPerSecond > 0 && $0.scanBytesPerSecond > 0 })
            #expect(try folder.contents().filter { $0.contains("running") } == [])
        }

        @Test func aMistakeNamesOptionValueAndFix() async throws {
            let outcome = try await Kbench.run(["ceilings", "--verdict-records", "5"], in: Folder())
            #expect(outcome.status == .exited(64))
            #expect(outcome.errors.contains("--verdict-records: 5 is not within"), "\(outcome)")
        }
    }
}
