// The log in its normal life: append, sync, read, roll, remove, reopen.
import Testing
import World

@testable import WriteAheadLog

@Suite("A log")
struct LogTests {
    var random = SeededRandom(seed: 20)

    @Test("is empty at first, and stays so when opened again")
    func empty() throws {
        let disk = MemoryDisk()
        for _ in 0..<2 {
            let found = recover(disk)
            #expect(found.frames.isEmpty && found.report == RecoveryReport())
            #expect(found.log?.nextSequence == 0 && found.log?.liveBytes == 0 && found.log?.firstSequence == 0)
            #expect(try disk.list(folder).isEmpty)
        }
    }

    @Test(
        "gives back what was appended, from any segments, with and without compression",
        arguments: [Int64(1), 200, 1_000, 64 << 20], [nil, 1, 19] as [Int32?])
    mutating func roundTrip(_ segmentBytes: Int64, _ level: Int32?) throws {
        let frames = awkwardFrames(&random)
        let options = WriteAheadLog.Options(segmentBytes: segmentBytes, compressionLevel: level)
        let (disk, positions) = try writtenLog(frames, options)
        let found = recover(disk, folder, options)
        #expect(found.error == nil)
        #expect(found.soundFrames == frames)
        #expect(found.positions == positions)
        #expect(positions.map(\.sequence) == Array(0..<UInt64(frames.count)))
        let log = try #require(found.log)
        let reader = LogReader(disk: disk, directory: folder)
        for (frame, position) in zip(frames, positions).reversed() {
            #expect(try log.payload(at: position) == frame.payload)
            #expect(try reader.read(position) { Array($0) } == frame.payload)
        }
        #expect(log.segmentCount == (segmentBytes == 1 ? frames.count : try disk.list(folder).count))
        #expect(log.liveBytes == Int64(disk.nodes.values.reduce(0) { $0 + $1.bytes.count }))
        #expect(found.report.bytes == positions.reduce(0) { $0 + $1.length })
        #expect(log.liveBytes == found.report.bytes + Int64(32 * log.segmentCount))
    }

    @Test("stores compressed only what becomes shorter")
    mutating func compression() throws {
        let noise = Frame(1, randomBytes(500, &random))
        let text = Frame(1, [UInt8](repeating: 0x61, count: 500))
        let (_, positions) = try writtenLog([noise, text], .init(compressionLevel: 3))
        #expect(positions[0].length == 544)
        #expect(positions[1].length < 100)
    }

    @Test("reads frames that are longer than its window")
    mutating func longFrames() throws {
        let frames = [3, SegmentScanner.windowSize - 100, SegmentScanner.windowSize * 2 + 5, 7].map {
            Frame(9, [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0))
        }
        #expect(recover(try writtenLog(frames).disk).soundFrames == frames)
    }

    @Test("goes on where it ended, time after time")
    func reopening() throws {
        let disk = MemoryDisk()
        for count in 0..<5 {
            let found = recover(disk)
            #expect(found.soundFrames?.count == count)
            let log = try #require(found.log)
            #expect(log.nextSequence == UInt64(count) && log.durableSequence == UInt64(count))
            try log.append(Frame(1, [UInt8(count)]))
            try log.sync()
        }
        #expect(try disk.list(folder).count == 1)
    }

    @Test("knows its end from the last segment alone")
    func lastSegmentOnly() throws {
        let frames = (0..<5).map { Frame(1, [UInt8($0)]) }
        let (disk, _) = try writtenLog(frames, .init(segmentBytes: 140))
        let (log, report) = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly)
        #expect(log.nextSequence == 5)
        #expect(report.segments == 3 && report.frames == 1)
        #expect(log.liveBytes == Int64(disk.nodes.values.reduce(0) { $0 + $1.bytes.count }))
    }

    @Test("makes many appends durable by one sync, and syncs nothing twice")
    func groupCommit() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        try log.append(Frame(1, [1]))
        let syncs = disk.fileSyncs
        for byte: UInt8 in 0..<100 { try log.append(Frame(1, [byte])) }
        #expect(log.durableSequence == 0)
        try log.sync()
        #expect(log.durableSequence == 101)
        #expect(disk.fileSyncs == syncs + 1)
        try log.sync()
        #expect(disk.fileSyncs == syncs + 1)
    }

    @Test("begins a new segment when asked to, unless the last one is empty")
    func rolling() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        try log.roll(effect: .receiverWalSync)
        try log.append(Frame(1, [1]))
        try log.roll(effect: .receiverWalSync)
        try log.roll(effect: .receiverWalSync)
        #expect(log.durableSequence == 1)
        try log.append(Frame(1, [2]))
        #expect(try disk.list(folder) == ["segment-0000000000000000.wal", "segment-0000000000000001.wal"])
        #expect(recover(disk.afterKill()).soundFrames == [Frame(1, [1]), Frame(1, [2])])
    }

    @Test("removes the segments that are wholly below a sequence, never the last one", arguments: 0...6)
    func removal(_ limit: UInt64) throws {
        let frames = (0..<6).map { Frame(1, [UInt8($0)]) }
        // Two frames of 45 bytes fit in one segment.
        let (disk, positions) = try writtenLog(frames, .init(segmentBytes: 32 + 90))
        let log = try open(disk)
        let before = log.liveBytes
        let removed = try log.removeSegments(before: limit, effect: .cleanupRemove)
        let removedSegments = min(limit / 2, 2)
        #expect(removed == Int64(removedSegments) * 122)
        #expect(log.liveBytes == before - removed)
        #expect(log.firstSequence == removedSegments * 2)
        for position in positions {
            if position.sequence >= removedSegments * 2 {
                #expect(try log.payload(at: position) == frames[Int(position.sequence)].payload)
            } else {
                let error = #expect(throws: LogError.self) { try log.payload(at: position) }
                #expect(error?.code == .missingSegment)
            }
        }
        let found = recover(disk)
        #expect(found.soundFrames == Array(frames[Int(removedSegments * 2)...]))
        #expect(found.log?.nextSequence == 6)
    }

    @Test("remembers its sequence when everything has been removed")
    func removalOfAll() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        try log.append(Frame(1, [1]))
        try log.roll(effect: .receiverWalSync)
        try log.removeSegments(before: 100, effect: .cleanupRemove)
        #expect(recover(disk).log?.nextSequence == 1)
    }

    @Test("refuses positions at which there is no such frame")
    func wrongPositions() throws {
        let (disk, positions) = try writtenLog([Frame(1, [1, 2, 3]), Frame(1, [4, 5, 6, 7])])
        let log = try open(disk)
        let good = positions[1]
        let wrong: [(LogError.Code, (inout Position) -> Void)] = [
            (.corrupt, { $0.offset -= 1 }), (.corrupt, { $0.offset += 1 }), (.corrupt, { $0.offset = 0 }),
            (.corrupt, { $0.length = 0 }), (.corrupt, { $0.length = .max }), (.corrupt, { $0.sequence = 0 }),
            (.corrupt, { $0.offset = positions[0].offset }),
            (.torn, { $0.length -= 1 }), (.torn, { $0.length += 1 }), (.torn, { $0.offset = 1 << 40 }),
            (.missingSegment, { $0.segment = 3 }),
        ]
        for (number, (code, change)) in wrong.enumerated() {
            var position = good
            change(&position)
            let error = #expect(throws: LogError.self) { try log.payload(at: position) }
            // One byte further, the frame is cut short as well as unsound.
            let codes: [LogError.Code] = position.offset == good.offset + 1 ? [.torn, .corrupt] : [code]
            #expect(codes.contains(error?.code ?? .disk), "case \(number): \(error?.description ?? "no error")")
        }
        #expect(try log.payload(at: good) == [4, 5, 6, 7])
    }

    @Test("refuses a payload that is too large, and goes on")
    func tooLarge() throws {
        let disk = MemoryDisk()
        let log = try open(disk)
        let tooMuch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: WriteAheadLog.largestPayload + 1, alignment: 4096)
        defer { tooMuch.deallocate() }
        let error = #expect(throws: LogError.self) {
            try log.append(UnsafeRawBufferPointer(tooMuch), kind: 1, effect: .receiverWalAppend)
        }
        #expect(error?.code == .tooLarge)
        try log.append(Frame(1, [1]))
    }

    @Test("leaves foreign files alone")
    func foreignFiles() throws {
        let (disk, _) = try writtenLog([Frame(1, [1])])
        disk.put([1, 2, 3], at: "log/notes.txt")
        #expect(recover(disk).soundFrames == [Frame(1, [1])])
        #expect(disk.exists("log/notes.txt"))
    }
}
