// One client's connection: cuts what comes into frames, serves one at a time, writes each answer with one flush.
internal import KafkaWire
internal import NIOCore

/// Serves requests in the order in which they come, as Kafka does: the next is not looked at before the last is
/// answered and the client has taken most of that. What waits behind them is left to the system's buffers.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let broker: Broker
    /// The broker that the client talks to.
    let node: Node
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    /// How many bytes the frame has that is being received. Room for it is made at once, but not for as much as anybody
    /// may claim.
    private var wantedCount = 0
    private static let mostReserved = 2 << 20
    /// Whether a request has no answer yet.
    private var isBusy = false
    /// Whether frames are being served further up the stack.
    private var isServing = false
    private var wantsRead = false
    /// Whose it is.
    var authentication = Authentication()
    /// When something came, on the loop's clock.
    private(set) var lastRead: Int64
    /// What has come is served no more.
    private var isClosed = false

    init(_ broker: Broker, _ node: Node) {
        self.broker = broker
        self.node = node
        lastRead = broker.now
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard node.add(self) else { return close() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        node.remove(self)
        broker.forget(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = broker.now
        var piece = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = piece
        } else {
            received.discardReadBytes()
            received.reserveCapacity(min(wantedCount, Self.mostReserved))
            received.writeBuffer(&piece)
        }
        serveFrames()
    }

    /// Reads on, unless there is more to serve than can be.
    func read(context: ChannelHandlerContext) {
        let isHeldUp = (isBusy || !context.channel.isWritable) && received.readableBytes > 0
        if isHeldUp { wantsRead = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        serveFrames()
        context.fireChannelWritabilityChanged()
    }

    private func serveFrames() {
        guard !isServing else { return }
        isServing = true
        defer { isServing = false }
        do {
            while !isClosed, let context, !isBusy, context.channel.isWritable, let frame = try nextFrame() {
                isBusy = true
                try frame.withUnsafeReadableBytes { try broker.serve($0, on: self) }
            }
        } catch {
            // What is no request of Kafka's ends this connection, and nothing else.
            return close()
        }
        if wantsRead, !isBusy, let context, context.channel.isWritable {
            wantsRead = false
            context.read()
        }
    }

    private func nextFrame() throws -> ByteBuffer? {
        let length = try received.withUnsafeReadableBytes { bytes throws(WireError) in
            try Frame.length(bytes, limit: Frame.defaultLimit)
        }
        guard let length else { return nil }
        wantedCount = Frame.prefixLength + length
        guard received.readableBytes >= wantedCount else { return nil }
        received.moveReaderIndex(forwardBy: Frame.prefixLength)
        return received.readSlice(length: length)
    }

    /// Ends the request that is served with this answer; `records` fill its gaps.
    func send(_ frame: EncodedFrame, _ records: [[ByteBuffer]]) {
        guard let context else { return }
        var own = ByteBuffer(bytes: frame.bytes)
        var from = 0
        for (gap, slices) in zip(frame.gaps, records) {
            if let part = own.readSlice(length: gap.position - from) {
                context.write(wrapOutboundOut(part), promise: nil)
            }
            from = gap.position
            for slice in slices { context.write(wrapOutboundOut(slice), promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(own), promise: nil)
        finish()
    }

    /// Ends a message that is no request with another.
    func sendBare(_ bytes: [UInt8]) {
        guard let context else { return }
        var frame = ByteBuffer()
        frame.writeInteger(UInt32(bytes.count))
        frame.writeBytes(bytes)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        finish()
    }

    /// Serves nothing more, and closes the connection when what was written before is sent.
    func closeBehindAnswers() {
        isClosed = true
        guard let context else { return }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in close() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    /// Ends the request that is served without an answer.
    func finish() {
        isBusy = false
        serveFrames()
    }

    func isIdle(since time: Int64) -> Bool { !isBusy && lastRead <= time }

    func close() {
        isClosed = true
        context?.close(promise: nil)
    }
}

/// Where the answer to a request goes.
struct Reply {
    let connection: Connection
    let version: Int16
    let correlationId: Int32
    /// What a script has in store for it.
    var orders: AnswerOrders?

    init(connection: Connection, version: Int16, correlationId: Int32) {
        self.connection = connection
        self.version = version
        self.correlationId = correlationId
    }

    /// Answers; `records` are the slices of each field of records that is not empty.
    func send<A: Api>(_ api: A.Type, _ response: A.Response, records: [[ByteBuffer]] = []) {
        if let script = connection.broker.script {
            script.answer(api, response, records: records, self)
        } else {
            deliver(api, response, records: records)
        }
    }

    /// Ends a request that wants no answer.
    func finish() {
        if let script = connection.broker.script { script.finish(self) } else { connection.finish() }
    }

    /// Writes an answer, whatever a script says.
    func deliver<A: Api>(_: A.Type, _ response: A.Response, records: [[ByteBuffer]]) {
        do throws(WireError) {
            let frame = try A.encodeResponse(response, version: version, correlationId: correlationId)
            connection.send(frame, records)
        } catch {
            // A name that came in a request and is too long for the version of its answer.
            connection.close()
        }
    }
}
