// A ZooKeeper of one's own: Debian's server on a free port, which runs as long as its caller needs it.
internal import Foundation
internal import Posix
internal import Subprocess
internal import SystemPackage
internal import World
internal import ZooKeeper

/// A server with its data in a folder; it can be started again on the same data and the same port.
public struct PrivateZooKeeper: Sendable {
    private static let library = "/usr/share/java/zookeeper.jar"
    /// A JVM on a busy machine takes its time; more than this means that it will never be ready.
    private static let mostStartSeconds = 120

    /// Where it listens, `host:port`.
    public let address: String
    private let directory: String
    private let java: String

    /// Keeps the server from outliving this process: it is killed as soon as standard input ends.
    private static let keeper = """
        exec 3<&0
        log=$1
        shift
        "$@" >"$log" 2>&1 3<&- &
        server=$!
        echo "$server" >"$log.pid"
        (read -r _ <&3; kill -KILL "$server") 2>/dev/null &
        keeper=$!
        wait "$server"
        : >"$log.ended"
        kill "$keeper" 2>/dev/null
        """

    /// Settles port and folder; nothing is started yet.
    ///
    /// - Throws: ``Diagnosis``, naming the package, when the server is not installed.
    public init(directory: String) throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let java = folders.map { "\($0)/java" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let java, FileManager.default.fileExists(atPath: PrivateZooKeeper.library) else {
            throw Diagnosis(
                cause: "offset-store zookeeper: no ZooKeeper was named, and the server is not installed here",
                fix: "name one with --zookeeper HOST:PORT, or install Debian's packages zookeeper and "
                    + "default-jre-headless", exitCode: .brokerUnreachable)
        }
        self.java = java
        self.directory = directory
        let port = try Ports.free()
        address = "127.0.0.1:\(port)"
        try FileManager.default.createDirectory(atPath: "\(directory)/data", withIntermediateDirectories: true)
        let configuration = """
            dataDir=\(directory)/data
            clientPort=\(port)
            clientPortAddress=127.0.0.1
            tickTime=500
            maxClientCnxns=0
            admin.enableServer=false

            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: "\(directory)/zoo.cfg"))
    }

    /// Runs the server for as long as `body` runs.
    ///
    /// - Throws: ``Diagnosis`` when the server does not start, or what `body` throws.
    public func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        let log = "\(directory)/log"
        for left in ["\(log).ended", "\(log).pid"] { try? FileManager.default.removeItem(atPath: left) }
        var options = PlatformOptions()
        options.processGroupID = 0
        let server = [
            java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.jmx.log4j.disable=true",
            "-cp", PrivateZooKeeper.library, "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            "\(directory)/zoo.cfg",
        ]
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = try await Subprocess.run(
                .path(FilePath("/bin/sh")),
                arguments: Arguments(["-c", PrivateZooKeeper.keeper, "zookeeper", log] + server),
                platformOptions: options, input: .inputWriter, output: .discarded, error: .discarded
            ) { execution in
                // An error of the body is handed on below: thrown here, it would not wait for the server's end.
                let outcome: Swift.Result<Result, any Error>
                do {
                    try await waitUntilReady(log: log)
                    outcome = .success(try await body())
                } catch {
                    outcome = .failure(error)
                }
                try? await execution.standardInputWriter.finish()
                return outcome
            }.closureResult
        } catch {
            // Where even the shell was ended, its pipe's end still kills the server, a moment later.
            await waitUntilGone(log: log)
            throw error
        }
        await waitUntilGone(log: log)
        return try outcome.get()
    }

    /// Waits until the server's process has ended, so that its port and its files are nobody's any more.
    private func waitUntilGone(log: String) async {
        let text = FileManager.default.contents(atPath: "\(log).pid").map { String(decoding: $0, as: UTF8.self) }
        guard let process = Int32(text?.split(separator: "\n").first ?? "") else { return }
        for _ in 0..<2_000 where PrivateZooKeeper.isAlive(process) {
            // Also after a cancellation, which would end a sleep at once.
            _ = try? await BlockingThread.run { MonotonicClock().sleep(5_000_000) }
        }
    }

    /// Whether a process is there and has not ended; one that has, and that nobody has asked about yet, is `Z`.
    private static func isAlive(_ process: Int32) -> Bool {
        guard let status = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
        let state = String(decoding: status, as: UTF8.self).split(separator: ")").last?.first { $0 != " " }
        return state != "Z" && state != "X"
    }

    private func waitUntilReady(log: String) async throws {
        var configuration = try ZooKeeperConfiguration(address: address)
        configuration.connectTimeout = .seconds(1)
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(PrivateZooKeeper.mostStartSeconds)
        while true {
            try Task.checkCancellation()
            do {
                return try await BlockingThread.run { [configuration] in
                    let store = try ZooKeeperOffsetStore(configuration, topic: "probe")
                    defer { store.close() }
                    try store.probe()
                }
            } catch is OffsetStoreError {
                let isOver = FileManager.default.fileExists(atPath: "\(log).ended")
                guard !isOver, clock.now < deadline else { throw notStarted(log, isOver) }
            }
        }
    }

    private func notStarted(_ log: String, _ hasEnded: Bool) -> Diagnosis {
        let text = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let words = text.split(separator: "\n").last { $0.contains("Exception") || $0.contains("rror") }
        return Diagnosis(
            cause: "the ZooKeeper server \(hasEnded ? "ended at once" : "gave no answer") at \(address)"
                + (words.map { ": \($0)" } ?? ""),
            fix: "name a ZooKeeper that runs already with --zookeeper HOST:PORT", exitCode: .brokerUnreachable)
    }
}
