// Programs in several languages, killed beside each of their calls on files: the disk has what the point says.
import Foundation
import Harness
import Posix
import Subprocess
import Synchronization
import SystemPackage
import Testing

@testable import Pipelines

/// What lies on the disk: how many lines the rows have, and what else is there.
private struct Found: Equatable, CustomStringConvertible {
    var lines: Int
    var isRenamed = false
    var hasOld = true

    var description: String {
        "\(lines) lines, \(isRenamed ? "renamed" : "not renamed"), old \(hasOld ? "there" : "gone")"
    }
}

/// A program that writes and syncs four lines, renames their file, and removes another.
private struct Sample: CustomTestStringConvertible, Sendable {
    var name: String
    var source: String
    var file: String
    /// What makes a program of it, and what runs it; both in its folder.
    var build: [String] = []
    var command: [String]

    var testDescription: String { name }

    static let c = Sample(
        name: "a static program",
        source: """
            #include <fcntl.h>
            #include <stdio.h>
            #include <unistd.h>
            int main(void) {
                int rows = open("rows.tmp", O_CREAT | O_WRONLY, 0600);
                for (int i = 0; i < 4; i++) {
                    if (write(rows, "line\\n", 5) != 5) return 1;
                    fsync(rows);
                }
                rename("rows.tmp", "rows");
                unlink("old");
                fputs("late", fopen("late", "w"));
                return 0;
            }
            """,
        file: "sample.c", build: ["cc", "-static", "-o", "sample", "sample.c"], command: ["./sample"])

    static let python = Sample(
        name: "Python, on a thread",
        source: """
            import os, threading
            def work():
                with open("rows.tmp", "wb", buffering=0) as rows:
                    for i in range(4):
                        rows.write(b"line\\n")
                        os.fsync(rows.fileno())
                os.rename("rows.tmp", "rows")
                os.unlink("old")
                open("late", "w").write("late")
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            """,
        file: "sample.py", command: ["python3", "sample.py"])

    static let java = Sample(
        name: "Java",
        source: """
            import java.io.*;
            import java.nio.file.*;
            class Sample {
                public static void main(String[] words) throws IOException {
                    try (var rows = new FileOutputStream("rows.tmp")) {
                        for (int i = 0; i < 4; i++) {
                            rows.write("line\\n".getBytes());
                            rows.getFD().sync();
                        }
                    }
                    Files.move(Path.of("rows.tmp"), Path.of("rows"));
                    Files.delete(Path.of("old"));
                    Files.writeString(Path.of("late"), "late");
                }
            }
            """,
        file: "Sample.java", build: ["javac", "Sample.java"], command: ["java", "-Xshare:auto", "-cp", ".", "Sample"])

    /// As a grandchild in a session of its own.
    static let grandchild: Sample = {
        var sample = c
        sample.name = "a grandchild that has left its group"
        sample.command = ["sh", "-c", "setsid --fork ./sample; sleep 60"]
        return sample
    }()

    private static func isThere(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    static let all = [c, python, grandchild] + (isThere("javac") ? [java] : [])
}

@Suite("A watched program", .serialized, .timeLimit(.minutes(15)), .enabled(if: FileWatch.obstacle == nil))
struct WatchedFilesTests {
    /// The built binary, which lies beside the bundle of tests.
    static let kbench: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("kbench").path
    }()

    /// Each point with an occurrence, and what the disk has then.
    private static let cases: [(point: String, found: Found)] = [
        ("file.write.before@1", Found(lines: 0)), ("file.write.after@1", Found(lines: 1)),
        ("file.write.before@3", Found(lines: 2)), ("file.write.after@3", Found(lines: 3)),
        ("file.sync.before@1", Found(lines: 1)), ("file.sync.after@1", Found(lines: 1)),
        ("file.sync.before@3", Found(lines: 3)), ("file.sync.after@3", Found(lines: 3)),
        ("file.rename.before@1", Found(lines: 4)), ("file.rename.after@1", Found(lines: 4, isRenamed: true)),
        ("file.unlink.before@1", Found(lines: 4, isRenamed: true)),
        ("file.unlink.after@1", Found(lines: 4, isRenamed: true, hasOld: false)),
    ]

    private static func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)")
            .resolvingSymlinksInPath().path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private static func found(in folder: String) -> Found {
        let files = FileManager.default
        let isRenamed = files.fileExists(atPath: "\(folder)/rows")
        let text = files.contents(atPath: "\(folder)/\(isRenamed ? "rows" : "rows.tmp")") ?? Data()
        return Found(
            lines: text.split(separator: UInt8(ascii: "\n")).count, isRenamed: isRenamed,
            hasOld: files.fileExists(atPath: "\(folder)/old"))
    }

    private static func subject(_ command: [String], in folder: String) -> CommandSubject {
        CommandSubject(command, folder: folder, output: LineDeliveries("\(folder)/rows") { _ in nil })
    }

    /// Runs a sample that is killed where `kill` says.
    private static func run(_ sample: Sample, _ kill: FileTrigger?, in folder: String) async throws -> FilePointWatch {
        try write("old", "\(folder)/old")
        let points = FilePointWatch(
            own: ["\(folder)/rows*", "\(folder)/old", "\(folder)/late"], counting: [], kill: kill
        ) { $0 }
        let watched = WatchedFiles([.write, .sync, .rename, .unlink], points, executable: kbench)
        let victim = Victim()
        let ending = try await watched.watch {
            victim.kill()
        } _: { launcher in
            var subject = subject(sample.command, in: folder)
            subject.launcher = launcher
            return try await subject.live([:]) { victim.set($0) }
        }
        #expect(watched.failure == nil)
        #expect(ending.exit == (kill == nil ? .finished : .killed), "\(ending)")
        #expect(victim.hasFired == (kill != nil))
        return watched.points
    }

    @Test("is killed before and after each of its calls, and does nothing more", arguments: Sample.all)
    fileprivate func kills(_ sample: Sample) async throws {
        try await Self.inFolder { folder in
            try Self.write(sample.source, "\(folder)/\(sample.file)")
            if !sample.build.isEmpty {
                let ending = try await Self.subject(sample.build, in: folder).live([:]) { _ in }
                try #require(ending.exit == .finished, "\(ending)")
            }
            for (point, expected) in Self.cases {
                for file in ["rows", "rows.tmp", "late"] {
                    try? FileManager.default.removeItem(atPath: "\(folder)/\(file)")
                }
                _ = try await Self.run(sample, try FileTrigger(point), in: folder)
                #expect(Self.found(in: folder) == expected, "\(point)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/late"), "\(point)")
            }
        }
    }

    @Test("that is not killed is counted, and told nothing of a ring")
    func counts() async throws {
        try await Self.inFolder { folder in
            try Self.write(Sample.c.source, "\(folder)/sample.c")
            var sample = Sample.c
            // io_uring_setup
            sample.command = [
                "sh", "-c",
                "cc -static -o sample sample.c && ./sample && "
                    + #"python3 -c 'import ctypes; c = ctypes.CDLL(None, use_errno=True); "#
                    + #"assert c.syscall(425, 1, 0) == -1 and ctypes.get_errno() == 38'"#,
            ]
            let points = try await Self.run(sample, nil, in: folder)
            for (kind, count) in [(FilePoint.Kind.write, 5), (.sync, 4), (.rename, 1), (.unlink, 1)] {
                for moment in FilePoint.Moment.allCases {
                    #expect(points.census[FilePoint(kind, moment)] == count, "\(kind) \(moment)")
                }
            }
            #expect(Self.found(in: folder) == Found(lines: 4, isRenamed: true, hasOld: false))
        }
    }

    @Test("that cannot be started says so")
    func missing() async throws {
        try await Self.inFolder { folder in
            let points = FilePointWatch(own: [], counting: [], kill: nil) { $0 }
            let ending = try await WatchedFiles(.write, points, executable: Self.kbench).watch(kill: {}) { launcher in
                var subject = Self.subject(["./nothing"], in: folder)
                subject.launcher = launcher
                return try await subject.live([:]) { _ in }
            }
            guard case .failed(let diagnosis) = ending.exit else {
                Issue.record("\(ending)")
                return
            }
            #expect(diagnosis.cause.contains("./nothing cannot be started: No such file or directory"))
        }
    }

    @Test("is ended with all that it has started, wherever that has gone", arguments: [true, false])
    func trees(isKilled: Bool) async throws {
        try await Self.inFolder { folder in
            // Two forks and a session between it and what stays.
            let script = """
                import os, time
                def tell(name):
                    with open(name + ".new", "w") as file: file.write(str(os.getpid()))
                    os.rename(name + ".new", name)
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        null = os.open("/dev/null", os.O_RDWR)
                        for number in (0, 1, 2): os.dup2(null, number)
                        tell("escaped")
                        time.sleep(1000)
                    os._exit(0)
                while not os.path.exists("escaped"): time.sleep(0.01)
                tell("ready")
                time.sleep(\(isKilled ? 1000 : 0))
                """
            try Self.write(script, "\(folder)/tree.py")
            let ending = try await Self.subject(["python3", "tree.py"], in: folder).live([:]) { life in
                while !FileManager.default.fileExists(atPath: "\(folder)/ready") {
                    try await Task.sleep(for: .milliseconds(5))
                }
                if isKilled { life.kill() }
            }
            #expect(ending.exit == (isKilled ? .killed : .finished))
            let text = try String(contentsOfFile: "\(folder)/escaped", encoding: .utf8)
            let escaped = try #require(Int32(text))
            // The kernel may need a moment to let it go.
            while Processes.isRunning(escaped) { try await Task.sleep(for: .milliseconds(2)) }
        }
    }
}
