// A file written past the system's cache holds what a file written through it would hold.
import Testing
import World

@testable import Posix

@Suite("A file that bypasses the cache")
struct CacheBypassTests {
    let folder: TemporaryFolder
    let disk = PosixDisk()
    var path: String { "\(folder.path)/file" }

    init() throws { folder = try TemporaryFolder() }

    /// Bytes that say where in the file they belong.
    func bytes(_ range: Range<Int>) -> [UInt8] { range.map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 | 1) } }

    func append(_ lengths: [Int], to file: any DiskFile, at start: Int = 0, isBehind: Bool = false) throws -> Int {
        var end = start
        for length in lengths {
            let piece = bytes(end..<end + length)
            // In three parts, as a frame is.
            try piece.withUnsafeBytes { piece in
                let cuts = [0, length / 3, length / 2, length]
                try file.write(
                    zip(cuts, cuts.dropFirst()).map { UnsafeRawBufferPointer(rebasing: piece[$0..<$1]) },
                    at: Int64(end))
            }
            end += length
            #expect(try file.length() == Int64(end))
            if isBehind { continue }
            // Whoever reads meanwhile finds everything, and nothing but zeros behind it.
            let there = try disk.contents(of: path)
            #expect(there.starts(with: bytes(0..<end)) && there.dropFirst(end).allSatisfy { $0 == 0 })
        }
        return end
    }

    @Test(
        "holds every byte when a write returns, and has its true length once it is closed",
        arguments: [
            [1], [4095], [4096], [4097], [1, 4095, 1], [4096, 4096], [100, 5000, 3, 9000, 8192, 1],
            [(1 << 20) - 1, 2, 1 << 20], [(2 << 20) + 17, 5], [3 << 20],
        ])
    func appends(lengths: [Int]) throws {
        let file = try disk.open(path, .create)
        file.bypassCache()
        let end = try append(lengths, to: file)
        try file.sync()
        file.close()
        #expect(try disk.contents(of: path) == bytes(0..<end))
    }

    @Test(
        "that writes behind holds every byte after a sync, and has its true length once it is closed",
        arguments: [
            [1], [4096], [4097, 1], [100, 5000, 3, 9000, 8192, 1], [1 << 20, 1 << 20, 1],
            [(1 << 20) - 1, 2, 1 << 20, 4095, (3 << 20) + 5, 17], [8, 9 << 20, 8],
        ], [false, true])
    func writesBehind(lengths: [Int], syncs: Bool) throws {
        let file = try disk.open(path, .create)
        file.bypassCache(writesBehind: true)
        var end = 0
        for round in 0..<3 {
            end = try append(lengths, to: file, at: end, isBehind: true)
            guard syncs else { continue }
            try file.sync()
            let there = try disk.contents(of: path)
            #expect(there.starts(with: bytes(0..<end)), "round \(round)")
            #expect(there.dropFirst(end).allSatisfy { $0 == 0 }, "round \(round)")
        }
        file.close()
        #expect(try disk.contents(of: path) == bytes(0..<end))
    }

    @Test("that writes behind is read, cut and written elsewhere as any other")
    func turnsBackFromWritingBehind() throws {
        let file = try disk.open(path, .create)
        file.bypassCache(writesBehind: true)
        var end = try append([100, 2 << 20, 5], to: file, isBehind: true)
        var read = [UInt8](repeating: 0, count: end)
        #expect(try read.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } >= end)
        #expect(read == bytes(0..<end))
        try [UInt8(7)].withUnsafeBytes { try file.write([$0], at: 10) }
        end = try append([10], to: file, at: end, isBehind: true)
        try file.truncate(to: Int64(end - 4))
        file.close()
        var expected = bytes(0..<end - 4)
        expected[10] = 7
        #expect(try disk.contents(of: path) == expected)
    }

    @Test(
        "that was emptied in its place is written as a new one", arguments: [[1], [4096, 5], [3 << 20, 77]],
        [false, true])
    func emptiedInPlace(lengths: [Int], bypasses: Bool) throws {
        let before = [UInt8](repeating: 0xff, count: 4 << 20)
        try disk.write(before, to: path)
        let file = try disk.open(path, .update)
        guard try file.emptyInPlace() else {
            // Not every file system can; then nothing has happened.
            #expect(try disk.contents(of: path) == before)
            return
        }
        #expect(try file.length() == 0)
        if bypasses { file.bypassCache() }
        let end = try append(lengths, to: file)
        try file.sync()
        #expect(try file.length() == Int64(end))
        var beyond = [UInt8](repeating: 1, count: 10)
        #expect(try beyond.withUnsafeMutableBytes { try file.read(into: $0, at: Int64(end)) } == 0)
        let there = try disk.contents(of: path)
        #expect(there.count == before.count && there.starts(with: bytes(0..<end)))
        #expect(there[end...].allSatisfy { $0 == 0 })
        file.close()
        #expect(try disk.contents(of: path) == bytes(0..<end))
    }

    @Test("that writes behind tells what failed with the next sync, also when other writes came between")
    func keepsItsFailure() throws {
        let file = try disk.open(path, .create)
        // The largest file of ext4; elsewhere nothing fails here.
        let most: Int64 = (1 << 44) - 4096
        guard (try? file.truncate(to: most)) != nil, (try? file.truncate(to: most + 4096)) == nil else { return }
        let start = most - (4 << 20)
        try file.truncate(to: start)
        file.bypassCache(writesBehind: true)
        // The first buffer is waited for, the second still fits, the third does not.
        let piece = [UInt8](repeating: 7, count: 6 << 20)
        try piece.withUnsafeBytes { try file.write([$0], at: start) }
        try [UInt8(7)].withUnsafeBytes { try file.write([$0], at: 10) }
        #expect(throws: DiskError.self) { try file.sync() }
        file.close()
    }

    @Test("goes on where a file ends, at any byte", arguments: [1, 32, 4095, 4096, 4097, 10_000])
    func takesUp(length: Int) throws {
        let first = try disk.open(path, .create)
        _ = try append([length], to: first)
        first.close()
        let file = try disk.open(path, .update)
        file.bypassCache()
        let end = try append([7, 5000], to: file, at: length)
        file.close()
        #expect(try disk.contents(of: path) == bytes(0..<end))
    }

    @Test("writes plainly what is not at the end, and goes on so")
    func writesElsewhere() throws {
        let file = try disk.open(path, .create)
        file.bypassCache()
        let end = try append([5000, 100], to: file)
        try [UInt8(7)].withUnsafeBytes { try file.write([$0], at: 10) }
        try bytes(end..<end + 50).withUnsafeBytes { try file.write([$0], at: Int64(end)) }
        file.close()
        var expected = bytes(0..<end + 50)
        expected[10] = 7
        #expect(try disk.contents(of: path) == expected)
    }

    @Test("can be cut and goes on plainly behind the cut")
    func cut() throws {
        let file = try disk.open(path, .create)
        file.bypassCache()
        _ = try append([9000], to: file)
        try file.truncate(to: 4100)
        #expect(try file.length() == 4100)
        _ = try append([10], to: file, at: 4100)
        file.close()
        #expect(try disk.contents(of: path) == bytes(0..<4110))
    }

    @Test("counts pages as written: what the device was given")
    func counts() throws {
        let file = try disk.open(path, .create)
        file.bypassCache()
        _ = try append([100, 100], to: file)
        // A file system that cannot bypass its cache is given the bytes.
        #expect([2 * 4096, 200].contains(disk.counters.bytesWritten))
        #expect(disk.counters.writeCalls == 2)
        file.close()
    }
}
