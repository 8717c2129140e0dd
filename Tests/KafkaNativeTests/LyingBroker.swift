// A broker that knows the protocol and breaks it where a test wants it to.
import Glibc
import KafkaWire
import Synchronization

@testable import KafkaNative

/// Answers ApiVersions and Metadata honestly for a topic `numbers` of one partition, and Fetch as `answers` say, one
/// after the other, the last one for ever.
final class LyingBroker: Sendable {
    /// What goes over the wire in place of an answer; nil: the connection is closed.
    typealias Answer = @Sendable (_ correlationId: Int32) -> [UInt8]?

    let port: UInt16
    private let listening: Int32
    private let answers: [Answer]
    private let asked = Mutex(0)

    init(_ answers: [Answer]) {
        self.answers = answers
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(descriptor, pointer, length) == 0)
                precondition(getsockname(descriptor, pointer, &length) == 0)
            }
        }
        listening = descriptor
        port = UInt16(bigEndian: address.sin_port)
        listen(descriptor, 16)
        LyingBroker.thread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                LyingBroker.thread { [self] in
                    while let frame = LyingBroker.frame(connection), let bytes = answer(to: frame) {
                        guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { break }
                    }
                    close(connection)
                }
            }
        }
    }

    /// Accepts nobody any more.
    func stop() {
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Job: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Job(body)).toOpaque())
        pthread_detach(thread)
    }

    private static func frame(_ connection: Int32) -> [UInt8]? {
        func read(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            return recv(connection, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
        }
        return read(4).flatMap { read($0.reduce(0) { $0 << 8 | Int($1) }) }
    }

    private func answer(to frame: [UInt8]) -> [UInt8]? {
        guard let header = try? frame.withUnsafeBytes({ try RequestHeader($0) }) else { return nil }
        let id = header.correlationId
        switch header.api {
        case .apiVersions:
            var answer = ApiVersions.Response()
            for (key, most) in [(ApiKey.fetch, 11), (.listOffsets, 5), (.metadata, 8), (.apiVersions, 0)] {
                var api = ApiVersions.Response.ApiVersion()
                (api.apiKey, api.maxVersion) = (key.rawValue, Int16(most))
                answer.apiKeys.append(api)
            }
            return try? ApiVersions.encodeResponse(answer, version: header.version, correlationId: id).bytes
        case .metadata:
            var answer = Metadata.Response()
            var broker = Metadata.Response.Broker()
            (broker.nodeId, broker.host, broker.port) = (1, "127.0.0.1", Int32(port))
            var partition = Metadata.Response.Partition()
            partition.leaderId = 1
            var topic = Metadata.Response.Topic()
            (topic.name, topic.partitions) = ("numbers", [partition])
            (answer.brokers, answer.topics) = ([broker], [topic])
            return try? Metadata.encodeResponse(answer, version: header.version, correlationId: id).bytes
        case .fetch:
            let number = asked.withLock { number in
                number += 1
                return number
            }
            return answers[min(number, answers.count) - 1](id)
        default: return nil
        }
    }

    /// A whole answer with these bytes in place of batches.
    static func fetched(_ records: [UInt8], partition: Int32 = 0, error: ErrorCode = .none, _ id: Int32) -> [UInt8]? {
        var part = Fetch.Response.Partition()
        (part.partitionIndex, part.errorCode, part.records) = (partition, error, Records(0..<records.count))
        var topic = Fetch.Response.Topic()
        (topic.topic, topic.partitions) = ("numbers", [part])
        var answer = Fetch.Response()
        answer.responses = [topic]
        let frame = try? Fetch.encodeResponse(answer, version: 11, correlationId: id)
        return records.withUnsafeBytes { bytes in frame?.joined(with: bytes) }
    }
}
