// The offset store against a real server: what it keeps, how it is laid out, and what happens when the server is gone.
import Foundation
import Harness
import Posix
import Testing
import World

@testable import ZooKeeper

/// Whether Debian's server is there; in continuous integration the tests must fail, not hide, when it is not.
private let mustRun =
    FileManager.default.fileExists(atPath: "/usr/share/java/zookeeper.jar")
    || ProcessInfo.processInfo.environment["CI"] == "true"

@Suite(
    "Offsets in ZooKeeper", .timeLimit(.minutes(10)),
    .enabled(if: mustRun, "needs Debian's packages zookeeper and default-jre-headless"))
struct ZooKeeperOffsetStoreTests {
    /// Runs `body` with a server of its own in a folder that goes with it.
    private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-zookeeper-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    @Test("what is committed is read back, partition by partition, group by group, and is gone when it is removed")
    func keepsOffsets() async throws {
        try await withFolder { folder in
            let server = try PrivateZooKeeper(directory: folder)
            try await server.run {
                try await BlockingThread.run {
                    let store = try ZooKeeperOffsetStore(
                        ZooKeeperConfiguration(address: server.address), topic: "orders")
                    defer { store.close() }
                    #expect(try store.committedOffsets(of: [0, 1], group: "g") == [nil, nil])
                    #expect(try store.committedPartitions(of: "g") == [])
                    try store.commit([(0, 17), (2, Offset.max)], group: "g")
                    try store.commit([(0, 5)], group: "other")
                    #expect(try store.committedOffsets(of: [0, 1, 2], group: "g") == [17, nil, Offset.max])
                    try store.commit([(0, 18), (1, 0)], group: "g")
                    #expect(try store.committedOffsets(of: [2, 1, 0], group: "g") == [Offset.max, 0, 18])
                    #expect(try store.committedPartitions(of: "g") == [0, 1, 2])
                    #expect(try store.committedOffsets(of: [0], group: "other") == [5])
                    // Another topic of the same group is apart, and the group goes when its last topic does.
                    let clicks = try ZooKeeperOffsetStore(
                        ZooKeeperConfiguration(address: server.address), topic: "clicks")
                    defer { clicks.close() }
                    try clicks.commit([(0, 3)], group: "g")
                    try store.removeGroup("g")
                    #expect(try store.committedOffsets(of: [0], group: "g") == [nil])
                    #expect(try clicks.committedOffsets(of: [0], group: "g") == [3])
                    try clicks.removeGroup("g")
                    #expect(try clicks.committedOffsets(of: [0], group: "g") == [nil])
                    #expect(try store.committedOffsets(of: [0], group: "other") == [5])
                }
            }
        }
    }

    @Test("offsets are decimal text where Kafka's first consumers had them, and a root goes before that")
    func layout() async throws {
        try await withFolder { folder in
            let server = try PrivateZooKeeper(directory: folder)
            try await server.run {
                try await BlockingThread.run {
                    let session = ZooKeeperSession(try ZooKeeperConfiguration(address: server.address))
                    defer { session.close() }
                    let store = try ZooKeeperOffsetStore(ZooKeeperConfiguration(address: server.address), topic: "t")
                    defer { store.close() }
                    try store.commit([(3, 1041)], group: "g")
                    #expect(try RawNodes.value(of: "/consumers/g/offsets/t/3", session) == "1041")
                    // A node that is no offset is told, not taken for the beginning.
                    for nonsense in ["", "abc", "-1", "12 ", "99999999999999999999"] {
                        try RawNodes.set("/consumers/g/offsets/t/3", nonsense, session)
                        let error = #expect(throws: OffsetStoreError.self) {
                            try store.committedOffsets(of: [3], group: "g")
                        }
                        #expect(error?.code == .damaged, "\(nonsense)")
                        #expect(error?.location.hasSuffix("/consumers/g/offsets/t/3") == true)
                    }
                    let rootless = try ZooKeeperOffsetStore(
                        ZooKeeperConfiguration(address: "\(server.address)/sub"), topic: "t")
                    defer { rootless.close() }
                    let error = #expect(throws: OffsetStoreError.self) { try rootless.commit([(0, 1)], group: "g") }
                    #expect(error?.code == .configuration)
                    try RawNodes.make("/sub", session)
                    try rootless.commit([(0, 1)], group: "g")
                    #expect(try RawNodes.value(of: "/sub/consumers/g/offsets/t/0", session) == "1")
                }
            }
        }
    }

    @Test("a server that is down is an error within its time, and what it had is there when it is back")
    func outage() async throws {
        try await withFolder { folder in
            let server = try PrivateZooKeeper(directory: folder)
            var configuration = try ZooKeeperConfiguration(address: server.address)
            configuration.sessionTimeout = .seconds(1)
            configuration.requestTimeout = .seconds(2)
            configuration.connectTimeout = .seconds(2)
            let store = Handed(try ZooKeeperOffsetStore(configuration, topic: "t"))
            defer { store.value.close() }
            try await server.run {
                try await BlockingThread.run { try store.value.commit([(0, 10), (1, 20)], group: "g") }
            }
            try await BlockingThread.run {
                for attempt in 0..<2 {
                    let error = #expect(throws: OffsetStoreError.self) {
                        try store.value.commit([(0, 11)], group: "g")
                    }
                    #expect(error?.code == .unreachable, "attempt \(attempt)")
                    #expect(error?.location == "\(server.address) /consumers/g/offsets/t/0")
                    #expect(error?.message == "ZooKeeper gave no answer within 2 s to write an offset")
                }
            }
            // By now the session has expired; the same store goes on with another one.
            try await server.run {
                try await BlockingThread.run {
                    #expect(try store.value.committedOffsets(of: [0, 1], group: "g") == [10, 20])
                    try store.value.commit([(0, 11)], group: "g")
                    #expect(try store.value.committedOffsets(of: [0, 1], group: "g") == [11, 20])
                }
            }
        }
    }

    @Test("a request that is under way when the server goes is answered by the one that comes back")
    func shortOutage() async throws {
        try await withFolder { folder in
            let server = try PrivateZooKeeper(directory: folder)
            var configuration = try ZooKeeperConfiguration(address: server.address)
            // As long as a start may take: the request has to outlast it.
            configuration.requestTimeout = .seconds(120)
            let store = Handed(try ZooKeeperOffsetStore(configuration, topic: "t"))
            defer { store.value.close() }
            try await server.run { try await BlockingThread.run { try store.value.commit([(0, 1)], group: "g") } }
            let committing = Task { try await BlockingThread.run { try store.value.commit([(0, 2)], group: "g") } }
            try await server.run {
                try await committing.value
                #expect(try await BlockingThread.run { try store.value.committedOffsets(of: [0], group: "g") } == [2])
            }
        }
    }

    @Test(
        "an address that cannot be one is refused before anything is tried",
        arguments: [
            "", "localhost", ":2181", "host:", "host:0", "host:70000", "a:1,b", "a b:1", "host:1,",
        ])
    func addresses(text: String) {
        let error = #expect(throws: OffsetStoreError.self) { try ZooKeeperConfiguration(address: text) }
        #expect(error?.code == .configuration)
    }

    @Test("a name that does not resolve and a port on which nobody listens are unreachable, within the time")
    func nobodyThere() async throws {
        for address in ["zookeeper.invalid:2181", "127.0.0.1:\(try Ports.free())"] {
            var configuration = try ZooKeeperConfiguration(address: address)
            configuration.connectTimeout = .seconds(1)
            let error = try await BlockingThread.run { [configuration] in
                let store = try ZooKeeperOffsetStore(configuration, topic: "t")
                defer { store.close() }
                return #expect(throws: OffsetStoreError.self) { try store.probe() }
            }
            #expect(error?.code == .unreachable, "\(address): \(error?.description ?? "")")
        }
    }

    @Test("a group or topic that cannot be a node is refused", arguments: ["", ".", "..", "a/b"])
    func names(text: String) throws {
        let configuration = try ZooKeeperConfiguration(address: "127.0.0.1:1")
        #expect(throws: OffsetStoreError.self) { try ZooKeeperOffsetStore(configuration, topic: text) }
        let store = try ZooKeeperOffsetStore(configuration, topic: "t")
        let error = #expect(throws: OffsetStoreError.self) { try store.commit([(0, 1)], group: text) }
        #expect(error?.code == .configuration)
    }
}

/// A value that is handed from thread to thread, which is safe because each hand-over waits for the one before.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
