// Compaction on a served broker with a data folder: what stays, and what a crash at any of its steps leaves.
import BrokerCore
import Compression
import KafkaWire
import Testing

@testable import KafkaServer

@Suite("A served broker that compacts", .serialized) struct CompactionTests {
    private let disk = SharedDisk()

    /// Segments of about ten batches.
    private static let settings = [
        "cleanup.policy": "compact", "segment.bytes": "1000", "min.cleanable.dirty.ratio": "0",
    ]

    /// Sends a batch of one record.
    private func send(_ key: UInt8, _ value: UInt8?, to client: BareClient) throws {
        var builder = BatchBuilder()
        try builder.append(offset: 0, timestamp: 5, key: [key], value: value.map { [$0] })
        let batch = try builder.finished()
        var data = Produce.Request.Partition()
        data.records = Records(0..<batch.count)
        var sent = Produce.Request.Topic()
        (sent.name, sent.partitionData) = ("t", [data])
        var request = Produce.Request()
        (request.acks, request.topicData) = (-1, [sent])
        let answer = try client.request(Produce.self, request, version: 8, records: batch)
        #expect(answer.responses[0].partitionResponses[0].errorCode == .none)
    }

    private func compact(_ server: KafkaServer) throws {
        try server.onLoop { $0.clean() }
    }

    @Test("keeps the newest record of each key, in few files, and brings that back") func folder() throws {
        let server = try disk.serve()
        let client = BareClient(server)
        #expect(try client.createTopic("t", settings: Self.settings) == .none)
        for number: UInt8 in 0..<100 { try send(number % 3, number, to: client) }
        let count = disk.logs.count
        #expect(count > 5)
        try compact(server)
        // The newest batch was not looked at.
        let kept: [[UInt8]] = [[96], [97], [98], [99]]
        #expect(try client.values().values == kept)
        #expect(disk.logs.count == 1)
        #expect(try client.ends() == [0, 100])
        let (killed, files) = (disk.copy(), disk.logs)
        for left in [killed, disk] {
            if left === disk { server.stop() }
            let again = try left.serve()
            defer { again.stop() }
            let client = BareClient(again)
            #expect(left.logs == files)
            #expect(try client.ends() == [0, 100])
            #expect(try client.values().values == kept)
            try send(0, 7, to: client)
            try compact(again)
            #expect(try client.values().values == [[97], [98], [99], [7]])
        }
    }

    @Test("has every newest record, and none that is older alone, wherever it is killed") func killed() throws {
        let server = try disk.serve(memoryLimit: 1 << 10)
        let client = BareClient(server)
        #expect(try client.createTopic("t", settings: Self.settings) == .none)
        // Keys that are written once stay in the middle, and make more than one segment of what is left.
        for number: UInt8 in 0..<60 { try send(number % 2 == 0 ? 0 : number, number, to: client) }
        let newest = (0..<60).filter { $0 % 2 == 1 || $0 >= 58 }.map { [UInt8($0)] }
        let before = try client.values().values
        var states: [SharedDisk] = []
        disk.willChange = { [disk] in states.append(disk.copy()) }
        try compact(server)
        disk.willChange = nil
        #expect(try client.values().values == newest)
        #expect(states.count > 3)
        server.stop()
        for state in states + [disk] {
            let again = try state.serve()
            defer { again.stop() }
            let client = BareClient(again)
            let found = try client.values().values
            #expect(try client.ends() == [0, 60])
            #expect(found.filter { newest.contains($0) } == newest)
            // What there is besides is the end of what was: nothing newer is gone while an older record is there.
            let old = found.filter { !newest.contains($0) }
            #expect(old == before.filter { !newest.contains($0) }.suffix(old.count))
            try compact(again)
            #expect(try client.values().values == newest)
        }
    }

    @Test("goes on after a topic's policy is its standard again") func policy() throws {
        let server = try disk.serve()
        let client = BareClient(server)
        #expect(try client.createTopic("t", settings: Self.settings) == .none)
        for number: UInt8 in 0..<40 { try send(number % 2 == 0 ? 0 : number, number, to: client) }
        try compact(server)
        var config = IncrementalAlterConfigs.Request.Config()
        (config.name, config.configOperation) = ("cleanup.policy", 1)
        var resource = IncrementalAlterConfigs.Request.Resource()
        (resource.resourceType, resource.resourceName, resource.configs) = (2, "t", [config])
        var request = IncrementalAlterConfigs.Request()
        request.resources = [resource]
        let answer = try client.request(IncrementalAlterConfigs.self, request, version: 1)
        #expect(answer.responses[0].errorCode == .none)
        let values = try client.values().values
        server.stop()
        let again = try disk.serve()
        defer { again.stop() }
        #expect(try BareClient(again).values().values == values)
    }
}
