// Takes leave of a group for a member that was killed.
internal import KafkaWire
internal import NIOCore
internal import NIOPosix

/// A member that leaves its group.
struct Departure: Sendable {
    var group: String
    var member: String
    var broker: WireAddress

    /// One member at a time: every broker knows that version.
    private static let version: Int16 = 1
    private static let patience = TimeAmount.seconds(2)

    /// Connects, asks, and waits for the answer.
    ///
    /// - Returns: whether the member is gone.
    func carryOut(on loop: any EventLoop) -> EventLoopFuture<Bool> {
        let answer = loop.makePromise(of: Bool.self)
        // Whichever of the two comes first counts.
        let limit = loop.scheduleTask(in: Self.patience) { answer.succeed(false) }
        ClientBootstrap(group: loop)
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstAnswer(answer))
                }
            }
            .connect(host: broker.host, port: Int(broker.port))
            .whenComplete { result in
                do {
                    var request = LeaveGroup.Request()
                    (request.groupId, request.memberId) = (group, member)
                    let frame = try LeaveGroup.encodeRequest(
                        request, version: Self.version, correlationId: 1, clientId: "kbench")
                    try result.get().writeAndFlush(ByteBuffer(bytes: frame.bytes), promise: nil)
                } catch {
                    answer.succeed(false)
                }
            }
        answer.futureResult.whenComplete { _ in limit.cancel() }
        return answer.futureResult
    }

    /// Reads one answer, and ends the connection.
    private final class FirstAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: EventLoopPromise<Bool>
        private var frames = FrameBuffer(limit: 1 << 16)

        init(_ answer: EventLoopPromise<Bool>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            do {
                unwrapInboundIn(data).withUnsafeReadableBytes { frames.append($0) }
                let error = try frames.next {
                    try LeaveGroup.decodeResponse($0, version: Departure.version).response.errorCode
                }
                guard let error else { return }
                answer.succeed(error == .none || error == .unknownMemberId)
            } catch {
                answer.succeed(false)
            }
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { answer.succeed(false) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
