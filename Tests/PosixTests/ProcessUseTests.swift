// What a process has used grows with what it does, and pages can be dropped and read again.
import Glibc
import Posix
import Testing
import World

@Suite struct ProcessUseTests {
    @Test func processorTimeAndMemoryAreThisProcesss() {
        let before = ProcessUse.own()
        #expect(before.userSeconds + before.systemSeconds > 0)
        // The test runner alone is larger than this, and no machine of ours has a terabyte.
        #expect((1 << 20..<1 << 40).contains(before.peakResidentBytes))
        var bytes = [UInt8](repeating: 0, count: 64 << 20)
        for index in stride(from: 0, to: bytes.count, by: 4096) {
            bytes[index] = UInt8(truncatingIfNeeded: index >> 12)
        }
        let after = ProcessUse.own()
        #expect(bytes[4096] == 1)
        #expect(after.peakResidentBytes >= before.peakResidentBytes)
        #expect(after.userSeconds >= before.userSeconds && after.bytesToStorage >= before.bytesToStorage)
    }

    @Test func aFileDroppedFromTheCacheReadsTheSame() throws {
        let folder = try TemporaryFolder()
        let disk = PosixDisk()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try disk.open("\(folder.path)/data", .create)
        try bytes.withUnsafeBytes { try file.write([$0], at: 0) }
        try file.sync()
        file.close()
        try FileSystem.dropFromCache(folder.path)
        #expect(try disk.contents(of: "\(folder.path)/data") == bytes)
    }
}
