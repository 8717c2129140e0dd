// Files, processes, threads, clocks and signals beyond the disk seam.
import Glibc
import Synchronization
import Testing
import World

@testable import Posix

@Suite("The time that a thread runs at once")
struct TimeSliceTests {
    @Test("becomes short, but not for threads that begin later; where the system does not know that, nothing changes")
    func shorter() throws {
        let found = Mutex<[UInt64]>([])
        // On a thread of its own, as the slice stays what it is.
        try PlainThreads().run(1) { _ in
            found.withLock { $0.append(TimeSlice.current) }
            TimeSlice.shorten()
            found.withLock { $0.append(TimeSlice.current) }
            try? PlainThreads().run(1) { _ in found.withLock { $0.append(TimeSlice.current) } }
        }
        let slices = found.withLock { $0 }
        try #require(slices.count == 3)
        #expect(slices[0] == 0 ? slices[1] == 0 : slices[1] == 100_000)
        #expect(slices[2] == slices[0])
    }
}

@Suite("Questions about the file system")
struct FileSystemTests {
    @Test("names the kind of file system")
    func kinds() throws {
        #expect(try FileSystem.kind(at: "/proc") == "0x9fa0")
        #expect(!(try FileSystem.kind(at: "/")).isEmpty)
        #expect(throws: DiskError.self) { try FileSystem.kind(at: "/proc/absent") }
    }

    @Test(
        "knows the magic numbers",
        arguments: [
            (UInt64(0xef53), "ext4"), (0x0102_1994, "tmpfs"), (0x794c_7630, "overlay"), (0x5846_5342, "xfs"),
            (0x9123_683e, "btrfs"), (0x1234, "0x1234"),
        ])
    func magics(_ magic: UInt64, _ name: String) { #expect(FileSystem.name(ofMagic: magic) == name) }

    @Test("sums the lengths of the files below a folder, and what is set aside for them")
    func bytesUsed() throws {
        let folder = try TemporaryFolder()
        let disk = PosixDisk()
        #expect(try FileSystem.bytesUsed(under: folder.path) == 0)
        try disk.makeDirectory("\(folder.path)/a/b")
        for (name, length) in [("x", 10), ("a/y", 20), ("a/b/z", 30)] {
            let file = try disk.open("\(folder.path)/\(name)", .create)
            try [UInt8](repeating: 1, count: length).withUnsafeBytes { try file.write([$0], at: 0) }
        }
        symlink("\(folder.path)/x", "\(folder.path)/link")
        #expect(try FileSystem.bytesUsed(under: folder.path) == 60)
        #expect(try FileSystem.bytesUsed(under: "\(folder.path)/a") == 50)
        #expect(try FileSystem.bytesUsed(under: "\(folder.path)/x") == 10)
        #expect(try FileSystem.bytesUsed(under: "\(folder.path)/absent") == 0)

        let sparse = try disk.open("\(folder.path)/sparse", .create)
        try sparse.truncate(to: 1 << 30)
        #expect(try FileSystem.bytesUsed(under: "\(folder.path)/sparse") == 1 << 30)
        #expect(try FileSystem.bytesAllocated(under: "\(folder.path)/sparse") < 1 << 20)
    }

    @Test("removes a folder with all in it, without following links")
    func removeTree() throws {
        let folder = try TemporaryFolder()
        let disk = PosixDisk()
        try disk.makeDirectory("\(folder.path)/tree/a")
        try disk.makeDirectory("\(folder.path)/kept")
        try disk.open("\(folder.path)/tree/a/x", .create).close()
        try disk.open("\(folder.path)/kept/y", .create).close()
        symlink("\(folder.path)/kept", "\(folder.path)/tree/link")
        try FileSystem.removeTree("\(folder.path)/tree")
        try FileSystem.removeTree("\(folder.path)/tree")
        #expect(try disk.list(folder.path) == ["kept"])
        #expect(try disk.list("\(folder.path)/kept") == ["y"])
    }

    @Test(
        "finds the folder above a path",
        arguments: [
            ("a", nil), ("/a", nil), ("a/b", "a"), ("/a/b", "/a"), ("a/b/", "a"), ("a/b/c", "a/b"),
        ] as [(String, String?)])
    func parents(_ path: String, _ parent: String?) { #expect(FileSystem.parent(of: path) == parent) }
}

@Suite("Processes and the machine")
struct ProcessTests {
    @Test("a process that kills itself dies by SIGKILL")
    func killSelf() async {
        await #expect(processExitsWith: .signal(SIGKILL)) { Processes.killSelf() }
    }

    @Test("a process asks to die with its parent")
    func dieWithParent() async {
        await #expect(processExitsWith: .success) {
            #expect(Processes.parentDeathSignal == nil)
            try Processes.dieWithParent(expecting: Processes.parentProcessID)
            #expect(Processes.parentDeathSignal == SIGKILL)
        }
    }

    @Test("a process whose parent is already another one dies at once")
    func parentIsGone() async {
        await #expect(processExitsWith: .signal(SIGKILL)) { try Processes.dieWithParent(expecting: -1) }
    }

    @Test("describes itself and the machine")
    func descriptions() throws {
        #expect(Processes.processID == getpid())
        #expect(PosixDisk().exists(try Processes.executablePath()))
        #expect(Processes.kernelDescription().hasPrefix("Linux "))
        #expect(Processes.kernelDescription().split(separator: " ").count == 3)
        #expect(Processes.processorCount() >= 1)
    }

    @Test("a file is no terminal, and text goes out whole at once")
    func standardStreams() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        #expect(!StandardStreams.isTerminal(descriptor))
        #expect(StandardStreams.columns(ofFileDescriptor: descriptor) == nil)
        close(descriptor)
        let result = try await #require(
            processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            try StandardStreams.writeOutput("said\n")
            StandardStreams.writeErrorLine("complained")
            Processes.killSelf()
        }
        #expect(String(decoding: result.standardOutputContent, as: UTF8.self).hasSuffix("said\n"))
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).hasSuffix("complained\n"))
    }
}

@Suite("The monotonic clock")
struct MonotonicClockTests {
    @Test("never goes back and sleeps at least as long as asked")
    func clock() {
        let clock = MonotonicClock()
        var last = clock.now()
        for duration: Nanoseconds in [0, 1, 1_000, 1_000_000] {
            clock.sleep(duration)
            let now = clock.now()
            #expect(now >= last + duration)
            last = now
        }
    }
}

@Suite("Plain threads")
struct BlockingThreadTests {
    struct Refusal: Error, Equatable {}

    @Test("give back what the closure returns or throws")
    func results() async throws {
        #expect(try await BlockingThread.run { 6 * 7 } == 42)
        await #expect(throws: Refusal()) { try await BlockingThread.run { throw Refusal() } }
    }

    @Test("do not hold up the concurrency runtime, however many of them block")
    func manyBlock() async throws {
        // More threads wait for one gate than the runtime has threads of its own; the gate is opened by a task.
        let gate = Gate()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try await BlockingThread.run {
                        gate.wait()
                        return number
                    }
                }
            }
            group.addTask {
                gate.open()
                return 0
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 63 * 32)
    }

    final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)
        func open() { isOpen.store(true, ordering: .releasing) }
        func wait() { while !isOpen.load(ordering: .acquiring) { usleep(1_000) } }
    }
}

@Suite("Interrupts")
struct InterruptTests {
    @Test("the first signal is noted and calls back on another thread")
    func first() async {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            await #expect(processExitsWith: .exitCode(7)) { [number = signal as Int32] in
                try Interrupts.install()
                #expect(!Interrupts.wasInterrupted)
                try Interrupts.whenInterrupted {
                    exit(Interrupts.signal == number ? 7 : 8)
                }
                interrupt(by: number)
                while true { pause() }
            }
        }
    }

    @Test("who asks after the signal is called back too")
    func late() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try Interrupts.install()
            interrupt(by: SIGINT)
            try Interrupts.whenInterrupted { exit(7) }
            while true { pause() }
        }
    }

    @Test("K10: a signal that comes at once is the same request, and a later one is not")
    func second() async {
        await #expect(processExitsWith: .exitCode(9)) {
            let asked = Atomic<Int>(0)
            try Interrupts.handle(first: { asked.add(1, ordering: .relaxed) }, second: { exit(9) })
            interrupt(by: SIGTERM)
            kill(getpid(), SIGTERM)
            usleep(600_000)
            guard asked.load(ordering: .relaxed) == 1 else { exit(8) }
            kill(getpid(), SIGINT)
            while true { pause() }
        }
    }

    @Test("K10: whoever was started with nohup goes on ignoring SIGHUP")
    func ignored() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGHUP, SIG_IGN)
            try Interrupts.install()
            kill(getpid(), SIGHUP)
            exit(Interrupts.wasInterrupted ? 8 : 7)
        }
    }

    @Test("K10: a write to a pipe that nobody reads is an error and no signal")
    func brokenPipe() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try Interrupts.install()
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0, close(ends[0]) == 0, dup2(ends[1], STDOUT_FILENO) >= 0 else { exit(6) }
            do {
                try StandardStreams.writeOutput("who reads this?")
            } catch let error as DiskError {
                exit(error.isBrokenPipe ? 7 : 8)
            }
        }
    }
}

/// Sends a signal to the whole process, because the thread of a test blocks signals, and waits until it was noted.
private func interrupt(by signal: Int32) {
    kill(getpid(), signal)
    while !Interrupts.wasInterrupted { usleep(1_000) }
}
