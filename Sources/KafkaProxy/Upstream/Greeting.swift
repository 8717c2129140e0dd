// What has to be said to a broker before it takes requests: the handshake of TLS, then a login by SASL.
internal import KafkaWire
internal import NIOCore
internal import NIOTLS
internal import Sasl

/// Why a broker does not take the proxy.
struct GreetingError: Error, CustomStringConvertible {
    var description: String
}

/// Sits in a new connection until the broker knows who is there, and then leaves it.
final class Greeting: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        case encryption, handshake, exchange, over
    }

    private let login: SaslLogin?
    private var dialogue: SaslDialogue?
    private let done: EventLoopPromise<Void>
    private let patience: TimeAmount
    private var limit: Scheduled<Void>?
    private var stage: Stage
    private var frames = FrameBuffer(limit: 1 << 20)
    private var number: Int32 = 0

    init(isEncrypted: Bool, _ login: SaslLogin?, _ done: EventLoopPromise<Void>, _ patience: TimeAmount) {
        self.login = login
        self.done = done
        self.patience = patience
        stage = isEncrypted ? .encryption : .handshake
    }

    /// The versions that every broker with framed logins has.
    private static let handshakeVersion: Int16 = 1
    private static let exchangeVersion: Int16 = 0

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        let done = done
        let silence = GreetingError(description: "it said nothing for \(patience.nanoseconds / 1_000_000_000) s")
        limit = context.eventLoop.scheduleTask(in: patience) { done.fail(silence) }
        if stage == .handshake { begin(context) }
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if stage == .encryption, case .handshakeCompleted? = event as? TLSUserEvent { begin(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard let login else { return finish(context) }
        stage = .handshake
        dialogue = login.begin()
        var request = SaslHandshake.Request()
        request.mechanism = login.mechanism.rawValue
        ask(context, SaslHandshake.self, request, Self.handshakeVersion)
    }

    private func ask<A: Api>(_ context: ChannelHandlerContext, _: A.Type, _ request: A.Request, _ version: Int16) {
        number += 1
        do {
            let frame = try A.encodeRequest(request, version: version, correlationId: number, clientId: "kbench")
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: frame.bytes)), promise: nil)
        } catch {
            fail(context, "\(error)")
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stage != .over else { return context.fireChannelRead(data) }
        do {
            unwrapInboundIn(data).withUnsafeReadableBytes { frames.append($0) }
            while stage != .over, try frames.next({ try answer(context, $0) }) != nil {}
        } catch is WireError {
            fail(context, "it does not answer in Kafka's protocol, as a broker does that wants TLS")
        } catch {
            fail(context, "\(error)")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if stage != .over { context.read() }
    }

    private func answer(_ context: ChannelHandlerContext, _ frame: UnsafeRawBufferPointer) throws {
        if stage == .handshake {
            let answer = try SaslHandshake.decodeResponse(frame, version: Self.handshakeVersion).response
            guard answer.errorCode == .none else {
                let known = answer.mechanisms.joined(separator: ", ")
                throw GreetingError(
                    description: "it does not take \(login?.mechanism.rawValue ?? "") (\(answer.errorCode)); it has "
                        + (known.isEmpty ? "no login" : known))
            }
            stage = .exchange
            return try goOn(context, [])
        }
        let answer = try SaslAuthenticate.decodeResponse(frame, version: Self.exchangeVersion).response
        guard answer.errorCode == .none else {
            throw GreetingError(description: answer.errorMessage ?? "it refuses the login (\(answer.errorCode))")
        }
        try goOn(context, answer.authBytes.array)
    }

    private func goOn(_ context: ChannelHandlerContext, _ said: [UInt8]) throws {
        guard let message = try dialogue?.step(said) else { return finish(context) }
        var request = SaslAuthenticate.Request()
        request.authBytes = Bytes(message)
        ask(context, SaslAuthenticate.self, request, Self.exchangeVersion)
    }

    private func finish(_ context: ChannelHandlerContext) {
        stage = .over
        limit?.cancel()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        done.succeed()
    }

    private func fail(_ context: ChannelHandlerContext, _ words: String) {
        stage = .over
        limit?.cancel()
        done.fail(GreetingError(description: words))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if stage != .over { fail(context, "it closed the connection before it was greeted") }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if stage == .over { context.fireErrorCaught(error) } else { fail(context, "\(error)") }
    }
}
