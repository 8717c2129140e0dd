// The log on the real file system: a life, a kill, a full disk.
import Glibc
import Posix
import Testing
import World

@testable import WriteAheadLog

@Suite("A log on the real disk")
struct RealDiskTests {
    @Test("lives, in a folder that is made on the way")
    func life() throws {
        let temporary = try TemporaryFolder()
        let directory = "\(temporary.path)/a/b/log"
        let disk = PosixDisk()
        var random = SeededRandom(seed: 23)
        let frames = awkwardFrames(&random)
        let options = WriteAheadLog.Options(segmentBytes: 500, compressionLevel: 1)
        let log = try #require(recover(disk, directory, options).log)
        for frame in frames { try log.append(frame) }
        try log.sync()
        #expect(log.bytesWritten == disk.counters.bytesWritten)
        #expect(log.liveBytes == (try FileSystem.bytesUsed(under: directory)))
        log.close()
        let found = recover(disk, directory, options)
        #expect(found.soundFrames == frames)
        try found.log?.removeSegments(before: 4, effect: .cleanupRemove)
        #expect(recover(disk, directory, options).soundFrames?.suffix(3) == frames.suffix(3))
    }

    @Test("keeps what was synced when its process is killed in the middle of an append")
    func kill() async throws {
        let temporary = try TemporaryFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = temporary.path as String] in
            let armed = ArmedCrash(CrashPoint(.receiverWalAppend, .torn), at: 4)
            let options = WriteAheadLog.Options(
                crash: CrashSwitch(armed: armed, action: { _, _ in Processes.killSelf() }))
            let (log, _) = try WriteAheadLog.open(
                disk: PosixDisk(), directory: directory, options: options, scan: .lastSegmentOnly)
            for byte: UInt8 in 0..<9 {
                try log.append(Frame(byte, [byte, byte]))
                try log.sync()
            }
        }
        let found = recover(PosixDisk(), temporary.path)
        #expect(found.soundFrames == (0..<3).map { Frame($0, [$0, $0]) })
        #expect(found.report.tornBytes > 0 && found.report.tornBytes <= 23)
    }

    /// A file system of 1 MiB, where this process may mount one.
    final class SmallDisk {
        let temporary: TemporaryFolder

        init?() {
            guard let temporary = try? TemporaryFolder(),
                mount("tmpfs", temporary.path, "tmpfs", 0, "size=1m") == 0
            else { return nil }
            self.temporary = temporary
        }

        deinit { umount(temporary.path) }

        static let canBeMade = SmallDisk() != nil
    }

    @Test("keeps every complete frame when the disk is full", .enabled(if: SmallDisk.canBeMade))
    func fullDisk() throws {
        let small = try #require(SmallDisk())
        let directory = "\(small.temporary.path)/log"
        let disk = PosixDisk()
        let log = try #require(recover(disk, directory).log)
        var random = SeededRandom(seed: 24)
        var frames: [Frame] = []
        var refusal: LogError?
        while refusal == nil {
            let frame = Frame(1, randomBytes(10_000, &random))
            do {
                try log.append(frame)
                try log.sync()
                frames.append(frame)
            } catch {
                refusal = error as? LogError
            }
        }
        #expect(refusal?.cause?.code == .noSpace && frames.count > 50)
        log.close()
        let found = recover(disk, directory)
        #expect(found.error == nil && found.frames == frames)
        found.log?.close()
    }
}
