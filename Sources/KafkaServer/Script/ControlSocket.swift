// The socket at which a broker is told what to do while it serves: lines in, lines out.
internal import NIOCore
internal import NIOPosix

/// One who tells; answers come in the order of the lines.
final class ControlConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A longer line is none of ours.
    private static let mostBytes = 64 << 10

    private let broker: Broker
    private var received = ByteBuffer()
    private var isBusy = false
    private var isOver = false

    init(_ broker: Broker) { self.broker = broker }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        received.discardReadBytes()
        received.writeBuffer(&piece)
        serveLines(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        isOver = true
        if !isBusy { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func serveLines(_ context: ChannelHandlerContext) {
        while !isBusy, let length = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = received.readString(length: length - received.readerIndex) ?? ""
            received.moveReaderIndex(forwardBy: 1)
            isBusy = true
            broker.obey(line) { [self] answer in
                isBusy = false
                let text = answer.map { $0 + "\n" }.joined()
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                // What came while this was under way; nothing is left of the stack of who asked.
                if isOver { context.close(promise: nil) }
            }
        }
        if received.readableBytes > Self.mostBytes { context.close(promise: nil) }
    }
}

/// Why a broker cannot be told anything.
package struct ControlError: Error, CustomStringConvertible {
    package var description: String
}

extension KafkaServer {
    /// Listens for orders at a socket of this machine until the server is stopped. Whoever may write to the file may tell
    /// the broker anything; a socket that is there is replaced.
    ///
    /// - Throws: ``ControlError``.
    package func listenForOrders(at path: String) throws {
        do {
            _ = try ServerBootstrap(group: loop)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { [broker] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ControlConnection(broker.value))
                    }
                }
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).wait()
        } catch {
            throw ControlError(description: "\(path): \(Self.words(of: error))")
        }
    }
}
