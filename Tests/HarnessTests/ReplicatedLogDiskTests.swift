// Every file of the log is there as often as it was asked for, and nothing else is.
import Foundation
import Posix
import Testing
import World

@testable import Harness

@Suite struct ReplicatedLogDiskTests {
    @Test(arguments: [
        ("run/state/wal/blocks/1", ["run/state/replica-2/wal/blocks/1", "run/state/replica-3/wal/blocks/1"]),
        ("run/state/wal", ["run/state/replica-2/wal", "run/state/replica-3/wal"]),
        ("run/state/checkpoints/1", []), ("run/wallet/1", []),
    ])
    func onlyWhatLiesInTheLogsFolderHasReplicas(path: String, replicas: [String]) {
        #expect(ReplicatedLogDisk(PosixDisk(), copies: 3).replicas(of: path) == replicas)
    }

    @Test func whatIsWrittenIsInEachCopyAndWhatIsRemovedInNone() throws {
        let plain = PosixDisk()
        let folder = try ReplicaFolder()
        let disk = ReplicatedLogDisk(plain, copies: 3)
        let log = "\(folder.path)/wal"
        try disk.makeDirectory(log)
        try disk.write([1, 2, 3], to: "\(log)/a")
        try disk.rename("\(log)/a", to: "\(log)/b")
        try disk.syncDirectory(log)
        let places = [log] + disk.replicas(of: log)
        for place in places {
            #expect(try plain.contents(of: "\(place)/b") == [1, 2, 3])
            #expect(!plain.exists("\(place)/a"))
        }
        #expect(try disk.contents(of: "\(log)/b") == [1, 2, 3])
        try disk.remove("\(log)/b")
        #expect(places.allSatisfy { !plain.exists("\($0)/b") })
    }
}

/// A folder that lasts as long as its test.
final class ReplicaFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-bench-\(UUID())").path
        try PosixDisk().makeDirectory(path)
    }

    deinit { try? FileSystem.removeTree(path) }
}
