// Members of groups by Kafka 4's own protocol (KIP-848), before a broker that only knows their heartbeats.
import Foundation
import Glibc
import KafkaWire
import Synchronization
import Testing

@testable import KafkaProxy

/// Answers each heartbeat, and keeps it.
private final class HeartbeatBroker: Sendable {
    let port: Int32
    private let descriptor: Int32
    private let said = Mutex<[ConsumerHeartbeat.Request]>([])

    var heartbeats: [ConsumerHeartbeat.Request] { said.withLock { $0 } }

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isListening)
        port = Int32(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// Serves one connection to its end.
    func serve() {
        let connection = accept(descriptor, nil, nil)
        defer { close(connection) }
        var frames = FrameBuffer()
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return }
            piece[..<count].withUnsafeBytes { frames.append($0) }
            while let answer = try? frames.next({ frame in
                let header = try RequestHeader(frame)
                let request = try ConsumerHeartbeat.request(frame, header)
                said.withLock { $0.append(request) }
                // No tags, no pause, no error, no words; the name; an epoch, a pause, no assignment, no tags.
                let name = request.member.isEmpty ? "made" : request.member
                var bytes = Splice.integer(header.correlationId) + [0, 0, 0, 0, 0, 0, 0, 0]
                bytes += [UInt8(name.utf8.count + 1)] + Array(name.utf8)
                bytes += Splice.integer(1 as Int32) + Splice.integer(5_000 as Int32) + [0, 0]
                return Splice.integer(Int32(bytes.count)) + bytes
            }) {
                _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
        }
    }
}

@Suite("Members that the broker assigns to", .serialized) struct ConsumerGroupTests {
    /// A request as a client sends it, with tags in its header and fields behind the ones that are read.
    private func heartbeat(
        _ member: String, epoch: Int32, instance: String? = nil, version: Int16 = 0
    ) throws -> [UInt8] {
        let request = ConsumerHeartbeat.Request(group: "g", member: member, epoch: epoch, instance: instance)
        var bytes = try ConsumerHeartbeat.departure(request, correlationId: 7)
        bytes.replaceSubrange(6..<8, with: Splice.integer(version))
        return bytes
    }

    @Test("leave by a heartbeat of their own, and keep their place where they have a name that lasts")
    func departures() throws {
        let broker = try HeartbeatBroker()
        let proxy = try KafkaProxy.start(ProxySettings(brokers: [WireAddress("127.0.0.1", broker.port)]))
        defer { proxy.stop() }
        let port = try #require(ProxySettings.brokers(of: proxy.bootstrap)?.first?.port)
        // The client's connection, and one for each member that is sent off.
        for _ in 0..<3 { Thread.detachNewThread { broker.serve() } }
        let client = BareClient(port: port)
        let beats = [
            try heartbeat("", epoch: 0), try heartbeat("made", epoch: 1),
            try heartbeat("fixed", epoch: 0, instance: "i"), try heartbeat("gone", epoch: 0, version: 1),
            try heartbeat("gone", epoch: -1, version: 1),
        ]
        for beat in beats {
            client.send(beat)
            _ = try client.frame()
        }
        let members = try #require(proxy.ledger.members["g"])
        #expect(members.keys.sorted() == ["fixed", "made"])
        #expect(members["fixed"]?.instance == "i")
        #expect(members.values.allSatisfy { $0.isHeldByBroker })
        proxy.freeze()
        #expect(proxy.evict() == 2)
        #expect(
            broker.heartbeats.dropFirst(beats.count) == [
                .init(group: "g", member: "fixed", epoch: -2, instance: "i"),
                .init(group: "g", member: "made", epoch: -1, instance: nil),
            ])
    }

    @Test("are read to the point, whatever follows") func bytes() throws {
        let request = try heartbeat("m", epoch: 3, instance: "i")
        for length in 4..<request.count {
            let read = request[4..<length].withUnsafeBytes { frame -> ConsumerHeartbeat.Request? in
                guard let header = try? RequestHeader(frame) else { return nil }
                return try? ConsumerHeartbeat.request(frame, header)
            }
            #expect(read == nil || read == .init(group: "g", member: "m", epoch: 3, instance: "i"))
        }
        #expect(VersionLimits.ranges[68] == 0...1)
        #expect(WirePoint("wire.consumer-group-heartbeat.request")?.key == 68)
    }
}
