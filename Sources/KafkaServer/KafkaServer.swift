// A broker on a port of this machine that any Kafka client can talk to.
package import BrokerCore
package import BrokerScript
internal import NIOCore
internal import NIOPosix
package import World

/// How a served broker behaves.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0: any that is free.
    package var port = 0
    /// Partitions of a topic that does not say how many.
    package var partitions = 1
    /// Whether a topic that a client asks for is made.
    package var createsTopics = true
    package var groups = GroupRules()
    package var transactions = TransactionRules()
    package var script = ScriptSettings()
    /// Where topics, records and committed offsets are kept; nil: in memory, until the broker ends.
    package var data: DataFolder?

    package init() {}
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

/// One broker on one event loop.
package final class KafkaServer: Sendable {
    /// A broker has no more partitions than this.
    package static let mostPartitions = Topics<BufferSegment>.mostPartitions

    /// Where it listens, such as `127.0.0.1:9092`.
    package let bootstrap: String
    package let port: Int
    let broker: NIOLoopBound<Broker>
    let loop: any EventLoop
    private let group: MultiThreadedEventLoopGroup

    private init(
        host: String, port: Int, _ group: MultiThreadedEventLoopGroup, _ loop: any EventLoop,
        _ broker: NIOLoopBound<Broker>
    ) {
        self.port = port
        self.group = group
        self.loop = loop
        self.broker = broker
        bootstrap = "\(host):\(port)"
    }

    /// Serves until ``stop()``.
    ///
    /// - Throws: ``ServerError`` when the port cannot be opened, ``DataError`` when the data folder cannot be used.
    package static func start(_ settings: ServerSettings = ServerSettings()) throws -> KafkaServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let broker = try loop.submit { NIOLoopBound(try Broker(settings, loop), eventLoop: loop) }.wait()
            let channel = try ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 4 << 10, initial: 16 << 10, maximum: 1 << 20)
                )
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Connection(broker.value))
                    }
                }
                .bind(host: settings.host, port: settings.port).wait()
            let port = channel.localAddress?.port ?? settings.port
            // Nobody can have asked for it yet: clients learn the port from whoever started the broker.
            try loop.submit { broker.value.port = Int32(clamping: port) }.wait()
            return KafkaServer(host: settings.host, port: port, group, loop, broker)
        } catch {
            try? group.syncShutdownGracefully()
            if error is DataError { throw error }
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
        try? broker.eventLoop.submit { [broker] in broker.value.data?.close() }.wait()
        // It fails only when it is called twice, and then there is nothing left to do.
        try? group.syncShutdownGracefully()
    }
}
