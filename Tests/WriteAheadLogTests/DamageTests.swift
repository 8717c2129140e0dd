// Cuts and flipped bits, at every byte and every bit: recovery finds exactly what is whole, or refuses.
import Testing
import World

@testable import WriteAheadLog

extension MemoryDisk {
    /// Puts a file in place, as durable as can be.
    func put(_ bytes: [UInt8], at path: String) {
        do {
            let file = try open(path, .replace)
            try bytes.withUnsafeBytes { try file.write([$0], at: 0) }
        } catch {
            fatalError("\(error)")
        }
    }
}

@Suite("A damaged log")
struct DamageTests {
    var random = SeededRandom(seed: 21)

    func disk(with segments: [String: [UInt8]]) throws -> MemoryDisk {
        let disk = MemoryDisk()
        try disk.makeDirectory(folder)
        for (path, bytes) in segments { disk.put(bytes, at: path) }
        return disk
    }

    @Test(
        "cut at any byte has exactly the complete frames, and goes on",
        arguments: [false, true], [nil, 3] as [Int32?])
    mutating func everyCut(zeroFilled: Bool, level: Int32?) throws {
        let frames = awkwardFrames(&random)
        let (original, positions) = try writtenLog(frames, .init(compressionLevel: level))
        let whole = try original.contents(of: firstSegment)
        let more = Frame(9, [1, 2, 3])
        for cut in 0...whole.count {
            let complete = positions.count { $0.offset + $0.length <= Int64(cut) }
            var bytes = Array(whole[..<cut])
            if zeroFilled { bytes += [UInt8](repeating: 0, count: whole.count - cut + 1) }
            let disk = try disk(with: [firstSegment: bytes])
            let found = recover(disk)
            guard found.error == nil, found.frames == Array(frames[..<complete]), let log = found.log else {
                Issue.record("cut at \(cut): \(found.outcome), due \(complete)")
                continue
            }
            let ends = [0, 32] + positions.map { $0.offset + $0.length }
            let cleanEnd = ends.last { $0 <= Int64(cut) } ?? 0
            let extent = whole[..<cut].lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            #expect(found.report.tornBytes == max(0, Int64(extent) - cleanEnd), "cut at \(cut)")
            try log.append(more)
            try log.sync()
            #expect(recover(disk).soundFrames == Array(frames[..<complete]) + [more], "cut at \(cut)")
        }
    }

    @Test("with any bit flipped is refused after the frames before it", arguments: [nil, 3] as [Int32?])
    mutating func everyBit(level: Int32?) throws {
        let frames = awkwardFrames(&random)
        let options = WriteAheadLog.Options(segmentBytes: 300, compressionLevel: level)
        let (original, _) = try writtenLog(frames, options)
        var segments: [String: [UInt8]] = [:]
        for name in try original.list(folder) { segments["log/\(name)"] = try original.contents(of: "log/\(name)") }
        #expect(segments.count > 1)
        let disk = try disk(with: segments)
        for (path, whole) in segments {
            for bit in 0..<whole.count * 8 {
                var bytes = whole
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                disk.put(bytes, at: path)
                let found = recover(disk)
                let isRefused = found.error?.code == .corrupt && found.error?.location?.path == path
                guard isRefused, frames.starts(with: found.frames) else {
                    Issue.record("bit \(bit) of \(path): \(found.outcome)")
                    return
                }
            }
            disk.put(whole, at: path)
        }
        #expect(recover(disk).soundFrames == frames)
    }

    @Test("cut in an older segment is refused at any byte")
    func olderSegmentCut() throws {
        let (original, positions) = try writtenLog((0..<4).map { Frame(1, [$0]) }, .init(segmentBytes: 122))
        let next = "log/segment-0000000000000002.wal"
        let whole = try original.contents(of: firstSegment)
        for cut in 0...whole.count {
            let disk = try disk(with: [firstSegment: Array(whole[..<cut]), next: try original.contents(of: next)])
            let found = recover(disk)
            if cut == whole.count {
                #expect(found.error == nil && found.frames.count == 4)
            } else {
                let isBetweenFrames = cut == 32 || positions.contains { $0.segment == 0 && $0.offset == cut }
                #expect(found.error?.code == (isBetweenFrames ? .missingFrames : .torn), "cut at \(cut)")
            }
        }
    }

    @Test("whose middle segment is gone is refused")
    func gap() throws {
        let (disk, _) = try writtenLog((0..<3).map { Frame(1, [$0]) }, .init(segmentBytes: 1))
        try disk.remove("log/segment-0000000000000001.wal")
        let found = recover(disk)
        #expect(found.error?.code == .missingFrames)
        #expect(found.error?.location == .init(path: firstSegment, byteOffset: 77))
    }

    @Test("whose frames are in another segment's file is refused")
    func swappedSegments() throws {
        let (disk, _) = try writtenLog((0..<2).map { Frame(1, [$0]) }, .init(segmentBytes: 1))
        try disk.rename("log/segment-0000000000000001.wal", to: "log/segment-0000000000000007.wal")
        #expect(recover(disk).error?.code == .missingFrames)
    }

    @Test("whose only segment has no header is refused unless it is the log's first")
    func onlySegmentWithoutHeader() throws {
        #expect(recover(try disk(with: [firstSegment: []])).log?.nextSequence == 0)
        let found = recover(try disk(with: ["log/segment-0000000000000001.wal": []]))
        #expect(found.error?.code == .missingFrames)
    }

    @Test("whose last segment has no header ends in the one before it, however much is scanned")
    func headerlessLastSegment() throws {
        for length in [0, 1, 31, 32, 100] {
            let (disk, _) = try writtenLog((0..<3).map { Frame(1, [$0]) })
            let whole = SegmentHeader(firstSequence: 3).bytes + [UInt8](repeating: 0, count: 100)
            let path = "log/segment-0000000000000003.wal"
            disk.put(Array(whole[..<min(length, 31)]) + [UInt8](repeating: 0, count: max(0, length - 31)), at: path)
            let (log, report) = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly)
            #expect(log.nextSequence == 3 && report.segments == 1 && report.truncatedSegment == path)
            try log.append(Frame(1, [3]))
            #expect(recover(disk).soundFrames == (0..<4).map { Frame(1, [$0]) })
        }
    }

    @Test("may have lost the last sector of its last frame to a power loss")
    mutating func zeroSector() throws {
        let frames = [Frame(1, randomBytes(100, &random)), Frame(2, randomBytes(2_000, &random))]
        let (disk, positions) = try writtenLog(frames)
        var bytes = try disk.contents(of: firstSegment)
        for index in 1_024..<1_536 { bytes[index] = 0 }
        disk.put(bytes, at: firstSegment)
        let found = recover(disk)
        #expect(found.soundFrames == [frames[0]])
        #expect(found.report.tornBytes == positions[1].length)
        #expect(found.report.truncatedSegment == firstSegment)
    }
}
