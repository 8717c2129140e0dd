// The log of a run lies where it was asked for, through all lives, and goes with the run.
import Foundation
import Posix
import Testing
import World

@testable import Harness

@Suite struct LogDirectoryTests {
    @Test func aRunsLogLiesElsewhereAndGoesWithTheRun() throws {
        let disk = PosixDisk()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("logs-\(UUID().uuidString)").path
        try disk.makeDirectory(folder)
        defer { try? FileSystem.removeTree(folder) }
        let (run, logs) = ("\(folder)/run", "\(folder)/logs")

        try LogDirectory.place(logOf: "\(run)/state", in: logs, name: "group-1")
        try disk.makeDirectory("\(run)/state/wal/blocks")
        try disk.write([1, 2, 3], to: "\(run)/state/wal/blocks/1")
        try disk.syncDirectory("\(run)/state/wal/blocks")
        #expect(try disk.contents(of: "\(logs)/group-1/blocks/1") == [1, 2, 3])
        #expect(try FileSystem.bytesUsed(under: "\(run)/state/wal/.") == 3)

        // The next life finds what the first has written.
        try LogDirectory.place(logOf: "\(run)/state", in: logs, name: "group-1")
        #expect(try disk.contents(of: "\(run)/state/wal/blocks/1") == [1, 2, 3])

        try LogDirectory.removeRun(run)
        #expect(try disk.list(logs) == [])
        #expect(!disk.exists(run))
    }

    @Test func aLogThatLiesWithTheRestIsRemovedWithIt() throws {
        let disk = PosixDisk()
        let run = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)").path
        try disk.makeDirectory("\(run)/state/wal")
        try LogDirectory.removeRun(run)
        #expect(!disk.exists(run))
        try LogDirectory.removeRun(run)
    }

    @Test func whatIsNoLinkLeadsNowhere() throws {
        #expect(try FileSystem.target(ofLink: "/") == nil)
        #expect(try FileSystem.target(ofLink: "/none/at/all") == nil)
        #expect(try FileSystem.target(ofLink: "/proc/self/exe/below") == nil)
        #expect(try FileSystem.target(ofLink: "/proc/self/cwd") == FileManager.default.currentDirectoryPath)
    }
}
