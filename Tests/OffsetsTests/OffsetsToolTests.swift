// Positions between all places they can be kept at: what goes in at one comes out at the other.
import Engine
import Foundation
import Harness
import Kafka
import KafkaServer
import Posix
import Results
import Testing
import World

@testable import Offsets

@Suite("Moving positions", .timeLimit(.minutes(10)))
struct OffsetsToolTests {
    /// A broker with a topic of two partitions, three records in the first and two in the second.
    private static func withTopic<Result>(_ body: (OffsetsTool, String) throws -> Result) throws -> Result {
        let server = try KafkaServer.start()
        defer { server.stop() }
        let configuration = try KafkaConfiguration(bootstrap: server.bootstrap)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        try cluster.createTopic("orders", partitions: 2)
        let producer = try KafkaProducer(configuration, topic: "orders")
        defer { producer.close() }
        _ = try producer.produce(count: 5, recordCapacity: 32, progressInterval: 10, progress: { _ in }) { index, _ in
            OutgoingRecord(partition: Partition(index % 2), valueLength: 32)
        }
        return try withFolder { try body(OffsetsTool(brokers: server.bootstrap, topic: "orders"), $0) }
    }

    private static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-offsets-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    private static func refusal(_ body: () throws -> Void) -> Diagnosis? {
        do {
            try body()
            return nil
        } catch {
            return Diagnosis(of: error)
        }
    }

    @Test(
        "a file's positions come out of every place they are put into",
        arguments: [
            "checkpoint:FOLDER/state", "offset-log:FOLDER/state", "file:FOLDER/new/copy.txt", "kafka:billing",
        ])
    func roundTrip(place: String) async throws {
        try await BlockingThread.run {
            try Self.withTopic { tool, folder in
                let address = try OffsetsAddress(parsing: place.replacing("FOLDER", with: folder))
                let first = "\(folder)/first.txt"
                try Positions(topic: "orders", latestBatch: 7, offsets: [3, 1]).write(to: first, disk: PosixDisk())
                _ = try tool.import(first, to: address, program: 2, overwrites: false)
                // A place that holds positions is not written again unasked.
                let refusal = Self.refusal { _ = try tool.import(first, to: address, program: 2, overwrites: false) }
                #expect(refusal?.exitCode == .usage && refusal?.fix.contains("--force") == true, "\(place)")
                try Positions(topic: "orders", latestBatch: 8, offsets: [2, 2]).write(to: first, disk: PosixDisk())
                _ = try tool.import(first, to: address, program: 3, overwrites: true)
                try tool.export(address).keep(at: "\(folder)/second.txt", overwrites: false)
                let back = try Positions(path: "\(folder)/second.txt", disk: PosixDisk())
                #expect(back.offsets == [2, 2] && back.topic == "orders", "\(place)")
                // A group has no batch numbers; an offset log has given a number of its own to the position.
                let latest: Int64? = place.hasPrefix("kafka") ? nil : 8
                #expect(back.latestBatch == latest, "\(place)")
                let report = try tool.show(address)
                #expect(report.partitions.map(\.next) == [2, 2] && report.pending.isEmpty, "\(place)")
                #expect(report.program == (place.hasPrefix("checkpoint") ? 3 : nil), "\(place)")
            }
        }
    }

    @Test("positions that Kafka's own tool exported go into a group, and come out as it takes them (field case 5.4)")
    func resetFile() async throws {
        try await BlockingThread.run {
            try Self.withTopic { tool, folder in
                let path = "\(folder)/reset.csv"
                try PosixDisk().write(Array("billing,orders,1,1\nbilling,orders,0,2\n".utf8), to: path)
                let address = try OffsetsAddress(parsing: "kafka:billing")
                _ = try tool.import(path, to: address, program: 1, overwrites: false)
                let csv = try tool.export(address).csv()
                #expect(csv == "orders,0,2\norders,1,1\n")
                try tool.export(address).keep(at: "\(folder)/out.csv", csv, overwrites: false)
                #expect(try PosixDisk().contents(of: "\(folder)/out.csv") == Array("orders,0,2\norders,1,1\n".utf8))
                let state = try OffsetsAddress(parsing: "checkpoint:\(folder)/state")
                _ = try tool.import("\(folder)/out.csv", to: state, program: 1, overwrites: false)
                #expect(try tool.show(state).partitions.map(\.next) == [2, 1])
                try PosixDisk().write(Array("billing,orders,1\n".utf8), to: path)
                let refusal = Self.refusal { _ = try tool.import(path, to: address, program: 1, overwrites: true) }
                #expect(
                    refusal?.cause.contains("line 1 is not topic,partition,offset") == true, "\(refusal?.cause ?? "")")
            }
        }
    }

    @Test("positions that the topic does not have are refused")
    func impossiblePositions() async throws {
        try await BlockingThread.run {
            try Self.withTopic { tool, folder in
                let path = "\(folder)/p"
                for (offsets, words) in [
                    ([4, 0], "orders/0@4: the partition holds offsets 0 to 3"),
                    ([0, 0, 0], "topic orders has 2 partitions, the positions name partition 2"),
                ] as [([Offset?], String)] {
                    try Positions(offsets: offsets).write(to: path, disk: PosixDisk())
                    let refusal = Self.refusal {
                        _ = try tool.import(path, to: .kafka(group: "g"), program: 1, overwrites: false)
                    }
                    #expect(refusal?.cause == words && refusal?.exitCode == .usage)
                }
                let empty = Self.refusal { _ = try tool.export(.kafka(group: "nobody")) }
                #expect(empty?.cause == "kafka:nobody: nothing is committed there for topic orders")
            }
        }
    }

    @Test("a place that needs more to be found says what")
    func incomplete() throws {
        let zookeeper = OffsetsAddress.zookeeper(servers: "127.0.0.1:1", group: "g")
        for (tool, address, option) in [
            (OffsetsTool(topic: "t"), .kafka(group: "g"), "--brokers"),
            (OffsetsTool(brokers: "127.0.0.1:1"), .kafka(group: "g"), "--topic"), (OffsetsTool(), zookeeper, "--topic"),
        ] as [(OffsetsTool, OffsetsAddress, String)] {
            let refusal = Self.refusal { _ = try tool.show(address) }
            #expect(refusal?.exitCode == .usage && refusal?.fix.contains(option) == true)
        }
    }

    static let addresses: [(text: String, address: OffsetsAddress)] = [
        ("checkpoint:a/b", .checkpoint(directory: "a/b")), ("checkpoint:a/b/", .checkpoint(directory: "a/b")),
        ("offset-log:/x", .offsetLog(directory: "/x")), ("file:p:q", .file(path: "p:q")),
        ("kafka:a:b/c", .kafka(group: "a:b/c")),
        ("zookeeper:h:2181/g", .zookeeper(servers: "h:2181", group: "g")),
        ("zookeeper:a:1,b:2/root/g", .zookeeper(servers: "a:1,b:2/root", group: "g")),
    ]

    @Test("an address is read as it is written", arguments: addresses)
    func address(text: String, address: OffsetsAddress) throws {
        #expect(try OffsetsAddress(parsing: text) == address)
        #expect("\(address)" == (text.hasSuffix("/") ? String(text.dropLast()) : text))
    }

    @Test(
        "what is no address is refused with the forms there are",
        arguments: [
            "", "here", "checkpoint", "checkpoint:", "kafka:", "zookeeper:h:1", "zookeeper:h:1/", "zookeeper:/g",
            "disk:a",
        ])
    func noAddress(text: String) {
        let refusal = Self.refusal { _ = try OffsetsAddress(parsing: text) }
        #expect(refusal?.exitCode == .usage)
        #expect(refusal?.fix.contains("zookeeper:HOST:PORT/GROUP") == true)
    }
}

@Suite(
    "Moving positions to ZooKeeper", .timeLimit(.minutes(10)),
    .enabled(
        if: FileManager.default.fileExists(atPath: "/usr/share/java/zookeeper.jar")
            || ProcessInfo.processInfo.environment["CI"] == "true",
        "needs Debian's packages zookeeper and default-jre-headless"))
struct ZooKeeperOffsetsTests {
    @Test("a group in ZooKeeper takes positions, gives them back, and is not overwritten unasked")
    func roundTrip() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-offsets-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try PrivateZooKeeper(directory: "\(folder)/zookeeper")
        try await server.run {
            try await BlockingThread.run {
                let tool = OffsetsTool(topic: "orders")
                let address = try OffsetsAddress(parsing: "zookeeper:\(server.address)/billing")
                #expect(try tool.show(address).notes == ["nothing is committed there"])
                try Positions(offsets: [17, nil, 4]).write(to: "\(folder)/p", disk: PosixDisk())
                _ = try tool.import("\(folder)/p", to: address, program: 1, overwrites: false)
                #expect(try tool.show(address).partitions.map(\.next) == [17, nil, 4])
                #expect(throws: Diagnosis.self) {
                    try tool.import("\(folder)/p", to: address, program: 1, overwrites: false)
                }
                let text = try tool.export(address).text
                #expect(text.hasPrefix("kbench-positions 1\ntopic orders\ngroup billing\nnext 0 17\nnext 2 4\ncrc32c "))
            }
        }
    }

    @Test("a server that is told to end, and one whose caller fails, are gone afterwards")
    func ends() async throws {
        struct Failure: Error {}
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-server-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try PrivateZooKeeper(directory: folder)
        await #expect(throws: Failure.self) { try await server.run { throw Failure() } }
        let place = OffsetStorePlace.zookeeper(address: server.address, timeoutMilliseconds: 500)
        let error = try await BlockingThread.run { #expect(throws: OffsetStoreError.self) { try place.probe() } }
        #expect(error?.code == .unreachable)
    }
}
