// Numbers in the files of a state folder: what cannot be is damage, whatever the checksum says.
import Simulation
import Testing
import World
import WriteAheadLog

@testable import Engine

@Suite struct StoredNumberTests {
    private static let most = "9223372036854775807"

    private static func disk(_ path: String, _ lines: [String]) -> SimulatedDisk {
        let disk = SimulatedDisk()
        disk.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        disk.setBytes(Array(AtomicFile.text(of: lines).utf8), of: path)
        return disk
    }

    @Test(
        "S3: a line of an offset log that no engine writes is damage",
        arguments: [
            "range -9223372036854775808 0 1", "range 0 5 1", "range 99999999999 0 1", "range 0 0 \(most)",
            "next 1 5", "next 0 -1", "next 0 \(most)", "range 0 -5 1",
        ])
    func anImpossibleLineOfTheOffsetLogIsDamage(line: String) throws {
        let disk = Self.disk("/run/offset-log/offsets/7", ["kbench-offsets 1", "batch 7", "driver x", line])
        let error = #expect(throws: EngineError.self) { try SavedState.offsetLog(in: "/run", disk: disk) }
        #expect(error?.code == .damagedCheckpoint)
    }

    @Test("S3: a file of another name than an engine gives is none of the log's", arguments: [most, "+7", "007", "-7"])
    func anEntryHasOneName(name: String) throws {
        let disk = Self.disk("/run/offset-log/offsets/\(name)", ["kbench-offsets 1", "batch \(name)", "driver x"])
        let error = #expect(throws: EngineError.self) { try SavedState.offsetLog(in: "/run", disk: disk) }
        #expect(error?.code == .noSavedState)
    }

    @Test(
        "S3: a line of a checkpoint that no engine writes is damage",
        arguments: [
            "latest \(most)", "range 1 4000000000 0 1", "range 1 0 0 \(most)", "pending \(most)", "next 0 \(most)",
        ])
    func anImpossibleLineOfACheckpointIsDamage(line: String) throws {
        let disk = Self.disk("/run/checkpoints/checkpoint-0000000001", ["kbench-checkpoint 2", "program 1", line])
        let error = #expect(throws: EngineError.self) { try SavedState.checkpoint(in: "/run", disk: disk) }
        #expect(error?.code == .damagedCheckpoint)
    }

    @Test("S3: the records of ranges that overlap are summed up without an overflow") func aSumDoesNotOverflow() throws
    {
        let half = (1 << 62) - 1
        let disk = Self.disk(
            "/run/checkpoints/checkpoint-0000000001",
            ["kbench-checkpoint 2", "latest 3"] + (1...3).flatMap { ["pending \($0)", "range \($0) 0 0 \(half)"] } + [
                "next 0 \(half)"
            ])
        #expect(try SavedState.checkpoint(in: "/run", disk: disk).recordsOfPendingBatches == .max)
    }

    @Test(
        "S3: positions at the end of the numbers are refused",
        arguments: ["next 0 \(most)", "latest \(most)", "next 1000000 1"])
    func impossiblePositionsAreRefused(line: String) {
        let disk = Self.disk("positions", ["kbench-positions 1", line])
        #expect(throws: OffsetStoreError.self) { try Positions(path: "positions", disk: disk) }
    }

    @Test("S3: an event with a place that no log has is none")
    func anEventWithAnImpossiblePlaceIsNone() {
        func event(_ kind: UInt8, _ numbers: [UInt64], count: UInt32? = nil) -> BlockEvent? {
            var bytes: [UInt8] = []
            for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
            if let count { withUnsafeBytes(of: count.littleEndian) { bytes += $0 } }
            return bytes.withUnsafeBytes { BlockEvent(kind: kind, bytes: $0) }
        }
        #expect(event(1, [0, 32, 100, 3], count: 5) != nil)
        #expect(event(1, [0, 32, 100, .max], count: 5) == nil)
        #expect(event(1, [0, 32, UInt64(Int64.max), 3], count: 5) == nil)
        #expect(event(1, [0, UInt64(Int64.max), 100, 3], count: 5) == nil)
        #expect(event(2, [UInt64(Int64.max)], count: 0) == nil)
        #expect(event(3, [.max]) == nil)
        #expect(event(3, [7]) == .cleanup(through: 7))
    }
}
