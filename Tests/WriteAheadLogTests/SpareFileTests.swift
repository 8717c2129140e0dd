// Files of removed segments that are written again: what is found in them, whenever and however their process dies.
import Posix
import Testing
import World

@testable import WriteAheadLog

@Suite("The file of a removed segment")
struct SpareFileTests {
    /// As a log is written that is not watched.
    static var options: WriteAheadLog.Options { .init(segmentBytes: 1_000, bypassesCache: true) }

    /// Two of them to a segment, of lengths that leave more or less of what was in the file.
    static let frames: [Frame] = {
        var random = SeededRandom(seed: 31)
        return [400, 430, 300, 470, 10, 440, 480, 200, 450, 440, 20, 470, 430].enumerated().map {
            Frame(UInt8($0), randomBytes($1, &random))
        }
    }()

    /// Appends all, syncs every second one, and removes all segments but the last two.
    static func live(_ disk: any Disk, _ directory: String = folder) -> (
        durable: Int, removedBelow: Int, error: (any Error)?
    ) {
        var durable = 0
        var removedBelow = 0
        do {
            let (log, _) = try WriteAheadLog.open(
                disk: disk, directory: directory, options: options, scan: .lastSegmentOnly)
            for (index, frame) in frames.enumerated() {
                try log.append(frame)
                if index % 2 == 1 { try log.sync() }
                durable = Int(log.durableSequence)
                guard index >= 4 else { continue }
                removedBelow = index - 4
                try log.removeSegments(before: UInt64(removedBelow), effect: .cleanupRemove)
            }
            log.close()
            return (durable, removedBelow, nil)
        } catch {
            return (durable, removedBelow, error)
        }
    }

    static func check(_ disk: MemoryDisk, durable: Int, removedBelow: Int, _ name: String) {
        let found = recover(disk, folder, options)
        guard let frames = found.soundFrames, let log = found.log else {
            Issue.record("\(name): \(found.outcome)")
            return
        }
        let first = Int(log.firstSequence)
        #expect(first <= removedBelow && Int(log.nextSequence) >= durable, "\(name)")
        #expect(frames == Array(Self.frames[first..<Int(log.nextSequence)]), "\(name)")
        #expect(!disk.nodes.keys.contains { $0.contains("spare") }, "\(name)")
        do {
            for frame in Self.frames[Int(log.nextSequence)...] { try log.append(frame) }
            try log.sync()
            #expect(recover(disk, folder, options).soundFrames == Array(Self.frames[first...]), "\(name)")
        } catch {
            Issue.record("\(name): \(error)")
        }
    }

    @Test("is written again, under a new name and with its new content only")
    func isWrittenAgain() throws {
        let disk = MemoryDisk()
        let log = try #require(recover(disk, folder, Self.options).log)
        for frame in Self.frames[..<4] { try log.append(frame) }
        try log.sync()
        #expect(log.segmentCount == 2)
        let first = try disk.node(firstSegment)
        let bytes = log.liveBytes
        try log.removeSegments(before: 2, effect: .cleanupRemove)
        #expect(log.segmentCount == 1 && log.liveBytes == bytes, "its place is still taken")
        for frame in Self.frames[4..<6] { try log.append(frame) }
        #expect(try disk.node("log/segment-0000000000000005.wal") === first)
        #expect(!disk.nodes.keys.contains { $0.contains("spare") })
        try log.sync()
        log.close()
        #expect(recover(disk, folder, Self.options).soundFrames == Array(Self.frames[2..<6]))
    }

    @Test("is removed with those that wait when the log is closed, and at once where it cannot be emptied")
    func isRemoved() {
        for empties in [true, false] {
            let disk = MemoryDisk()
            disk.emptiesInPlace = empties
            #expect(SpareFileTests.live(disk).error == nil)
            #expect(disk.nodes.keys.allSatisfy { $0.contains("segment-") }, "\(disk.nodes.keys)")
            let first = recover(disk, folder, Self.options).log?.firstSequence ?? 0
            #expect(recover(disk, folder, Self.options).soundFrames == Array(Self.frames[Int(first)...]))
        }
    }

    @Test("never shows what was in it, whichever call to the disk its process dies in", arguments: [true, false])
    func everyDiskCall(empties: Bool) {
        let whole = MemoryDisk()
        whole.emptiesInPlace = empties
        #expect(SpareFileTests.live(whole).error == nil)
        #expect(whole.changingCalls > 40)
        for call in 0..<whole.changingCalls {
            let disk = MemoryDisk()
            disk.emptiesInPlace = empties
            disk.callsBeforeDeath = call
            let (durable, removedBelow, error) = SpareFileTests.live(disk)
            // What is left to be removed when a log is closed is left, whatever keeps it.
            guard error is ProcessDied else { continue }
            SpareFileTests.check(
                disk.afterKill(), durable: durable, removedBelow: removedBelow, "killed in call \(call)")
            for keeps in [false, true] {
                SpareFileTests.check(
                    disk.afterPowerLoss(keeping: { _, _ in keeps }, cutting: false), durable: durable,
                    removedBelow: removedBelow, "power lost in call \(call), unsynced kept: \(keeps)")
            }
        }
    }

    @Test("on the real disk holds the new frames and nothing else")
    func realDisk() throws {
        let temporary = try TemporaryFolder()
        let directory = "\(temporary.path)/log"
        let disk = PosixDisk()
        #expect(SpareFileTests.live(disk, directory).error == nil)
        #expect(try disk.list(directory).allSatisfy { $0.hasPrefix("segment-") })
        let found = recover(disk, directory, Self.options)
        let first = Int(try #require(found.log).firstSequence)
        #expect(first > 0 && found.soundFrames == Array(Self.frames[first...]))
        #expect(found.log?.liveBytes == (try FileSystem.bytesUsed(under: directory)))
    }
}
