// Deaths at every point: crash points, disk calls, full disks, failed syncs, power losses.
import Testing
import World

@testable import WriteAheadLog

@Suite("A log whose process dies")
struct CrashTests {
    /// The frames of a life with appends, group commits, rolls and a removal; sizes vary around a sector.
    static let frames: [Frame] = {
        var random = SeededRandom(seed: 22)
        return [10, 300, 0, 700, 40, 513, 1, 200].enumerated().map { number, count in
            // One of them is a block of record batches.
            count == 300 ? Frame(2, batchBlock()) : Frame(UInt8(number), randomBytes(count, &random))
        }
    }()

    static func options(_ crash: CrashSwitch = CrashSwitch()) -> WriteAheadLog.Options {
        .init(segmentBytes: 1_000, crash: crash)
    }

    /// Lives that life as far as it goes; returns how many frames were called durable, and the error that ended it.
    static func live(
        _ disk: MemoryDisk, crash: CrashSwitch = CrashSwitch()
    ) -> (durable: Int, removedBelow: Int, error: (any Error)?) {
        var durable = 0
        var removedBelow = 0
        do {
            let log = try open(disk, options(crash))
            for (index, frame) in frames.enumerated() {
                try log.append(frame)
                durable = max(durable, Int(log.durableSequence))
                if index % 3 == 2 {
                    try log.sync()
                    durable = Int(log.durableSequence)
                }
                if index == 5 {
                    removedBelow = 3
                    try log.removeSegments(before: 3, effect: .cleanupRemove)
                }
            }
            return (durable, removedBelow, nil)
        } catch {
            return (durable, removedBelow, error)
        }
    }

    /// Whether the log on `disk` is a whole beginning of the life that has everything that was durable, and goes on.
    static func check(_ disk: MemoryDisk, durable: Int, removedBelow: Int, _ name: String) {
        let found = recover(disk, folder, options())
        guard found.error == nil, let log = found.log else {
            Issue.record("\(name): \(found.outcome)")
            return
        }
        let first = Int(log.firstSequence)
        let next = Int(log.nextSequence)
        #expect(first <= removedBelow && next >= durable && next <= frames.count, "\(name): \(first)..<\(next)")
        #expect(found.soundFrames == Array(frames[min(first, next)..<next]), "\(name)")
        do {
            for frame in frames[next...] { try log.append(frame) }
            try log.sync()
            #expect(recover(disk, folder, options()).soundFrames == Array(frames[first...]), "\(name)")
        } catch {
            Issue.record("\(name): \(error)")
        }
    }

    @Test("in any call to the disk recovers, after a kill and after a power loss")
    func everyDiskCall() {
        let whole = MemoryDisk()
        #expect(CrashTests.live(whole).error == nil)
        #expect(whole.changingCalls > 20)
        for call in 0..<whole.changingCalls {
            let disk = MemoryDisk()
            disk.callsBeforeDeath = call
            let (durable, removedBelow, error) = CrashTests.live(disk)
            #expect(error is ProcessDied)
            CrashTests.check(
                disk.afterKill(), durable: durable, removedBelow: removedBelow, "killed in call \(call)")
            CrashTests.check(
                disk.afterPowerLoss(keeping: { _, _ in false }, cutting: false), durable: durable,
                removedBelow: removedBelow, "power lost in call \(call)")
        }
    }

    @Test("in any call to the disk while it recovers, recovers")
    func everyDiskCallOfRecovery() {
        let torn = MemoryDisk()
        torn.callsBeforeDeath = 25
        let (durable, removedBelow, _) = CrashTests.live(torn)
        let calm = torn.afterKill()
        #expect(recover(calm, folder, CrashTests.options()).report.tornBytes > 0)
        #expect(calm.changingCalls >= 2)
        for call in 0..<calm.changingCalls {
            let disk = torn.afterKill()
            disk.callsBeforeDeath = call
            #expect(throws: ProcessDied.self) { try open(disk, CrashTests.options()) }
            CrashTests.check(
                disk.afterKill(), durable: durable, removedBelow: removedBelow, "killed in call \(call) of recovery")
        }
    }

    @Test("at any crash point recovers with exactly the complete frames")
    func everyCrashPoint() throws {
        var reached: [ArmedCrash] = []
        let observer = CrashSwitch(observing: { point, occurrence in
            reached.append(ArmedCrash(point, at: occurrence))
        })
        #expect(CrashTests.live(MemoryDisk(), crash: observer).error == nil)
        let torn = reached.filter { $0.point == CrashPoint(.receiverWalAppend, .before) }
            .map { ArmedCrash(CrashPoint(.receiverWalAppend, .torn), at: $0.occurrence) }
        #expect(torn.count == CrashTests.frames.count)
        for crash in reached + torn {
            let disk = MemoryDisk()
            let (durable, removedBelow, error) = CrashTests.live(
                disk, crash: CrashSwitch(armed: crash, action: { _, _ in throw ProcessDied() }))
            #expect(error is ProcessDied)
            if crash.point.effect == .receiverWalAppend {
                let complete = crash.point.moment == .after ? crash.occurrence : crash.occurrence - 1
                let found = recover(disk.afterKill())
                #expect(found.log?.nextSequence == UInt64(complete), "\(crash)")
                #expect(crash.point.moment != .torn || found.report.tornBytes > 0, "\(crash)")
            }
            CrashTests.check(disk.afterKill(), durable: durable, removedBelow: removedBelow, "\(crash)")
        }
    }

    @Test("a crash point that does not throw leaves the frame whole")
    func harmlessCrashPoint() throws {
        let armed = try #require(ArmedCrash(parsing: "receiver.wal.append.torn@3"))
        let disk = MemoryDisk()
        #expect(CrashTests.live(disk, crash: CrashSwitch(armed: armed, action: { _, _ in })).error == nil)
        CrashTests.check(disk.afterKill(), durable: 8, removedBelow: 3, "harmless")
    }

    @Test("loses nothing durable to a power loss, whichever unsynced sectors survive", arguments: [1, 2, 3, 4])
    func everyPowerLoss(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // Some payloads hold whole sectors of zeros; the sizes put frame boundaries anywhere in a sector.
        let frames = (0..<7).map { number in
            let size = Int.random(in: 0...900, using: &random)
            if number % 3 == 1 { return Frame(UInt8(number), [UInt8](repeating: 0, count: size + 400)) }
            return Frame(UInt8(number), randomBytes(size, &random))
        }
        let disk = MemoryDisk()
        let log = try open(disk)
        for frame in frames[..<2] { try log.append(frame) }
        try log.sync()
        for frame in frames[2...] { try log.append(frame) }
        let sectors = disk.unsyncedSectors()
        #expect(sectors.count <= 12)
        for subset in 0..<(1 << sectors.count) {
            for cutting in [false, true] {
                let after = disk.afterPowerLoss(
                    keeping: { path, sector in
                        sectors.firstIndex { $0 == (path, sector) }.map { subset & (1 << $0) != 0 } ?? true
                    }, cutting: cutting)
                let found = recover(after)
                let isRight = found.error == nil && found.frames.count >= 2 && frames.starts(with: found.frames)
                guard isRight else {
                    Issue.record("seed \(seed), sectors \(subset): \(found.outcome)")
                    return
                }
            }
        }
    }
}

@Suite("A log whose disk fails")
struct FailureTests {
    @Test("full at any byte keeps exactly the complete frames, and needs no space to open")
    func everyFullDisk() {
        let whole = MemoryDisk()
        #expect(CrashTests.live(whole).error == nil)
        for space in 0..<2_200 {
            let disk = MemoryDisk()
            disk.space = space
            let (durable, removedBelow, error) = CrashTests.live(disk)
            if error == nil { continue }
            #expect((error as? LogError)?.cause?.code == .noSpace)
            let restarted = disk.afterKill()
            restarted.space = 0
            let found = recover(restarted, folder, CrashTests.options())
            #expect(found.error == nil && found.log?.nextSequence ?? 0 >= UInt64(durable), "space \(space)")
            restarted.space = nil
            CrashTests.check(restarted, durable: durable, removedBelow: removedBelow, "space \(space)")
        }
    }

    @Test("refuses everything after a failed append, with the first cause")
    func failedAppend() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        try log.append(Frame(1, [1]))
        try log.sync()
        disk.space = 10
        let first = #expect(throws: LogError.self) { try log.append(Frame(1, [2])) }
        #expect(first?.code == .disk && first?.cause?.code == .noSpace)
        #expect(first?.location == .init(path: firstSegment, byteOffset: 77))
        disk.space = nil
        for _ in 0..<2 {
            let append = #expect(throws: LogError.self) { try log.append(Frame(1, [2])) }
            let sync = #expect(throws: LogError.self) { try log.sync() }
            for error in [append, sync] { #expect(error?.code == .poisoned && error?.cause == first?.cause) }
        }
        #expect(log.durableSequence == 1)
        #expect(recover(disk.afterKill()).soundFrames == [Frame(1, [1])])
    }

    @Test("refuses everything after a failed sync, and calls nothing durable any more")
    func failedSync() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        try log.append(Frame(1, [1]))
        try log.sync()
        try log.append(Frame(1, [2]))
        disk.failsSyncs = true
        #expect(throws: LogError.self) { try log.sync() }
        disk.failsSyncs = false
        let error = #expect(throws: LogError.self) { try log.sync() }
        #expect(error?.code == .poisoned && error?.cause?.code == .failed)
        #expect(throws: LogError.self) { try log.append(Frame(1, [3])) }
        #expect(log.durableSequence == 1)
    }

    @Test("a closed log refuses")
    func closed() throws {
        let log = try open(MemoryDisk())
        log.close()
        let error = #expect(throws: LogError.self) { try log.append(Frame(1, [1])) }
        #expect(error?.code == .poisoned)
    }
}
