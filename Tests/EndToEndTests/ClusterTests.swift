// On a cluster that is somebody else's: nothing of a run stays there, however it ends, and no other cluster takes its place.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite(.serialized) struct ClusterTests {
        /// Where `scripts/test` has started an external broker.
        private static let brokers = ProcessInfo.processInfo.environment["KBENCH_TEST_BROKERS"]
        /// In continuous integration the test must fail, not hide, when there is no broker.
        private static let mustRun = brokers != nil || ProcessInfo.processInfo.environment["CI"] == "true"
        private static let address = ["--brokers", brokers ?? "", "-X", "receive.message.max.bytes=1000000000"]

        /// What tests of this suite and others may make there meanwhile is told from a run's by the run's own word.
        private static func mine(_ names: [String], _ word: String) -> [String] {
            names.filter { $0.contains(word) }.sorted()
        }

        @Test(
            "N2: bench on a topic of one's own gives the same twice, and no group of it stays",
            .enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
        func sameTwice() async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let folder = try Folder()
            let topic = "own-\(UUID().uuidString)"
            let path = try folder.write((1...1_000).map { "line \($0)\n" }.joined(), to: "lines")
            let filled = try await Kbench.runProgram(
                "/usr/bin/env", ["kcat", "-P", "-b", brokers, "-t", topic, "-l", path], in: folder)
            try #require(filled.status == .exited(0), "\(filled)")
            let arguments =
                ["bench", "--topic", topic, "--strategy", "receiver-wal,direct-commit", "--pairs", "1"] + Self.address
                + ["--no-latency", "--format", "json", "--quiet"]
            var counts: [[Int?]] = []
            for _ in 0..<2 {
                let outcome = try await Kbench.run(arguments, in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
                #expect(outcome.errors == "", "\(outcome)")
                let rows = try JSONDecoder().decode(BenchContract.self, from: Data(outcome.output.utf8)).rows
                counts.append(rows.flatMap { [$0.duplicates, $0.lost, $0.crash.value?.duplicates] })
            }
            #expect(counts[0] == counts[1])
            #expect(Self.mine(try await Cluster.groups(brokers, in: folder), topic) == [])
            #expect(try await Cluster.topics(brokers, in: folder).contains(topic))
            try folder.expectNothingLeftBehind()
        }

        /// A command that is in the middle of something, and the signals that come.
        struct Moment: Sendable, CustomTestStringConvertible {
            var testDescription: String
            /// A seed that no other run has, or a name.
            var word: String
            var arguments: [String]
            var signals: [Signal]
            var needsWorker = true
        }

        static let moments = [
            Moment(
                testDescription: "K10: a scenario, SIGHUP", word: "-long-81001-",
                arguments: ["scenario", "long.yaml", "--seed", "81001"], signals: [.terminalClosed]),
            Moment(
                testDescription: "K10: a scenario, two signals at once", word: "-long-81002-",
                arguments: ["scenario", "long.yaml", "--seed", "81002"], signals: [.terminate, .terminate]),
            Moment(
                testDescription: "K9: 20 million records being produced, SIGINT", word: "-bench-81003-",
                arguments: ["bench", "--records", "20000000", "--strategy", "receiver-wal", "--seed", "81003"],
                signals: [.interrupt], needsWorker: false),
            Moment(
                testDescription: "K10: bench recovery, SIGTERM", word: "-bench-81004-",
                arguments: ["bench", "recovery", "--sizes", "8", "--pairs", "50", "--seed", "81004"],
                signals: [.terminate]),
            Moment(
                testDescription: "K10: a matrix, SIGINT", word: "-matrix-81005-",
                arguments: ["matrix", "--strategy", "receiver-wal", "--sink", "append", "--seed", "81005"],
                signals: [.interrupt]),
        ]

        @Test(
            "the first signal tidies up, whatever is going on",
            .enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"),
            arguments: moments)
        func firstSignal(_ moment: Moment) async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let folder = try Folder()
            try folder.write(InterruptTests.scenario, to: "long.yaml")
            let arguments = moment.arguments + Self.address + ["--quiet"]
            let outcome = try await Kbench.run(arguments, in: folder, ownGroup: true) { child in
                let found = try await eventually {
                    try moment.needsWorker ? (folder.workers().isEmpty ? nil : true) : true
                }
                try #require(found != nil, "no worker was ever seen")
                let isThere = try await eventually {
                    try await Self.mine(Cluster.topics(brokers, in: folder), moment.word).isEmpty ? nil : true
                }
                try #require(isThere != nil, "no topic was ever seen")
                for signal in moment.signals { try child.send(signal: signal) }
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
            #expect(outcome.output == "", "\(outcome)")
            #expect(outcome.errorLines == ["kbench: interrupted; nothing is left behind"], "\(outcome)")
            try folder.expectNothingLeftBehind()
            #expect(Self.mine(try await Cluster.groups(brokers, in: folder), moment.word) == [])
            #expect(Self.mine(try await Cluster.topics(brokers, in: folder), moment.word) == [])
        }

        @Test("K10: a signal is heard while a broker accepts connections and says nothing")
        func silentBroker() async throws {
            let folder = try Folder()
            let listener = try NotABroker()
            let arguments = ["scenario", "crash-before-commit", "--brokers", "127.0.0.1:\(listener.port)"]
            let outcome = try await Kbench.run(arguments, in: folder) { child in
                try await Task.sleep(for: .milliseconds(500))
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
            #expect(outcome.errorLines == ["kbench: interrupted; nothing is left behind"], "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        @Test("K10: whoever stops reading the output ends a command as a signal does")
        func brokenPipe() async throws {
            let folder = try Folder()
            let command = "'\(Kbench.path)' crash-points | true; echo ${PIPESTATUS[0]}"
            let outcome = try await Kbench.runProgram("/bin/bash", ["-c", command], in: folder)
            // All of it may have been written before the reader went.
            #expect(["130\n", "0\n"].contains(outcome.output), "\(outcome)")
        }

        @Test("K10: a size for which there is no room is refused before the work")
        func sizes() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["bench", "recovery", "--sizes", "16,100000"], in: folder)
            try ErrorTests.expect(
                outcome, exitCode: 64, cause: "500000000 records of 200 bytes take", fix: "--brokers",
                in: folder)
        }

        @Test("K7: no secret is in a file of a run or in a list of processes, and the file is its owner's alone")
        func secrets() async throws {
            let folder = try Folder()
            try folder.write(InterruptTests.scenario, to: "long.yaml")
            try folder.write("sasl.username=me\nsasl.password=hunter2\n", to: "client.properties")
            let arguments = ["scenario", "long.yaml", "-F", "client.properties", "--quiet"]
            let outcome = try await Kbench.run(arguments, in: folder) { child in
                let worker = try #require(try await eventually { try folder.workers().first })
                for source in ["cmdline", "environ"] {
                    let words = FileManager.default.contents(atPath: "/proc/\(worker)/\(source)") ?? Data()
                    #expect(!String(decoding: words, as: UTF8.self).contains("hunter2"), "\(source)")
                }
                let files = try folder.contents().filter { $0.hasSuffix("worker.json") }
                #expect(!files.isEmpty)
                for name in files {
                    #expect(!(try folder.text(of: name)).contains("hunter2"), "\(name)")
                    let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
                    #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
                }
                try child.send(signal: .interrupt)
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
        }

        static let flagship = [
            "scenario", "crash-before-commit", "--strategy", "direct", "--records", "2000", "--quiet",
        ]

        /// Nobody listens there, so whoever asks there ends with 69, and whoever does not passes.
        static let nowhere: [(name: String, file: String, arguments: [String])] = [
            ("K4: in a file", "bootstrap.servers=127.0.0.1:1\n", ["-F", "DIR/file"]),
            ("K4: in a file, by the other name", "metadata.broker.list: 127.0.0.1:1\n", ["-F", "DIR/file"]),
            ("K4: as an argument", "", ["-X", "bootstrap.servers=127.0.0.1:1"]),
        ]

        @Test("the cluster of the properties is asked, and no embedded one takes its place", arguments: nowhere)
        func amongProperties(_ name: String, _ file: String, _ arguments: [String]) async throws {
            let folder = try Folder()
            try folder.write(file, to: "file")
            let outcome = try await Kbench.run(
                Self.flagship + arguments.map { $0.replacing("DIR", with: folder.path) }, in: folder)
            try ErrorTests.expect(outcome, exitCode: 69, cause: "127.0.0.1:1", fix: "", in: folder)
        }

        @Test("K5: properties are read from a pipe to its end")
        func pipe() async throws {
            let folder = try Folder()
            let command =
                "'\(Kbench.path)' \(Self.flagship.joined(separator: " ")) "
                + "-F <(echo linger.ms=5; sleep 0.2; echo bootstrap.servers=127.0.0.1:1)"
            let outcome = try await Kbench.runProgram("/bin/bash", ["-c", command], in: folder)
            try ErrorTests.expect(outcome, exitCode: 69, cause: "127.0.0.1:1", fix: "", in: folder)
        }

        static let mistakes: [(name: String, arguments: [String], cause: String, fix: String)] = [
            (
                "K4: two clusters", ["--brokers", "a:1", "-X", "bootstrap.servers=b:1"], "two clusters are named",
                "name one cluster"
            ),
            ("K5: bytes without an end", ["-F", "/dev/urandom"], "/dev/urandom: ", "-F"),
            ("K6: a secret without =", ["-X", "sasl.password:hunter2"], "found sasl.password without =", "-X"),
            ("K8: a port that is none", ["--brokers", "127.0.0.1:84628"], "127.0.0.1:84628", "--brokers HOST:PORT"),
            (
                "K8: a number that would wrap around", ["-X", "session.timeout.ms=999999999999"],
                "session.timeout.ms=999999999999 is outside of the range 1..3600000", "-X"
            ),
            ("K3: copies in memory", ["--replication-factor", "3"], "no effect on the embedded broker", "--brokers"),
            (
                "K3: a topic's property in memory", ["--topic-config", "a=b"], "no effect on the embedded broker",
                "--brokers"
            ),
            (
                "K3: a topic's property without a value", ["--brokers", "a:1", "--topic-config", "a"],
                "--topic-config a: expected name=value", "--topic-config"
            ),
        ]

        @Test("a mistake is told in two lines, without a secret", arguments: mistakes)
        func mistake(_ name: String, _ arguments: [String], _ cause: String, _ fix: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(Self.flagship + arguments, in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: cause, fix: fix, in: folder)
            #expect(!outcome.errors.contains("hunter2"), "\(outcome)")
        }
    }
}

/// What a cluster has, asked for without kbench.
private enum Cluster {
    static func topics(_ brokers: String, in folder: Folder) async throws -> [String] {
        let listing = try await Kbench.runProgram(
            "/usr/bin/env", ["kcat", "-L", "-b", brokers], in: folder, waits: false)
        try #require(listing.output.contains("Metadata for"), "\(listing)")
        return listing.output.matches(of: #/topic "([^"]*)"/#).map { String($0.1) }
    }

    /// Kafka's request ListGroups, version 0, whose answer is names and kinds.
    private static let listGroups = """
        import socket, struct, sys
        host, port = sys.argv[1].split(":")
        peer = socket.create_connection((host, int(port)))
        body = struct.pack(">hhih", 16, 0, 1, 1) + b"t"
        peer.sendall(struct.pack(">i", len(body)) + body)
        stream = peer.makefile("rb")
        answer = stream.read(struct.unpack(">i", stream.read(4))[0])
        _, error, count = struct.unpack(">ihi", answer[:10])
        assert error == 0, error
        at = 10
        for _ in range(count):
            for part in range(2):
                length, = struct.unpack(">h", answer[at:at + 2])
                if part == 0: print(answer[at + 2:at + 2 + length].decode())
                at += 2 + max(length, 0)
        """

    static func groups(_ brokers: String, in folder: Folder) async throws -> [String] {
        let answer = try await Kbench.runProgram(
            "/usr/bin/env", ["python3", "-c", listGroups, brokers], in: folder, waits: false)
        try #require(answer.status == .exited(0), "\(answer)")
        return answer.output.split(separator: "\n").map(String.init)
    }
}
