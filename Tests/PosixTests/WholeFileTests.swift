// Files read as wholes, whatever they are, and files that are nobody else's matter.
import Posix
import Testing
import World

#if canImport(Glibc)
    import Glibc
#endif

@Suite("A whole file")
struct WholeFileTests {
    @Test("K5: a pipe is read to its end, however slowly it is filled")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/fifo"
        try #require(mkfifo(path, 0o600) == 0)
        try BlockingThread.start {
            let file = open(path, O_WRONLY)
            for _ in 0..<3 {
                _ = "abc".withCString { write(file, $0, 3) }
                usleep(20_000)
            }
            close(file)
        }
        let bytes = try FileSystem.contents(of: path, limit: 100)
        #expect(bytes == Array("abcabcabc".utf8))
    }

    @Test("K5: what has no end is read up to the limit", arguments: ["/dev/zero", "/dev/urandom"])
    func endless(_ path: String) throws {
        #expect(try FileSystem.contents(of: path, limit: 1 << 20) == nil)
    }

    @Test("K7: what is written privately is its owner's alone, also where others could read what was there")
    func privately() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/secret"
        try PosixDisk().write(Array("public".utf8), to: path)
        try FileSystem.writePrivately(Array("secret".utf8), to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try PosixDisk().contents(of: path) == Array("secret".utf8))
    }
}

@Suite("Room")
struct RoomTests {
    @Test("K10: what is free in memory and on a disk is known")
    func free() throws {
        #expect(Processes.availableMemory() > 1_000_000)
        #expect(try FileSystem.bytesFree(at: "/tmp") > 0)
        #expect(try FileSystem.bytesFree(at: "/proc") == 0)
        #expect(throws: DiskError.self) { try FileSystem.bytesFree(at: "/proc/absent") }
    }
}
