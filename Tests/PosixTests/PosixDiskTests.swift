// The real disk keeps the promises of the disk seam.
import Glibc
import Testing
import World

@testable import Posix

@Suite("The real disk")
struct PosixDiskTests {
    let folder: TemporaryFolder
    let disk = PosixDisk()

    init() throws { folder = try TemporaryFolder() }

    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let file = try disk.open(path(name), .replace)
        defer { file.close() }
        try Array(text.utf8).withUnsafeBytes { try file.write([$0], at: 0) }
    }

    func text(of name: String) throws -> String { String(decoding: try disk.contents(of: path(name)), as: UTF8.self) }

    func errorCode(_ body: () throws -> Void) -> DiskError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? DiskError)?.code
        }
    }

    @Test(
        "opens by mode",
        arguments: [
            (OpenMode.read, false, DiskError.Code.notFound as DiskError.Code?, nil as String?),
            (.read, true, nil, "old"),
            (.create, false, nil, ""),
            (.create, true, .exists, "old"),
            (.update, false, nil, ""),
            (.update, true, nil, "old"),
            (.replace, false, nil, ""),
            (.replace, true, nil, ""),
        ])
    func openModes(_ mode: OpenMode, isThere: Bool, refusal: DiskError.Code?, content: String?) throws {
        if isThere { try write("old", to: "file") }
        #expect(errorCode { try disk.open(path("file"), mode).close() } == refusal)
        #expect((try? text(of: "file")) == content)
    }

    @Test("maps a file: what is written to the memory is in the file, and what was there before is kept")
    func map() throws {
        let first = try disk.map(path("mapped"), length: 8)
        first.bytes[0] = 1
        #expect(try disk.contents(of: path("mapped")) == [1, 0, 0, 0, 0, 0, 0, 0])
        first.close()
        let longer = try disk.map(path("mapped"), length: 10)
        longer.bytes[9] = 2
        longer.close()
        let shorter = try disk.map(path("mapped"), length: 4)
        #expect(shorter.bytes.count == 10)
        shorter.close()
        #expect(try disk.contents(of: path("mapped")) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    }

    @Test("writes parts one after the other, in one call, at any offset")
    func gatherWrite() throws {
        let file = try disk.open(path("file"), .create)
        let before = disk.counters
        let bytes = Array("abcdef".utf8)
        try bytes.withUnsafeBytes { bytes in
            let parts = [0..<1, 1..<1, 1..<4, 4..<6].map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            try file.write(parts, at: 2)
        }
        #expect(try disk.contents(of: path("file")) == [0, 0] + bytes)
        #expect(disk.counters - before == DiskCounters(bytesWritten: 6, writeCalls: 1, syncs: 0))
    }

    @Test("writes nothing without a call to the system")
    func emptyWrite() throws {
        let file = try disk.open(path("file"), .create)
        try file.write([], at: 0)
        try file.write([UnsafeRawBufferPointer(start: nil, count: 0)], at: 0)
        #expect(disk.counters == DiskCounters())
        #expect(try file.length() == 0)
    }

    @Test("writes more parts than the system takes at once", arguments: [15, 16, 17, 1023, 1024, 1025, 2500])
    func manyParts(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let file = try disk.open(path("file"), .create)
        try bytes.withUnsafeBytes { bytes in
            try file.write((0..<count).map { UnsafeRawBufferPointer(rebasing: bytes[$0...$0]) }, at: 0)
        }
        #expect(try disk.contents(of: path("file")) == bytes)
        let most = PosixFile.mostPieces
        #expect(disk.counters.writeCalls == Int64((count + most - 1) / most))
    }

    @Test("goes on after a short write, and says no space when the file may not grow")
    func shortWrite() async throws {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            // A limit on the length of files makes the kernel write up to it, then refuse.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 10, rlim_max: 10)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let disk = PosixDisk()
            let file = try disk.open("\(folder.path)/file", .create)
            let error = #expect(throws: DiskError.self) {
                try Array("abcdefghijkl".utf8).withUnsafeBytes { bytes in
                    let parts = [0..<5, 5..<12].map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
                    try file.write(parts, at: 0)
                }
            }
            #expect(error?.code == .noSpace)
            #expect(try disk.contents(of: "\(folder.path)/file") == Array("abcdefghij".utf8))
            #expect(disk.counters.bytesWritten == 10)
        }
    }

    @Test("says no space on a full device")
    func fullDevice() throws {
        let file = try disk.open("/dev/full", .update)
        let error = #expect(throws: DiskError.self) {
            try [UInt8(1)].withUnsafeBytes { try file.write([$0], at: 0) }
        }
        #expect(error?.code == .noSpace)
        #expect(error?.errorNumber == ENOSPC)
    }

    @Test("reads up to the end of the file")
    func reading() throws {
        try write("abcdef", to: "file")
        let file = try disk.open(path("file"), .read)
        for (offset, count, expected) in [(0, 6, "abcdef"), (0, 9, "abcdef"), (4, 9, "ef"), (6, 1, ""), (9, 1, "")] {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: Int64(offset)) }
            #expect(String(decoding: bytes[..<got], as: UTF8.self) == expected)
        }
    }

    @Test("cuts and extends with zeros")
    func truncation() throws {
        try write("abc", to: "file")
        let file = try disk.open(path("file"), .update)
        try file.truncate(to: 5)
        #expect(try disk.contents(of: path("file")) == Array("abc".utf8) + [0, 0])
        try file.truncate(to: 1)
        #expect(try text(of: "file") == "a")
        #expect(try file.length() == 1)
    }

    @Test("refuses every sync after a failed one, without asking the system")
    func failedSync() throws {
        // A device that cannot be synced.
        let file = try disk.open("/dev/null", .update)
        let first = #expect(throws: DiskError.self) { try file.sync() }
        let second = #expect(throws: DiskError.self) { try file.sync() }
        #expect(first?.errorNumber == EINVAL)
        #expect(second?.errorNumber == EINVAL)
        #expect(second?.operation == "sync again, after a failed sync,")
        #expect(disk.counters.syncs == 0)
    }

    @Test("counts syncs of files and folders")
    func syncs() throws {
        let file = try disk.open(path("file"), .create)
        try file.sync()
        try file.sync()
        try disk.syncDirectory(folder.path)
        #expect(disk.counters.syncs == 3)
        #expect(errorCode { try disk.syncDirectory(path("absent")) } == .notFound)
    }

    @Test("makes folders and those above them")
    func folders() throws {
        try disk.makeDirectory(path("a/b/c"))
        try disk.makeDirectory(path("a/b/c"))
        try disk.makeDirectory(path("a/b/d/"))
        #expect(try disk.list(path("a/b")) == ["c", "d"])
        try write("", to: "file")
        #expect(errorCode { try disk.makeDirectory(path("file")) } == .exists)
        #expect(errorCode { try disk.makeDirectory(path("file/below")) } == .notFound)
    }

    @Test("lists sorted; an absent folder is not found")
    func listing() throws {
        for name in ["b", "a", "ä", "B"] { try write("", to: name) }
        #expect(try disk.list(folder.path) == ["B", "a", "ä", "b"].sorted())
        #expect(errorCode { _ = try disk.list(path("absent")) } == .notFound)
        #expect(errorCode { _ = try disk.list(path("a")) } == .notFound)
    }

    @Test("links a name only where it is free, and to the file that was meant")
    func links() throws {
        try write("one", to: "a")
        try write("two", to: "b")
        try disk.link(path("a"), to: path("c"))
        #expect(errorCode { try disk.link(path("b"), to: path("c")) } == .exists)
        #expect(errorCode { try disk.link(path("absent"), to: path("d")) } == .notFound)
        try disk.remove(path("a"))
        #expect(try text(of: "c") == "one")
    }

    @Test("a lock has one holder, until it lets go")
    func locks() throws {
        let first = try #require(try disk.lock(path("lock")))
        #expect(try disk.lock(path("lock")) == nil)
        #expect(try PosixDisk().lock(path("lock")) == nil)
        first.close()
        let second = try #require(try disk.lock(path("lock")))
        second.close()
        #expect(errorCode { _ = try disk.lock(path("absent/lock")) } == .notFound)
    }

    @Test("a lock is free again when its holder was killed")
    func lockOfTheDead() async throws {
        let path = path("lock")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            guard try PosixDisk().lock(path) != nil else { return }
            Processes.killSelf()
        }
        try #require(try disk.lock(path)).close()
    }

    @Test("renames over what has the new name, and removes")
    func renaming() throws {
        try write("new", to: "a")
        try write("old", to: "b")
        try disk.rename(path("a"), to: path("b"))
        #expect(try disk.list(folder.path) == ["b"])
        #expect(try text(of: "b") == "new")
        #expect(disk.exists(path("b")) && !disk.exists(path("a")))
        try disk.remove(path("b"))
        #expect(errorCode { try disk.remove(path("b")) } == .notFound)
        #expect(errorCode { try disk.rename(path("b"), to: path("c")) } == .notFound)
    }

    @Test("removes more files in a row than are closed late, and refuses what is no file")
    func removing() throws {
        let names = (0..<100).map { "f\($0)" }
        for name in names { try write(name, to: name) }
        // Who has a file open goes on reading it.
        let file = try disk.open(path("f0"), .read)
        defer { file.close() }
        for name in names { try disk.remove(path(name)) }
        #expect(try disk.list(folder.path) == [])
        var bytes = [UInt8](repeating: 0, count: 2)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } == 2)
        #expect(bytes == Array("f0".utf8))
        try disk.makeDirectory(path("d"))
        #expect(errorCode { try disk.remove(path("d")) } != nil)
        #expect(try disk.list(folder.path) == ["d"])
    }

    @Test(
        "gives error numbers their meaning",
        arguments: [
            (ENOSPC, DiskError.Code.noSpace), (EDQUOT, .noSpace), (EFBIG, .noSpace), (EACCES, .notAllowed),
            (EPERM, .notAllowed), (EROFS, .notAllowed), (ENOENT, .notFound), (ENOTDIR, .notFound),
            (EEXIST, .exists), (EIO, .failed), (EINVAL, .failed),
        ])
    func errorNumbers(_ errorNumber: Int32, _ code: DiskError.Code) {
        let error = DiskError.last("write", "file", errorNumber: errorNumber)
        #expect(error.code == code)
        #expect(error.errorNumber == errorNumber)
        #expect(!error.reason.isEmpty)
    }

    @Test("repeats a call as long as signals interrupt it, and only then")
    func interruptedCalls() {
        var results = [(-1, EINTR), (-1, EINTR), (7, 0)]
        let seven = retryingWhenInterrupted { () -> Int in
            let (result, errorNumber) = results.removeFirst()
            errno = errorNumber
            return result
        }
        #expect(seven == 7)
        var calls = 0
        let failed = retryingWhenInterrupted { () -> Int in
            calls += 1
            errno = EIO
            return -1
        }
        #expect(failed == -1 && calls == 1)
    }
}

@Suite("A gather write's place")
struct GatherCursorTests {
    @Test("is right after any number of bytes, for all small lists of parts")
    func allSmallLists() {
        let bytes = [UInt8](0..<6)
        bytes.withUnsafeBytes { bytes in
            for lengths in (0..<64).map({ [$0 % 4, $0 / 4 % 4, $0 / 16] }) {
                var start = 0
                let total = min(lengths.reduce(0, +), 6)
                let parts = lengths.map { length in
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + length, 6)])
                    start = min(start + length, 6)
                    return part
                }
                for (taken, limit) in (0...total).flatMap({ taken in (1...3).map { (taken, $0) } }) {
                    var cursor = GatherCursor(parts)
                    cursor.advance(by: taken)
                    var rest: [UInt8] = []
                    let count = cursor.next(atMost: limit) { index, piece in
                        #expect(!piece.isEmpty && index < limit)
                        rest += Array(piece)
                    }
                    #expect(count <= limit)
                    #expect(cursor.isAtEnd == (taken == total))
                    #expect(Array(bytes[taken..<total]).starts(with: rest))
                    #expect(limit < 3 || rest.count == total - taken)
                }
            }
        }
    }
}
