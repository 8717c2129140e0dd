// One of the brokers that clients see: a port, and the connections on it.
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Posix

/// A broker as clients know it. All of them share one state and one event loop.
final class Node {
    let id: Int32
    /// Where clients are told to connect; 0 until it listens for the first time, where any will do.
    private(set) var port: Int32
    /// Nil while the broker is down.
    private var listener: (any Channel)?
    /// While the broker is down.
    private var heldPort: HeldPort?
    private var connections: [ObjectIdentifier: Connection] = [:]

    init(id: Int32, port: Int) {
        self.id = id
        self.port = Int32(clamping: port)
    }

    var isUp: Bool { listener != nil }

    /// Listens, on the same port as before.
    func open(for broker: Broker) -> EventLoopFuture<Void> {
        let bound = NIOLoopBound((broker: broker, node: self), eventLoop: broker.loop)
        return ServerBootstrap(group: broker.loop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4 << 10, initial: 16 << 10, maximum: 1 << 20)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (broker, node) = bound.value
                    if let tls = broker.tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(Connection(broker, node))
                }
            }
            .bind(host: broker.settings.host, port: Int(port))
            .hop(to: broker.loop)
            .map { channel in
                let node = bound.value.node
                node.listener = channel
                node.heldPort = nil
                node.port = Int32(clamping: channel.localAddress?.port ?? 0)
                node.stopPacing(channel)
            }
    }

    /// Lets the connections of a listener that only this machine reaches send unpaced: they take over what it has. Best
    /// effort.
    private func stopPacing(_ listener: any Channel) {
        guard let address = listener.localAddress?.ipAddress, Pacing.isHere(address) else { return }
        listener.setOption(.tcpOption(.init(rawValue: Pacing.option)), value: Pacing.none).whenComplete { _ in }
    }

    /// Takes no more connections, and ends those that there are. The port stays this broker's.
    func close() {
        let host = listener?.localAddress?.ipAddress
        listener?.close(promise: nil)
        listener = nil
        heldPort = host.flatMap { host in UInt16(exactly: port).flatMap { HeldPort(host: host, port: $0) } }
        for connection in connections.values { connection.close() }
    }

    /// Ends the connections on which nothing has come since then, and that wait for nothing.
    func closeIdle(since time: Int64) {
        for connection in connections.values where connection.isIdle(since: time) { connection.close() }
    }

    /// Knows a connection; false when the broker went down while it was made.
    func add(_ connection: Connection) -> Bool {
        guard isUp else { return false }
        connections[ObjectIdentifier(connection)] = connection
        return true
    }

    func remove(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }
}
