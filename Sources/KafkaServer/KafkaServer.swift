// A broker on a port of this machine that any Kafka client can talk to.
package import BrokerCore
package import BrokerScript
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
    package var transactions = TransactionRules()
    /// Those who may connect, by SASL; anybody, if there are none.
    package var users: [ServedUser] = []
    /// What connections are encrypted with, by TLS; nil: they are not.
    package var certificate: ServedCertificate?
    /// Connections on which nothing comes for so long are closed: Kafka's connections.max.idle.ms.
    package var idleLimit: Milliseconds = 600_000
    /// How often retention and compaction are looked at: Kafka's log.retention.check.interval.ms and
    /// log.cleaner.backoff.ms, which are minutes there; a test wants to see what comes of them.
    package var cleaningInterval: Milliseconds = 1000
    package var script = ScriptSettings()
    /// Where topics, records and committed offsets are kept; nil: in memory, until the broker ends.
    package var data: DataFolder?

    package init() {}

    /// How long the first members of a group wait for more, in milliseconds: Kafka's group.initial.rebalance.delay.ms.
    package var groupDelay: Int64 {
        get { groups.initialDelay }
        set { groups.initialDelay = newValue }
    }
}

/// What happens to a served broker by a script, and who is told of it.
package struct ScriptSettings: Sendable {
    package var script = Script()
    /// Draws what the script leaves open.
    package var seed: UInt64 = 1
    /// Gets each line of the event log, on the broker's thread; nil: requests are not logged.
    package var log: (@Sendable (String) -> Void)?

    package init() {}

    var isWanted: Bool { !script.events.isEmpty || log != nil }
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
    package var fix: String {
        isPortTaken
            ? "choose a port that is free, or 0 for any"
            : "choose an address of this machine, such as 127.0.0.1, and a port that you may listen on"
    }
    package var exitCode: ExitStatus { .brokerUnreachable }
    private let isPortTaken: Bool

    init(_ error: any Error, location: String) {
        message = KafkaServer.words(of: error)
        isPortTaken = message == "Address already in use"
        self.location = location
    }
}

/// Brokers on one event loop.
package final class KafkaServer: Sendable {
    /// More brokers than this are none of a test's.
    package static let mostBrokers = 100
    /// All topics have no more partitions than this.
    package static let mostPartitions = Topics<BufferSegment>.mostPartitions

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
    /// - Throws: ``ServerError`` when a port cannot be opened, ``DataError`` when the data folder cannot be used,
    ///   ``CertificateError`` when the certificate cannot be.
    package static func start(_ settings: ServerSettings = ServerSettings()) throws -> KafkaServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let broker = try loop.submit { NIOLoopBound(try Broker(settings, loop), eventLoop: loop) }.wait()
            for index in 0..<max(1, settings.brokers) {
                try loop.flatSubmit { broker.value.nodes[index].open(for: broker.value) }.wait()
            }
            try loop.submit { broker.value.closeIdleConnections() }.wait()
            return try KafkaServer(group, loop, broker)
        } catch {
            try? group.syncShutdownGracefully()
            if error is DataError || error is CertificateError { throw error }
            throw ServerError(error, location: "\(settings.host):\(settings.port)")
        }
    }

    /// The system's words alone: the library puts its own function in front, and the number behind.
    static func words(of error: any Error) -> String {
        let match = (error as? IOError).flatMap { "\($0)".firstMatch(of: #/: ([^():]+)\)? \(errno/#) }
        return match.map { String($0.1) } ?? "\(error)"
    }

    /// Closes all connections, syncs what is kept in a folder, and forgets all else.
    package func stop() {
        isStopped.withLock { isStopped in
            guard !isStopped else { return }
            isStopped = true
            try? loop.submit { [broker] in broker.value.data?.close() }.wait()
            // It fails only when it is called twice.
            try? group.syncShutdownGracefully()
        }
    }
}
