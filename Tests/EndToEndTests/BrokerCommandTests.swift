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
            var control: String?
            var pid: Int32
        }

        /// Starts a broker whose address goes into the file `address`, lets `body` use it, and says how it ended.
        static func serve(
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
                let control = try #require(address.control)
                #expect(FileManager.default.fileExists(atPath: control))
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

        @Test("--brokers serves as many, which clients see, and which go down and up when told")
        func brokers() async throws {
            let folder = try Folder()
            let outcome = try await Self.serve(["--brokers", "3"], in: folder) { child, address in
                #expect(address.brokers.count == 3 && Set(address.brokers).count == 3)
                #expect(address.bootstrap == address.brokers.joined(separator: ","))
                let all = try await Self.kcat("kcat -b \(address.bootstrap) -L", in: folder)
                #expect(all.output.contains(" 3 brokers:"), "\(all)")
                let down = try await Self.tell(["broker-down=3"], address, in: folder)
                #expect(down.status == .exited(0), "\(down)")
                let left = try await Self.kcat("kcat -b \(address.brokers[0]) -L", in: folder)
                #expect(left.output.contains(" 2 brokers:"), "\(left)")
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
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
                let second = try await Kbench.runProgram(
                    Kbench.path, ["broker", "--port", "0", "--data", "kept"], in: folder, waits: false)
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

        /// A broker whose script has an event for the first produce, and one for a produce that need not come.
        private static let script = "- on=produce lose=records\n- {on: produce, nth: 3, cut: after}\n"

        private static func tell(_ words: [String], _ address: Address, in folder: Folder) async throws -> Outcome {
            let port = String(address.brokers[0].split(separator: ":")[1])
            return try await Kbench.runProgram(
                Kbench.path, ["broker", "tell", "--port", port] + words, in: folder, waits: false)
        }

        @Test("--script happens, --log has it, and an event that never happens is exit code 5", arguments: [1, 3])
        func script(produces: Int) async throws {
            let folder = try Folder()
            try folder.write(Self.script, to: "faults.yaml")
            let outcome = try await Self.serve(["--script", "faults.yaml", "--log", "events.jsonl"], in: folder) {
                child, address in
                for _ in 0..<produces {
                    let sent = try await Self.kcat(
                        "echo hello | kcat -P -E -b \(address.bootstrap) -t made -X enable.idempotence=false",
                        in: folder)
                    #expect(sent.status == .exited(0), "\(sent)")
                }
                let read = try await Self.kcat(
                    "kcat -C -b \(address.bootstrap) -t made -o beginning -e -q", in: folder)
                // The first is lost; the third comes twice, as its answer never came.
                let copies = produces == 1 ? 0 : 3
                #expect(read.output == String(repeating: "hello\n", count: copies), "\(read)")
                try child.send(signal: .terminate)
            }
            if produces == 3 {
                #expect(outcome.status == .exited(0), "\(outcome)")
            } else {
                try ErrorTests.expect(
                    outcome, exitCode: 5, cause: "1 of 2 events never happened: 2 (on=produce nth=3 cut=after: 1 of 3",
                    fix: "--log", in: folder)
            }
            let log = try folder.text(of: "events.jsonl").split(separator: "\n")
            #expect(log.count { $0.contains("\"happened\":true") } == (produces == 3 ? 2 : 1))
            #expect(log.count { $0.contains("\"api\":\"produce\"") } == (produces == 3 ? 4 : 1))
        }

        @Test("tell changes what is there, arms events, and says what could not be done")
        func telling() async throws {
            let folder = try Folder()
            let outcome = try await Self.serve(in: folder) { child, address in
                _ = try await Self.kcat("echo hello | kcat -P -b \(address.bootstrap) -t made", in: folder)
                let done = try await Self.tell(["topic-anew=made"], address, in: folder)
                #expect(done.status == .exited(0) && done.output == "ok topic-anew=made\n", "\(done)")
                let read = try await Self.kcat(
                    "kcat -C -b \(address.bootstrap) -t made -o beginning -e -q", in: folder)
                #expect(read.output == "", "\(read)")
                let none = try await Self.tell(["topic-anew=nosuch"], address, in: folder)
                #expect(none.status == .exited(5) && none.output == "error there is no topic nosuch\n", "\(none)")
                let armed = try await Self.tell(["on=fetch", "client=my app", "delay=1s"], address, in: folder)
                #expect(armed.output == "ok event 1 waits: on=fetch client=\"my app\" delay=1s\n", "\(armed)")
                let status = try await Self.tell(["status"], address, in: folder)
                #expect(status.output.hasSuffix("ok 0 of 1 events happened\n"), "\(status)")
                let wrong = try await Self.tell(["topic-anw=made"], address, in: folder)
                #expect(wrong.status == .exited(64), "\(wrong)")
                #expect(wrong.errorLines.last?.hasPrefix("fix: did you mean topic-anew?") == true, "\(wrong)")
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(5), "\(outcome)")
            let nobody = try await Kbench.run(["broker", "tell", "--port", "1", "status"], in: folder)
            try ErrorTests.expect(
                nobody, exitCode: 69, cause: "kbench-broker-1.sock", fix: "start one with kbench broker", in: folder)
        }

        @Test("what is wrong with a script, a log or a socket is told before anything is served")
        func wrongFiles() async throws {
            let folder = try Folder()
            try folder.write("- on: produce\n  fail: not-leader-of-follower\n", to: "wrong.yaml")
            for (options, cause, fix) in [
                (
                    ["--script", "wrong.yaml"], "wrong.yaml:2: [0].fail: no error is called",
                    "did you mean not-leader-or"
                ),
                (["--script", "absent.yaml"], "absent.yaml: no such file", "name a .yaml file of events"),
                (["--log", "absent/log"], "--log: absent/log: there is no folder absent", "make it"),
                (["--control", "absent/socket"], "--control: absent/socket: No such file", "choose a short path"),
            ] {
                let outcome = try await Kbench.run(["broker", "--port", "0"] + options, in: folder)
                try ErrorTests.expect(outcome, exitCode: 64, cause: cause, fix: fix, in: folder)
            }
            let checked = try await Kbench.run(["broker", "check", "wrong.yaml"], in: folder)
            try ErrorTests.expect(checked, exitCode: 64, cause: "wrong.yaml:2", fix: "did you mean", in: folder)
        }

        @Test("a port that is taken, and an address that is not ours, are told with a way out")
        func refusals() async throws {
            let folder = try Folder()
            let outcome = try await Self.serve(in: folder) { child, address in
                let port = String(address.brokers[0].split(separator: ":")[1])
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

        /// The certificate and the users of the documents' example.
        private static func makeCertificate(in folder: Folder) async throws {
            let made = try await Self.kcat(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=kbench "
                    + "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem", in: folder)
            try #require(made.status == .exited(0), "\(made)")
            try folder.write("# who may\nann:secret\n", to: "users")
        }

        @Test(
            "--sasl-users and --tls-cert let in who knows a password, encrypted, and nobody else",
            arguments: [true, false])
        func security(isEncrypted: Bool) async throws {
            let folder = try Folder()
            try await Self.makeCertificate(in: folder)
            let tls = isEncrypted ? ["--tls-cert", "certificate.pem", "--tls-key", "key.pem"] : []
            let outcome = try await Self.serve(["--sasl-users", "users"] + tls, in: folder) { child, address in
                func list(_ protocolName: String, _ password: String) async throws -> Outcome {
                    try await Self.kcat(
                        "timeout 60 kcat -L -m 5 -b \(address.bootstrap) -X security.protocol=\(protocolName) "
                            + "-X ssl.ca.location=certificate.pem -X sasl.mechanisms=SCRAM-SHA-512 "
                            + "-X sasl.username=ann -X sasl.password=\(password)", in: folder)
                }
                let listed = try await list(isEncrypted ? "SASL_SSL" : "SASL_PLAINTEXT", "secret")
                #expect(listed.status == .exited(0) && listed.output.contains("1 brokers:"), "\(listed)")
                let wrong = try await list(isEncrypted ? "SASL_SSL" : "SASL_PLAINTEXT", "guessed")
                #expect(wrong.status != .exited(0) && wrong.output.contains("uthentication"), "\(wrong)")
                let open = try await Self.kcat("timeout 60 kcat -L -m 2 -b \(address.bootstrap)", in: folder)
                #expect(open.status != .exited(0), "\(open)")
                try child.send(signal: .terminate)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
        }

        @Test("files of users and certificates that are missing, wrong or half of a pair are told with a way out")
        func wrongSecurity() async throws {
            let folder = try Folder()
            try await Self.makeCertificate(in: folder)
            try folder.write("ann\n", to: "nameless")
            try folder.write("ann:a\nann:b\n", to: "twice")
            try folder.write("# nobody\n", to: "nobody")
            let made = try await Self.kcat("openssl ecparam -name prime256v1 -genkey -noout -out other.pem", in: folder)
            try #require(made.status == .exited(0), "\(made)")
            for (options, cause, fix) in [
                (["--sasl-users", "absent"], "--sasl-users: absent", "a file that is there"),
                (["--sasl-users", "nameless"], "--sasl-users: nameless: line 1 is no NAME:PASSWORD", "a colon"),
                (["--sasl-users", "twice"], "--sasl-users: twice: line 2 names ann again", "once"),
                (["--sasl-users", "nobody"], "--sasl-users: nobody: nobody is named", "NAME:PASSWORD"),
                (["--tls-cert", "certificate.pem"], "--tls-cert has no key", "--tls-key"),
                (["--tls-key", "key.pem"], "--tls-key has no effect", "--tls-cert"),
                (
                    ["--tls-cert", "absent", "--tls-key", "key.pem"], "absent: it cannot be read: No such file",
                    "is there"
                ),
                (["--tls-cert", "key.pem", "--tls-key", "key.pem"], "key.pem: it holds no certificate", "BEGIN CERT"),
                (
                    ["--tls-cert", "certificate.pem", "--tls-key", "certificate.pem"],
                    "certificate.pem: it holds no private key", "BEGIN PRIVATE KEY"
                ),
                (
                    ["--tls-cert", "certificate.pem", "--tls-key", "other.pem"],
                    "other.pem: it is not the key of the certificate in certificate.pem", "was made with"
                ),
            ] {
                let outcome = try await Kbench.run(["broker", "--port", "0"] + options, in: folder)
                try ErrorTests.expect(outcome, exitCode: 64, cause: cause, fix: fix, in: folder)
                #expect(!"\(outcome)".contains("secret"))
            }
        }
    }
}
