// A broker behind a proxy, as librdkafka sees it and as a bare socket does.
import Glibc
import Kafka
import KafkaServer
import KafkaWire
import Synchronization
import World

@testable import KafkaProxy

/// What fired, in its order.
final class Fired: Sendable {
    private let points = Mutex<[FiredPoint]>([])

    var all: [FiredPoint] { points.withLock { $0 } }
    /// Waits for the first.
    func hasFired(within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        while all.isEmpty, ContinuousClock.now < end { usleep(1_000) }
        return !all.isEmpty
    }
    func append(_ point: FiredPoint) { points.withLock { $0.append(point) } }
}

/// A served broker with one topic, and a proxy before it.
final class ProxiedCluster {
    let server: KafkaServer
    let proxy: KafkaProxy
    let fired = Fired()
    let topic = "numbers"
    let direct: KafkaBroker
    let broker: KafkaBroker
    private let cluster: KafkaCluster
    private let configuration: KafkaConfiguration

    init(partitions: Int = 1, _ change: (inout ProxySettings) -> Void = { _ in }) throws {
        server = try KafkaServer.start()
        var settings = ProxySettings(brokers: ProxySettings.brokers(of: server.bootstrap) ?? [])
        change(&settings)
        proxy = try KafkaProxy.start(settings) { [fired] in fired.append($0) }
        let straight = try KafkaConfiguration(bootstrap: server.bootstrap)
        cluster = try KafkaCluster(straight)
        try cluster.createTopic(topic, partitions: partitions)
        direct = try KafkaBroker(straight, topic: topic)
        configuration = try KafkaConfiguration(bootstrap: proxy.bootstrap)
        broker = try KafkaBroker(configuration, topic: topic)
    }

    deinit {
        broker.close()
        direct.close()
        cluster.close()
        proxy.stop()
        server.stop()
    }

    /// Record `i` goes to partition `i` modulo `partitions` and begins with its number.
    func produce(_ count: Int, partitions: Int = 1, recordBytes: Int = 24) throws {
        let producer = try KafkaProducer(configuration, topic: topic)
        defer { producer.close() }
        _ = try producer.produce(count: count, recordCapacity: recordBytes) { index, buffer in
            buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self)
            return OutgoingRecord(partition: Partition(index % partitions), valueLength: recordBytes)
        }
    }

    /// The numbers of the records in this range, read through the proxy.
    func numbers(_ partition: Partition, _ range: Range<Offset>) throws -> [Int] {
        let reader = try broker.openReader(at: [(partition, range.lowerBound)])
        defer { reader.close() }
        let block = Block()
        var position = range.lowerBound
        while position < range.upperBound {
            let read = try reader.fetch(
                partition, until: range.upperBound, limit: 10_000, into: block, timeout: .seconds(10))
            guard read.count > 0 else { break }
            position = read.position
        }
        var numbers: [Int] = []
        block.forEachRecord { _, _, _, value in
            numbers.append(value.map { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) } ?? -1)
        }
        return numbers
    }
}

/// Sends requests one by one, and waits for what comes.
final class BareClient {
    enum Failure: Error { case closed, silent }

    private let descriptor: Int32
    private var number: Int32 = 0

    /// `receiveBytes` is how much its socket takes without being read; nil: as much as the system likes.
    init(port: Int32, patienceSeconds: Int = 5, receiveBytes: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        precondition(isConnected, "nobody listens")
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < count {
            let received = recv(descriptor, &piece, min(piece.count, count - bytes.count), 0)
            // A connection that is closed with bytes unread is reset.
            if received == 0 || (received < 0 && errno == ECONNRESET) { throw Failure.closed }
            guard received > 0 else { throw Failure.silent }
            bytes += piece[..<received]
        }
        return bytes
    }

    /// Sends a request without waiting for its answer.
    @discardableResult
    func ask<A: Api>(_: A.Type, _ request: A.Request, version: Int16, client: String = "bare") throws -> Int32 {
        number += 1
        send(try A.encodeRequest(request, version: version, correlationId: number, clientId: client).bytes)
        return number
    }

    /// The next answer, and the number of its request.
    func answer<A: Api>(_: A.Type, version: Int16) throws -> (correlationId: Int32, response: A.Response) {
        let length = try receive(4).reduce(0) { $0 << 8 | Int($1) }
        return try receive(length).withUnsafeBytes { try A.decodeResponse($0, version: version) }
    }

    /// The next frame, whatever it is.
    func frame() throws -> [UInt8] {
        let length = try receive(4).reduce(0) { $0 << 8 | Int($1) }
        return try receive(length)
    }

    @discardableResult
    func call<A: Api>(_: A.Type, _ request: A.Request, version: Int16, client: String = "bare") throws -> A.Response {
        try ask(A.self, request, version: version, client: client)
        return try answer(A.self, version: version).response
    }

    /// Whether the other side has closed the connection; false when it says nothing.
    var isDropped: Bool {
        do {
            _ = try receive(1)
            return false
        } catch {
            return error as? Failure == .closed
        }
    }
}
