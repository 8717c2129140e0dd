// Takes leave of a group for a member that was killed.
internal import KafkaWire
internal import NIOCore

/// A member that leaves its group.
struct Departure: Sendable {
    var group: String
    var member: String
    var membership: WireLedger.Membership
    var broker: WireAddress

    /// One member at a time: every broker knows that version.
    private static let version: Int16 = 1

    private func request() throws -> [UInt8] {
        if membership.isHeldByBroker {
            // Else the broker refuses another process of that name.
            let epoch = membership.instance == nil ? ConsumerHeartbeat.leaving : ConsumerHeartbeat.pausing
            return try ConsumerHeartbeat.departure(
                .init(group: group, member: member, epoch: epoch, instance: membership.instance), correlationId: 1)
        }
        var request = LeaveGroup.Request()
        (request.groupId, request.memberId) = (group, member)
        return try LeaveGroup.encodeRequest(
            request, version: Self.version, correlationId: 1, clientId: "kbench"
        ).bytes
    }

    /// What the broker said to it.
    private static func error(in answer: UnsafeRawBufferPointer, isHeldByBroker: Bool) throws -> Int16 {
        guard !isHeldByBroker else {
            return try ConsumerHeartbeat.response(answer, version: ConsumerHeartbeat.versions.lowerBound).error
        }
        return try LeaveGroup.decodeResponse(answer, version: version).response.errorCode.rawValue
    }

    private static let patience = TimeAmount.seconds(2)

    /// Connects, asks, and waits for the answer. It is called on the loop.
    ///
    /// - Returns: whether the member is gone.
    func carryOut(by upstream: Upstream, on loop: any EventLoop) -> EventLoopFuture<Bool> {
        let answer = loop.makePromise(of: Bool.self)
        // Whichever of the two comes first counts.
        let limit = loop.scheduleTask(in: Self.patience) { answer.succeed(false) }
        upstream.connect(to: broker, on: loop).assumeIsolated().whenComplete { result in
            do {
                let frame = try request()
                let channel = try result.get()
                try channel.pipeline.syncOperations.addHandler(
                    FirstAnswer(answer, isHeldByBroker: membership.isHeldByBroker))
                channel.writeAndFlush(ByteBuffer(bytes: frame), promise: nil)
                channel.read()
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
        private let isHeldByBroker: Bool
        private var frames = FrameBuffer(limit: 1 << 16)

        init(_ answer: EventLoopPromise<Bool>, isHeldByBroker: Bool) {
            self.answer = answer
            self.isHeldByBroker = isHeldByBroker
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            do {
                unwrapInboundIn(data).withUnsafeReadableBytes { frames.append($0) }
                let error = try frames.next { try Departure.error(in: $0, isHeldByBroker: isHeldByBroker) }
                guard let error else { return }
                answer.succeed(error == ErrorCode.none.rawValue || error == ErrorCode.unknownMemberId.rawValue)
            } catch {
                answer.succeed(false)
            }
            context.close(promise: nil)
        }

        func channelReadComplete(context: ChannelHandlerContext) { context.read() }
        func channelInactive(context: ChannelHandlerContext) { answer.succeed(false) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
