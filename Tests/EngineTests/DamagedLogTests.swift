// A killed receiver's log, cut at every byte and with flipped bits: the next life refuses it, or loses nothing and brings
// nothing back that was aborted.
@testable import Evidence
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World
import WriteAheadLog

@testable import Engine

@Suite("A receiver whose log was damaged between two lives")
struct DamagedLogTests {
    /// Blocks of runs, and blocks of batches as they came.
    static let encodings = [false, true]

    /// A receiver that dies with a block in its log whose offsets are not committed, of a topic with aborted records.
    private func dead(keepsBatches: Bool, segmentBytes: Int64) throws -> SimulatedRun {
        let shape = LoadShape.small(
            records: 18, partitions: 2, block: 3, batch: 6,
            pattern: LoadPattern(transactions: .init(records: 3, abortedPercent: 40)))
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape, walSegmentBytes: segmentBytes)
        run.broker.keepsBatches = keepsBatches
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 4)))
        return run
    }

    /// What a life that finds the file changed comes to: whether it went on.
    private func goesOn(_ run: SimulatedRun, _ path: String, _ bytes: [UInt8], _ what: String) throws -> Bool {
        let next = run.fork()
        next.disk.setBytes(bytes, of: path)
        do {
            try next.live()
        } catch is EngineError {
            return false
        } catch is DiskError {
            return false
        } catch is LogError {
            return false
        }
        let verdict = try next.verdict()
        #expect(verdict.lost == 0 && verdict.corrupted == 0, "\(what) of \(path): \(verdict)")
        return true
    }

    private func logs(of run: SimulatedRun) -> [(path: String, bytes: [UInt8])] {
        run.disk.paths.filter { $0.contains("/wal/") }.compactMap { path in
            run.disk.bytes(of: path).map { (path, $0) }
        }
    }

    /// Events that are durable and gone are found out by the blocks behind them, in the last segment.
    @Test("cut anywhere", arguments: encodings) func everyCut(keepsBatches: Bool) throws {
        let run = try dead(keepsBatches: keepsBatches, segmentBytes: 64 << 20)
        var (went, refused) = (0, 0)
        for (path, bytes) in logs(of: run) {
            for cut in 0...bytes.count where cut % Thoroughness.oneIn(3) == 0 || cut == bytes.count {
                if try goesOn(run, path, Array(bytes[..<cut]), "cut at \(cut)") { went += 1 } else { refused += 1 }
            }
        }
        #expect(went > 10 && refused > 10, "\(went) went on, \(refused) were refused")
    }

    @Test("by a frame that holds no block, behind those that are known") func noBlock() {
        for bytes: [UInt8] in [[1, 2, 3, 4, 5], [0xff, 0xff, 0xff, 0xff, 0x80]] {
            var unannounced = UnannouncedBlocks()
            let error = #expect(throws: EngineError.self) {
                try bytes.withUnsafeBytes {
                    try unannounced.note(
                        $0, at: Position(segment: 3, offset: 32, length: 50, sequence: 9), of: "/wal/blocks")
                }
            }
            #expect(error?.code == .damagedBlock && error?.location == "/wal/blocks, segment 3, byte 32")
        }
    }

    @Test("with a bit flipped", arguments: encodings) func everyBit(keepsBatches: Bool) throws {
        let run = try dead(keepsBatches: keepsBatches, segmentBytes: 600)
        #expect(logs(of: run).count > 2)
        for (path, bytes) in logs(of: run) {
            for bit in 0..<bytes.count * 8 where bit % Thoroughness.oneIn(13) == 0 {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                _ = try goesOn(run, path, changed, "bit \(bit)")
            }
        }
        #expect(try goesOn(run, "/untouched", [], "nothing"))
    }
}
