// Large answers that nobody looks into, which go from socket to socket.
import Foundation
import Glibc
import KafkaServer
import KafkaWire
import Testing

@testable import KafkaProxy

@Suite("A large answer", .serialized) struct LargeAnswerTests {
    private static let version: Int16 = 11

    private func port(_ bootstrap: String) -> Int32 { ProxySettings.brokers(of: bootstrap)?.first?.port ?? 0 }

    private var fetch: Fetch.Request {
        var fetch = Fetch.Request()
        (fetch.replicaId, fetch.maxWaitMs, fetch.minBytes, fetch.maxBytes) = (-1, 1_000, 1, 1 << 30)
        var (topic, partition) = (Fetch.Request.Topic(), Fetch.Request.Partition())
        (partition.partitionMaxBytes, topic.topic) = (1 << 30, "numbers")
        topic.partitions = [partition]
        fetch.topics = [topic]
        return fetch
    }

    @Test("comes whole to a client that takes little at a time, also when something is armed amid others")
    func slowly() throws {
        let cluster = try ProxiedCluster { $0.keepsLedger = false }
        try cluster.produce(6_000, recordBytes: 1_000)
        let straight = BareClient(port: port(cluster.server.bootstrap))
        try straight.ask(Fetch.self, fetch, version: Self.version)
        let expected = try straight.frame()
        #expect(expected.count > 6_000_000)
        let client = BareClient(port: port(cluster.proxy.bootstrap), receiveBytes: 16_384)
        try client.ask(Fetch.self, fetch, version: Self.version)
        #expect(try client.frame() == expected)
        // From now on frames are read, as they are whole.
        cluster.proxy.arm(try WireTrigger("wire.fetch.records@9"), .stop)
        try client.ask(Fetch.self, fetch, version: Self.version)
        #expect(try client.frame().dropFirst(4) == expected.dropFirst(4))
        cluster.proxy.disarm()
        try client.ask(Fetch.self, fetch, version: Self.version)
        #expect(try client.frame().dropFirst(4) == expected.dropFirst(4))
        let point = WirePoint(ApiKey.fetch.rawValue, .response)
        #expect(cluster.proxy.census[point] == 3)
    }

    @Test("comes whole when the broker closes the connection behind it")
    func lastWords() throws {
        let length = 6_000_000
        var answer = [UInt8](repeating: 0, count: 4 + length)
        for (place, shift) in [24, 16, 8, 0].enumerated() { answer[place] = UInt8(truncatingIfNeeded: length >> shift) }
        // The number of the request that it is to.
        answer[7] = 1
        for place in 8..<answer.count { answer[place] = UInt8(truncatingIfNeeded: place / 3) }
        let broker = LastingWords(answer)
        defer { broker.stop() }
        var settings = ProxySettings(brokers: [WireAddress("127.0.0.1", broker.port)])
        settings.keepsLedger = false
        let proxy = try KafkaProxy.start(settings)
        defer { proxy.stop() }
        let client = BareClient(port: port(proxy.bootstrap), receiveBytes: 16_384)
        try client.ask(Fetch.self, fetch, version: Self.version)
        #expect(try client.frame() == Array(answer.dropFirst(4)))
        #expect(client.isDropped)
    }
}

/// A broker that reads once, answers once, and closes the connection.
private final class LastingWords: Sendable {
    let port: Int32
    private let listener: Int32

    init(_ answer: [UInt8]) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 4) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        precondition(isListening, "no port is free")
        port = Int32(in_port_t(bigEndian: address.sin_port))
        self.listener = listener
        Thread.detachNewThread {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            var request = [UInt8](repeating: 0, count: 1_024)
            _ = recv(client, &request, request.count, 0)
            var sent = 0
            while sent < answer.count {
                let count = answer.withUnsafeBytes {
                    send(client, $0.baseAddress?.advanced(by: sent), answer.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
            close(client)
        }
    }

    func stop() { close(listener) }
}
