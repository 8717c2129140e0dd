// Passes large answers that nobody looks into from the broker's socket to the client's.
internal import NIOCore
internal import Posix

/// What moves the rest of a frame, while SwiftNIO waits for either socket. All is on the event loop.
final class LargeAnswers {
    /// What has to come first before more can be moved.
    enum Need {
        /// More from the broker, or the end of the connection.
        case broker
        /// Room at the client, for which this waits in the channel.
        case client(ByteBuffer)
        /// A turn of the others on the loop.
        case turn
        /// Nothing: the client has gone.
        case nothing
    }

    /// Less than this is read in the usual way.
    private static let least = 64 << 10
    /// How much is moved at once while others on the loop wait.
    private static let turn = 8 << 20
    /// Enough for what begins a frame; what waits behind it in the socket is moved.
    private static let beginning = 16 << 10

    private let passage: SocketPassage
    private let channels: (broker: any Channel, client: any Channel)
    private let sockets: (broker: NIOBSDSocket.Handle, client: NIOBSDSocket.Handle)
    /// Whether something is waited for before more is moved.
    var isWaiting = false

    /// nil where the system cannot do it.
    init?(from broker: any Channel, to client: any Channel) {
        func socket(_ channel: any Channel) -> NIOBSDSocket.Handle? {
            try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable { (socket: NIOBSDSocket.Handle) in
                socket
            }
        }
        guard let from = socket(broker), let to = socket(client), let passage = SocketPassage() else { return nil }
        self.passage = passage
        channels = (broker, client)
        sockets = (from, to)
        // Else most of an answer has been copied before its beginning is looked at.
        try? broker.syncOptions?.setOption(
            .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.beginning))
        try? broker.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    }

    /// Whether so much of a frame, or what is held of it, is worth it.
    func takes(_ left: Int) -> Bool { left >= Self.least || passage.held > 0 }

    /// Moves what there is of the rest of a frame, of which `left` bytes have not been taken from the broker's socket.
    /// Nothing else may lie between that socket and the client's.
    func move(_ left: inout Int) -> Need {
        var budget = Self.turn
        // A channel that has ended may have given its number to another one.
        while channels.broker.isActive, channels.client.isActive {
            while passage.held > 0 {
                switch passage.give(to: sockets.client) {
                case .moved: continue
                case .blocked: return .client(held(atMost: Self.least))
                case .ended: return .nothing
                }
            }
            guard left > 0 else { return .broker }
            guard budget > 0 else { return .turn }
            guard case .moved(let count) = passage.take(left, from: sockets.broker) else { return .broker }
            left -= count
            budget -= count
        }
        return .broker
    }

    /// What has been taken and not given, which goes on in the usual way then; nil: nothing.
    func rest() -> ByteBuffer? { passage.held > 0 ? held(atMost: passage.held) : nil }

    private func held(atMost most: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        while passage.held > 0, buffer.readableBytes < most {
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: min(most, passage.held)) {
                passage.copy(into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(most)))
            }
            guard count > 0 else { break }
        }
        return buffer
    }
}
