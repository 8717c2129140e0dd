// A client on a bare socket, for what no library sends, and a library's view of a served topic.
import BrokerCore
import Glibc
import Kafka
import KafkaServer
import KafkaWire
import World

/// Sends bytes to a broker and waits for what comes.
final class BareClient {
    enum Failure: Error { case closed, silent }

    private let descriptor: Int32

    /// Connects to a broker, the first unless told otherwise.
    init(_ server: KafkaServer, broker: Int = 1) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(server.brokers[broker - 1].port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        precondition(isConnected, "the broker does not listen")
        var patience = timeval(tv_sec: 5, tv_usec: 0)
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

    /// The next frame, without its length.
    func frame() throws -> [UInt8] {
        let length = try receive(4).reduce(0) { $0 << 8 | Int($1) }
        return try receive(length)
    }

    /// Whether the broker has closed this connection.
    var isDropped: Bool {
        do {
            _ = try receive(1)
            return false
        } catch {
            return error as? Failure == .closed
        }
    }

    func request<A: Api>(
        _: A.Type, _ request: A.Request, version: Int16, records: [UInt8] = [], answers: Bool = true
    ) throws -> A.Response {
        let frame = try A.encodeRequest(request, version: version, correlationId: 7, clientId: "bare")
        send(records.withUnsafeBytes { frame.joined(with: $0) })
        guard answers else { return A.Response() }
        return try answer(A.self, version: version)
    }

    func answer<A: Api>(_: A.Type, version: Int16) throws -> A.Response {
        let answer = try self.frame().withUnsafeBytes { try A.decodeResponse($0, version: version) }
        precondition(answer.correlationId == 7)
        return answer.response
    }
}

/// A broker with one topic, seen through the library.
final class ServedTopic {
    let server: KafkaServer
    let name = "numbers"
    let configuration: KafkaConfiguration
    let cluster: KafkaCluster
    let broker: KafkaBroker

    init(
        partitions: Int = 1, settings: ServerSettings = ServerSettings(), properties: [KafkaProperty] = []
    ) throws {
        server = try KafkaServer.start(settings)
        configuration = try KafkaConfiguration(bootstrap: server.bootstrap, properties: properties)
        cluster = try KafkaCluster(configuration)
        try cluster.createTopic(
            name, partitions: partitions, settings: TopicSettings(replication: min(settings.brokers, 2)))
        broker = try KafkaBroker(configuration, topic: name)
    }

    deinit {
        broker.close()
        cluster.close()
        server.stop()
    }

    /// Record `i` goes to partition `i` modulo `partitions` and begins with its number.
    @discardableResult
    func produce(_ count: Int, partitions: Int = 1, recordBytes: Int = 24) throws -> Delivery {
        let producer = try KafkaProducer(configuration, topic: name)
        defer { producer.close() }
        return try producer.produce(count: count, recordCapacity: recordBytes) { index, buffer in
            buffer.storeBytes(of: UInt64(index).littleEndian, as: UInt64.self)
            return OutgoingRecord(partition: Partition(index % partitions), valueLength: recordBytes)
        }
    }

    /// The numbers of the records in this range.
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

/// Serves all members until each holds as many partitions as it is to have; nil: they never did.
func settle(
    _ readers: [any GroupReader], _ holding: inout [[Partition]], until counts: [Int]
) throws -> [Partition]? {
    for _ in 0..<600 {
        for (place, reader) in readers.enumerated() {
            switch try reader.poll(timeout: .milliseconds(20)) {
            case .assigned(let partitions)?:
                try reader.start(at: partitions.map { ($0, 0) })
                holding[place] = partitions
            case .revoked?, .lost?:
                try reader.giveUp()
                holding[place] = []
            case nil: break
            }
        }
        let all = holding.flatMap { $0 }
        if holding.map(\.count) == counts, Set(all).count == all.count { return all.sorted() }
    }
    return nil
}
