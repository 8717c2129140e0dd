// Pipelines judged on clusters that are not embedded: with TLS and passwords, with leaders that change, and of another kind.
import Foundation
import Harness
import Kafka
import KafkaServer
import Posix
import Results
import Testing
import World

@testable import Pipelines

@Suite("A judged pipeline on a cluster", .serialized, .timeLimit(.minutes(10))) struct SecuredJudgeTests {
    /// Three brokers with a certificate and one user, and a file's path; the topic that stands there gets other leaders
    /// all the time.
    private static func secured(
        _ body: (_ server: KafkaServer, _ properties: [KafkaProperty], _ note: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/bin/sh")
        openssl.arguments = [
            "-c",
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=served \
            -addext subjectAltName=IP:127.0.0.1 -keyout \(folder)/key.pem -out \(folder)/certificate.pem 2>/dev/null
            """,
        ]
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0, "openssl makes no certificate")
        var settings = ServerSettings()
        settings.brokers = 3
        settings.groupDelay = 0
        settings.createsTopics = false
        settings.certificate = ServedCertificate(chain: "\(folder)/certificate.pem", key: "\(folder)/key.pem")
        settings.users = [ServedUser(name: "ann", password: "secret")]
        let server = try KafkaServer.start(settings)
        defer { server.stop() }
        let note = "\(folder)/topic"
        let moving = Task.detached {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(100))
                guard let words = try? String(contentsOfFile: note, encoding: .utf8) else { continue }
                let topic = words.trimmingCharacters(in: .whitespacesAndNewlines)
                for partition in Int32(0)..<3 {
                    guard let leader = try? server.leader(topic: topic, partition: partition) else { continue }
                    try server.moveLeader(topic: topic, partition: partition, to: leader % 3 + 1)
                }
            }
        }
        defer { moving.cancel() }
        let properties = [
            ("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-256"), ("sasl.username", "ann"),
            ("sasl.password", "secret"), ("ssl.ca.location", "\(folder)/certificate.pem"),
        ]
        try await body(server, properties.map { KafkaProperty(name: $0, value: $1) }, note)
    }

    @Test(
        "with TLS and passwords, of which it has to know nothing, while leaders move",
        .enabled(if: JudgeTests.python != nil))
    func encrypted() async throws {
        try await Self.secured { server, properties, note in
            var settings = JudgeSettings()
            settings.points = ["wire.offset-commit.request", "wire.offset-commit.response@2", "wire.fetch.records@1"]
            let result = try await JudgeTests.judge(settings, brokers: 3, at: (server.bootstrap, properties)) {
                $0.environment = [("MODE", "after")]
                $0.setup = [["sh", "-c", "echo {topic} >\(note)"]]
            }
            #expect(result.verdict == .pass, "\(result.reason ?? "")")
            #expect(result.broker.kind == "external")
            #expect(result.runs.count == 5)
            #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true }, "\(result.runs)")
            // The secret is not told again.
            #expect(!"\(result)".contains("secret"))
        }
    }

    @Test(
        "of another kind",
        .enabled(
            if: JudgeTests.python != nil && ProcessInfo.processInfo.environment["KBENCH_TEST_BROKERS"] != nil,
            "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
    func external() async throws {
        let address = try #require(ProcessInfo.processInfo.environment["KBENCH_TEST_BROKERS"])
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request", "wire.offset-commit.response", "wire.fetch.records"]
        let result = try await JudgeTests.judge(settings, at: (address, [])) { $0.environment = [("MODE", "after")] }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        // Where all comes in one answer, the first one is the middle one too.
        #expect((6...7).contains(result.runs.count))
        #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true && $0.lost == 0 }, "\(result.runs)")
    }
}
