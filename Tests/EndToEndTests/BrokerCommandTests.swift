// `kbench broker`: what other tools rely on, and what a person sees.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct BrokerCommandTests {
        /// The line that `--format json` prints.
        struct Address: Decodable {
            var schema: String
            var version: Int
            var bootstrap: String
            var brokers: [String]
            var pid: Int32
        }

        /// Starts a broker whose address goes into the file `address`, lets `body` use it, and says how it ended.
        private static func serve(
            _ options: [String] = [], in folder: Folder, _ body: @Sendable (Kbench.Child, Address) async throws -> Void
        ) async throws -> Outcome {
            let words = (["broker", "--port", "0", "--format", "json"] + options).map { "'\($0)'" }
            // Its output is wanted while it runs; its standard input is the test's to close.
            let line = "exec '\(Kbench.path)' \(words.joined(separator: " ")) >address"
            return try await Kbench.runProgram("/bin/sh", ["-c", line], in: folder) { child in
                let address = try await eventually {
                    let text = (try? folder.text(of: "address")) ?? ""
                    return text.hasSuffix("\n") ? try JSONDecoder().decode(Address.self, from: Data(text.utf8)) : nil
                }
                try await body(child, try #require(address, "it never printed an address"))
            }
        }

        private static func kcat(_ words: String, in folder: Folder) async throws -> Outcome {
            try await Kbench.runProgram("/bin/sh", ["-c", "\(words) 2>&1"], in: folder, waits: false)
        }

        @Test(
            "--format json prints one line, and a signal ends the broker with 0, clients or not",
            arguments: [Signal.terminate, .interrupt])
        func contract(signal: Signal) async throws {
            let folder = try Folder()
            let outcome = try await Self.serve(in: folder) { child, address in
                #expect(address.schema == "kbench.broker" && address.version == 1)
                #expect(address.brokers == [address.bootstrap])
                #expect(address.bootstrap.hasPrefix("127.0.0.1:"))
                #expect(address.pid == child.processIdentifier.value)
                let written = try await Self.kcat("echo hello | kcat -P -b \(address.bootstrap) -t made", in: folder)
                #expect(written.status == .exited(0), "\(written)")
                let read = try await Self.kcat(
                    "kcat -C -b \(address.bootstrap) -t made -o beginning -e -q", in: folder)
                #expect(read.output == "hello\n", "\(read)")
                try child.send(signal: signal)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "", "\(outcome)")
            #expect(try folder.text(of: "address").filter { $0 == "\n" }.count == 1)
            #expect(try folder.contents() == ["address"])
        }

        @Test("--until-eof ends with standard input; without it, that ends nothing")
        func untilEndOfInput() async throws {
            // Standard input is at its end from the start.
            let ended = try await Self.serve(["--until-eof"], in: Folder()) { _, _ in }
            #expect(ended.status == .exited(0), "\(ended)")
            let folder = try Folder()
            let asked = try await Self.serve(in: folder) { child, address in
                let listed = try await Self.kcat("kcat -b \(address.bootstrap) -L", in: folder)
                #expect(listed.status == .exited(0), "\(listed)")
                try child.send(signal: .terminate)
            }
            #expect(asked.status == .exited(0), "\(asked)")
        }

        @Test("--data keeps what was answered, also of a broker that was killed; two cannot have the folder")
        func data() async throws {
            let folder = try Folder()
            let killed = try await Self.serve(["--data", "kept"], in: folder) { child, address in
                let written = try await Self.kcat("seq 1000 | kcat -P -b \(address.bootstrap) -t made", in: folder)
                #expect(written.status == .exited(0), "\(written)")
                let second = try await Kbench.run(["broker", "--port", "0", "--data", "kept"], in: folder)
                #expect(second.status == .exited(69), "\(second)")
                #expect(second.errors.contains("another broker uses this folder"), "\(second)")
                try child.send(signal: .kill)
            }
            #expect(killed.status == .signaled(9), "\(killed)")
            try FileManager.default.removeItem(atPath: "\(folder.path)/address")
            let outcome = try await Self.serve(["--data", "kept", "--sync"], in: folder) { child, address in
                let read = try await Self.kcat(
                    "kcat -C -b \(address.bootstrap) -t made -o beginning -e -q", in: folder)
                #expect(read.output == (1...1000).map { "\($0)\n" }.joined(), "\(read)")
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
        }

        @Test("topics are made on request with --partitions, unless --no-auto-create-topics")
        func topics() async throws {
            for (options, answer) in [
                (["--partitions", "7"], "topic \"made\" with 7 partitions"),
                (["--no-auto-create-topics"], "Unknown topic"),
            ] {
                let folder = try Folder()
                let outcome = try await Self.serve(options, in: folder) { child, address in
                    _ = try await Self.kcat(
                        "echo hello | kcat -P -b \(address.bootstrap) -t made -X message.timeout.ms=1000", in: folder)
                    let listed = try await Self.kcat("kcat -b \(address.bootstrap) -L -t made", in: folder)
                    #expect(listed.output.contains(answer), "\(listed)")
                    try child.send(signal: .terminate)
                }
                #expect(outcome.status == .exited(0), "\(outcome)")
            }
        }

        @Test("a port that is taken, and an address that is not ours, are told with a way out")
        func refusals() async throws {
            let folder = try Folder()
            let outcome = try await Self.serve(in: folder) { child, address in
                let port = String(address.bootstrap.split(separator: ":")[1])
                let second = try await Kbench.runProgram(
                    Kbench.path, ["broker", "--port", port], in: folder, waits: false)
                #expect(second.status == .exited(69), "\(second)")
                #expect(
                    second.errorLines == [
                        "kbench: no broker can be served on 127.0.0.1:\(port): Address already in use",
                        "fix: choose a port that is free, or 0 for any",
                    ], "\(second)")
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
            let elsewhere = try await Kbench.run(["broker", "--port", "0", "--host", "192.0.2.1"], in: folder)
            try ErrorTests.expect(
                elsewhere, exitCode: 69, cause: "192.0.2.1:0: Cannot assign requested address", fix: "127.0.0.1",
                in: folder)
        }
    }
}
