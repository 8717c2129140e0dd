// Which folders of commands under way go, and which stay.
import Foundation
import Posix
import Testing
import World

@testable import Harness

@Suite struct WorkFolderTests {
    @Test("a folder goes with its command, although another process has the command's number by now")
    func abandoned() throws {
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("work-\(UUID().uuidString)").path
        defer { try? FileSystem.removeTree(base) }
        let own = WorkFolder.path(in: base)
        // Both numbers are those of processes that are there: the first is the beginning of all, the other is this one.
        let abandoned = ["1-1", "\(Processes.processID)-1", "2147483647-1"].map { "\(base)/.running-\($0)" }
        for folder in abandoned + [own] { try PosixDisk().makeDirectory("\(folder)/run/state") }
        let others = ["\(base)/.running-", "\(base)/.running-1-1-1", "\(base)/20261122T153000Z-matrix"]
        for folder in others { try PosixDisk().makeDirectory(folder) }
        WorkFolder.removeAbandoned(in: base)
        #expect(abandoned.filter(PosixDisk().exists) == [])
        #expect(([own] + others).allSatisfy(PosixDisk().exists))
        WorkFolder.removeAbandoned(in: "\(base)/none")
    }

    @Test("a process is told apart from a later one with its number, and from one that has ended")
    func identity() throws {
        let own = ProcessIdentity.own
        #expect(own.number == Processes.processID && own.isRunning)
        #expect(ProcessIdentity(parsing: "\(own)") == own)
        #expect(ProcessIdentity(parsing: "\(own)0")?.isRunning == false)
        #expect(ProcessIdentity(of: .max) == nil)
        for text in ["", "1", "-1", "1-", "0-1", "-1-1", "1-1-1", "1-x", "99999999999-1"] {
            #expect(ProcessIdentity(parsing: text) == nil, "\(text)")
        }
    }
}
