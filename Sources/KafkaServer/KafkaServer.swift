// A broker on a port of this machine that any Kafka client can talk to.
package import BrokerCore
internal import NIOCore
internal import NIOPosix
internal import Synchronization
package import World

/// How a served broker behaves.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// Of the first broker; those behind it take the ports that follow. 0: any that are free.
    package var port = 0
    /// How many brokers clients see, 1 or more, numbered from 1.
    package var brokers = 1
    /// Copies of each partition of a topic that does not say how many; never more than there are brokers.
    package var replication = 3
    /// Partitions of a topic that does not say how many.
    package var partitions = 1
    /// Whether a topic that a client asks for is made.
    package var createsTopics = true
    package var groups = GroupRules()

    package init() {}
}

/// Why no broker is served.
package struct ServerError: DiagnosticError {
    /// The kind of failure, for programs.
    package var code: String { "broker-not-served" }
    /// What the system says.
    package var message: String
    /// The address.
    package var location: String
    package var cause: String { "no broker can be served on \(location): \(message)" }
    package var fix: String { "choose a port that is free, or 0 for any" }
    package var exitCode: ExitStatus { .brokerUnreachable }
}

/// Brokers whose logs are in memory, on one event loop.
package final class KafkaServer: Sendable {
    package let brokers: [ServedBroker]
    let broker: NIOLoopBound<Broker>
    let loop: any EventLoop
    let isStopped = Mutex(false)
    private let group: MultiThreadedEventLoopGroup

    private init(_ group: MultiThreadedEventLoopGroup, _ loop: any EventLoop, _ broker: NIOLoopBound<Broker>) throws {
        self.group = group
        self.loop = loop
        self.broker = broker
        brokers = try loop.submit {
            let broker = broker.value
            return broker.nodes.map { node in
                ServedBroker(id: node.id, host: broker.settings.host, port: Int(node.port))
            }
        }.wait()
    }

    /// Where they listen, such as `127.0.0.1:9092`, with commas between.
    package var bootstrap: String { brokers.map { "\($0.host):\($0.port)" }.joined(separator: ",") }
    /// The first broker's.
    package var port: Int { brokers[0].port }

    /// Serves until ``stop()``.
    ///
    /// - Throws: ``ServerError`` when a port cannot be opened.
    package static func start(_ settings: ServerSettings = ServerSettings()) throws -> KafkaServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let broker = try loop.submit { NIOLoopBound(Broker(settings, loop), eventLoop: loop) }.wait()
            for index in 0..<max(1, settings.brokers) {
                try loop.flatSubmit { broker.value.nodes[index].open(for: broker.value) }.wait()
            }
            return try KafkaServer(group, loop, broker)
        } catch {
            try? group.syncShutdownGracefully()
            throw ServerError(message: "\(error)", location: "\(settings.host):\(settings.port)")
        }
    }

    /// Closes all connections and forgets all records.
    package func stop() {
        isStopped.withLock { isStopped in
            guard !isStopped else { return }
            isStopped = true
            // It fails only when it is called twice.
            try? group.syncShutdownGracefully()
        }
    }
}
