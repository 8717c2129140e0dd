// Power losses that keep, lose or tear every unsynced sector: recovery finds exactly the frames that are whole.
import Compression
import Testing
import World

@testable import WriteAheadLog

@Suite("A log whose unsynced sectors were kept, lost or torn")
struct TornSectorTests {
    /// A log in one file: frames that were synced, and behind them frames that were not.
    struct Written: CustomStringConvertible {
        var description: String
        var frames: [Frame]
        var positions: [Position]
        var bytes: [UInt8]
        /// The bytes up to the last sync.
        var durable: Int

        /// The sectors that hold unsynced bytes, and how many bytes of each there are, the durable ones included.
        var sectors: [(start: Int, count: Int)] {
            stride(from: durable / 512 * 512, to: bytes.count, by: 512).map { ($0, min(512, bytes.count - $0)) }
        }

        /// The file of which the device kept so many first bytes of each sector, ending with the last one kept.
        func left(keeping kept: [Int]) -> [UInt8] {
            var left = Array(bytes[..<durable])
            for ((start, _), kept) in zip(sectors, kept) where start + kept > left.count {
                left += [UInt8](repeating: 0, count: max(0, start - left.count))
                left += bytes[left.count..<start + kept]
            }
            return left
        }

        /// How many frames are whole in `left`, and whether the one behind them lacks a single bit: such a one may as
        /// well have been durable and be damaged.
        func whole(in left: [UInt8]) -> (frames: Int, lacksOneBit: Bool) {
            for (number, position) in positions.enumerated() {
                let range = Int(position.offset)..<Int(position.offset + position.length)
                if range.upperBound <= left.count, left[range] == bytes[range] { continue }
                let bits = range.reduce(0) { $0 + (bytes[$1] ^ ($1 < left.count ? left[$1] : 0)).nonzeroBitCount }
                if bits > 0 { return (number, bits == 1) }
            }
            return (positions.count, false)
        }
    }

    /// Two synced frames that end at byte `start` of the file, and unsynced ones of those lengths.
    static func written(from start: Int, _ lengths: [Int], _ content: (Int) -> [UInt8]) throws -> Written {
        let first = Frame(1, content(3))
        let rest = start - SegmentHeader.length - first.payload.count - 2 * FrameHeader.overhead
        let synced = [first, Frame(2, content(rest))]
        let frames = synced + lengths.map { Frame(3, content($0)) }
        let disk = MemoryDisk()
        let log = try open(disk)
        var positions = try synced.map { try log.append($0) }
        try log.sync()
        positions += try frames[2...].map { try log.append($0) }
        return Written(
            description: "unsynced \(lengths) from byte \(start)", frames: frames, positions: positions,
            bytes: try disk.contents(of: firstSegment), durable: start)
    }

    /// Frames of random bytes, of zeros, of zeros among which there is a bit here and there, and of record batches.
    static func logs(seed: UInt64) throws -> [Written] {
        var random = SeededRandom(seed: seed)
        var logs: [Written] = []
        // Around a sector's end, so that it lies before, behind and at every part of a header.
        for start in [150, 470, 474, 485, 489, 490, 495, 497, 500, 508, 511, 512] {
            for lengths in [[0], [17], [900], [0, 1], [30, 400], [420, 420], [3, 600, 0]] {
                let kind = logs.count % 4
                // As many as fill the longest frame.
                let batches = (0..<12).flatMap { number -> [UInt8] in
                    batchBlock(number % 2 == 0 ? .none : .lz4, from: Offset(10 * number))
                }
                logs.append(
                    try written(from: start, lengths) { count in
                        switch kind {
                        case 0: randomBytes(count, &random)
                        case 1: [UInt8](repeating: 0, count: count)
                        case 2: Array(batches[..<count])
                        default: (0..<count).map { $0 % 97 == 1 ? 1 << UInt8($0 % 8) : 0 }
                        }
                    })
            }
        }
        return logs
    }

    /// Opens what is left of a log. It must hold exactly the frames that are whole; only where the next one lacks a single
    /// bit it must be refused.
    private func check(_ written: Written, keeping kept: [Int]) throws -> (isRight: Bool, isRefused: Bool) {
        let left = written.left(keeping: kept)
        let (count, lacksOneBit) = written.whole(in: left)
        // A file may also be longer than what reached the device.
        let missing = written.bytes.count - left.count
        for bytes in missing == 0 ? [left] : [left, left + [UInt8](repeating: 0, count: missing)] {
            let disk = MemoryDisk()
            try disk.makeDirectory(folder)
            disk.put(bytes, at: firstSegment)
            let found = recover(disk)
            let isRight =
                found.frames == Array(written.frames[..<count])
                && (lacksOneBit ? found.error?.code == .corrupt : found.error == nil)
            guard isRight else {
                Issue.record("\(written), kept \(kept): \(found.outcome), \(count) frames are whole")
                return (false, lacksOneBit)
            }
        }
        return (true, lacksOneBit)
    }

    @Test("has exactly the frames that are whole, wherever one sector is torn")
    func everyPlaceOfATear() throws {
        var refused = 0
        var states = 0
        for written in try Self.logs(seed: 41) {
            let sectors = written.sectors
            for torn in sectors.indices {
                // At every byte of a header and around a frame's end; within payloads one byte is like another.
                let places = (0..<sectors[torn].count).filter { place in
                    place % 127 == 0
                        || written.positions.contains {
                            (-6..<46).contains(sectors[torn].start + place - Int($0.offset))
                        }
                        || place > sectors[torn].count - 6
                }
                for kept in places {
                    var keptOfEach = sectors.map(\.count)
                    keptOfEach[torn] = kept
                    let (isRight, isRefused) = try check(written, keeping: keptOfEach)
                    guard isRight else { return }
                    refused += isRefused ? 1 : 0
                    states += 1
                }
            }
        }
        #expect(refused > 0 && refused < states / 50, "\(refused) of \(states)")
    }

    @Test("has exactly the frames that are whole, in every combination of kept, lost and torn sectors")
    func everyCombination() throws {
        for written in try Self.logs(seed: 42) where [150, 474, 490, 497, 512].contains(written.durable) {
            let sectors = written.sectors
            // Lost, kept, and torn within and behind headers.
            let places = sectors.map { start, count in
                let boundaries = written.positions.flatMap { position in
                    [1, 20, 39].map { Int(position.offset) + $0 - start }
                }
                return Set([0, count, count / 2, count - 1] + boundaries.filter { (0..<count).contains($0) }).sorted()
            }
            var combinations: [[Int]] = [[]]
            for places in places { combinations = combinations.flatMap { some in places.map { some + [$0] } } }
            for kept in combinations { guard try check(written, keeping: kept).isRight else { return } }
        }
    }

    @Test(
        "has exactly the frames that are whole, whatever is left of many sectors",
        arguments: 1...6 as ClosedRange<UInt64>)
    func manySectors(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let start = Int.random(in: 150...700, using: &random)
        let lengths = (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 0...3_000, using: &random) }
        let written = try Self.written(from: start, lengths) { randomBytes($0, &random) }
        for _ in 0..<300 {
            let kept = written.sectors.map { _, count in
                [0, count, Int.random(in: 0...count, using: &random)].randomElement(using: &random) ?? 0
            }
            guard try check(written, keeping: kept).isRight else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    @Test("is refused for any flipped bit of what was synced, whatever is left behind it")
    func everyBitBeforeATornTail() throws {
        for written in try Self.logs(seed: 43) where written.durable == 150 {
            let whole = written.sectors.map(\.count)
            for kept in [whole, whole.map { _ in 0 }, whole.map { $0 / 2 }] {
                let left = written.left(keeping: kept)
                let disk = MemoryDisk()
                try disk.makeDirectory(folder)
                for bit in 0..<written.durable * 8 {
                    var bytes = left
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                    disk.put(bytes, at: firstSegment)
                    let found = recover(disk)
                    guard found.error?.code == .corrupt, written.frames.starts(with: found.frames) else {
                        Issue.record("\(written), kept \(kept), bit \(bit): \(found.outcome)")
                        return
                    }
                }
            }
        }
    }
}
