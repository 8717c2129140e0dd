// One client's connection and its connection to the broker: each frame is looked at, and goes on as it came.
internal import KafkaWire
internal import NIOCore

/// The two connections, on the proxy's event loop.
final class Link {
    enum Side {
        case client, broker

        var other: Side { self == .client ? .broker : .client }
    }

    /// What comes from one side.
    final class Lane {
        var channel: (any Channel)?
        var splitter: FrameSplitter
        /// What the frame in front waits for; what is behind it waits too.
        var holds = 0
        var isHeld: Bool { holds > 0 }

        init(head: Int) { splitter = FrameSplitter(head: head) }
    }

    /// A request whose answer has not come.
    struct Pending {
        var key: Int16
        var version: Int16
        var clientId: String?
        var places: [WirePlace]
        var ticket: WireLedger.Ticket?
    }

    let id: Int
    let relay: Relay
    private let lanes = (
        client: Lane(head: FrameSplitter.headLength), broker: Lane(head: FrameSplitter.answerHeadLength)
    )
    /// nil where answers are looked into, or come encrypted.
    private var largeAnswers: LargeAnswers?
    private(set) var pending: [Int32: Pending] = [:]
    private var isOver = false
    /// What waits until everything before it has been answered: clients take answers in the order of their requests.
    private var whenAnswered: (() -> Void)?

    init(_ id: Int, _ relay: Relay) {
        self.id = id
        self.relay = relay
    }

    func lane(_ side: Side) -> Lane { side == .client ? lanes.client : lanes.broker }

    // MARK: Connections

    /// Begins to pass frames.
    func begin(client: any Channel, broker: any Channel) {
        guard !isOver else {
            // The client has gone meanwhile.
            for channel in [client, broker] { channel.close(promise: nil) }
            return
        }
        for channel in [client, broker] { channel.sendUnpaced() }
        lanes.client.channel = client
        lanes.broker.channel = broker
        if relay.isPlain, !relay.upstream.isEncrypted { largeAnswers = LargeAnswers(from: broker, to: client) }
        readOn(.client)
        readOn(.broker)
    }

    /// Asks for more from one side, unless it is held up or the other side does not take what there is.
    func readOn(_ side: Side) {
        let lane = lane(side)
        guard !isOver, !lane.isHeld, let channel = lane.channel else { return }
        guard relay.isFrozen || self.lane(side.other).channel?.isWritable != false else { return }
        if side == .broker, !relay.isFrozen, let largeAnswers, largeAnswers.takes(lane.splitter.passing) {
            return move(largeAnswers)
        }
        channel.read()
    }

    /// Passes on what has come of a large answer, once the client has what was written to it before.
    private func move(_ answers: LargeAnswers) {
        guard !answers.isWaiting, let client = lanes.client.channel else { return }
        answers.isWaiting = true
        client.writeAndFlush(ByteBuffer()).assumeIsolated().whenComplete { [self] _ in
            answers.isWaiting = false
            guard !isOver, !relay.isFrozen else { return readOn(.broker) }
            switch answers.move(&lanes.broker.splitter.passing) {
            case .broker: lanes.broker.channel?.read()
            case .client(let piece):
                write(piece, to: .client)
                move(answers)
            case .turn: relay.after(0) { [self] in readOn(.broker) }
            case .nothing: close()
            }
        }
    }

    func took(_ piece: ByteBuffer, from side: Side) {
        // What a client writes after traffic has stopped was never written.
        guard !isOver, !(relay.isFrozen && side == .client) else { return }
        // SwiftNIO reads by itself when the broker closes the connection.
        if side == .broker, let left = largeAnswers?.rest() { write(left, to: .client) }
        lane(side).splitter.append(piece)
        process(side)
    }

    /// One side has gone. While traffic stands still, the broker may still answer what it was sent.
    func lost(_ side: Side) {
        if side == .client, relay.isFrozen { return }
        close()
    }

    /// Ends both connections, behind what was written to them.
    func close() {
        guard !isOver else { return }
        isOver = true
        if let left = largeAnswers?.rest() { write(left, to: .client) }
        for lane in [lanes.client, lanes.broker] {
            guard let channel = lane.channel else { continue }
            channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
            lane.channel = nil
        }
        pending = [:]
        relay.forget(self)
    }

    private func write(_ buffer: ByteBuffer, to side: Side) {
        guard !relay.isFrozen else { return }
        lane(side).channel?.write(buffer, promise: nil)
    }

    // MARK: Frames

    private func process(_ side: Side) {
        let lane = lane(side)
        do {
            while !isOver, !lane.isHeld, !(relay.isFrozen && side == .client),
                let part = try lane.splitter.next(mayPass: { mayPass($0, from: side) })
            {
                switch part {
                case .frame(let frame): try side == .client ? request(frame) : response(frame)
                case .head(let head):
                    try side == .client ? requestHead(head) : responseHead(head)
                    write(head, to: side.other)
                case .rest(let rest): write(rest, to: side.other)
                }
            }
        } catch {
            // What is no frame of Kafka's ends this connection, and nothing else.
            return close()
        }
        self.lane(side.other).channel?.flush()
    }

    /// Goes on with what waited behind a frame.
    private func goOn(_ side: Side) {
        lane(side).holds -= 1
        process(side)
        readOn(side)
    }

    /// Holds a side up until `body` has run, `milliseconds` later.
    private func hold(_ side: Side, milliseconds: Int64, then body: @escaping () -> Void) {
        lane(side).holds += 1
        relay.after(milliseconds) {
            guard !self.isOver else { return }
            body()
            self.goOn(side)
        }
    }

    /// Whether nobody wants to look into the rest of a frame.
    private func mayPass(_ head: UnsafeRawBufferPointer, from side: Side) -> Bool {
        guard relay.isPlain else { return false }
        do {
            if side == .client {
                let header = try RequestHeader(head)
                _ = try header.hasNoAnswer(head)
                return true
            }
            guard let request = pending[try correlationId(head)] else { return false }
            return AddressedApi(rawValue: request.key)?.hasAddresses(request.version) != true
                && request.key != ApiKey.apiVersions.rawValue
        } catch {
            return false
        }
    }

    private func correlationId(_ frame: UnsafeRawBufferPointer) throws(WireError) -> Int32 {
        var reader = WireReader(frame)
        return try reader.integer()
    }

    private func requestHead(_ head: ByteBuffer) throws {
        let (header, hasNoAnswer) = try head.withFrame { frame in
            let header = try RequestHeader(frame)
            return (header, try header.hasNoAnswer(frame))
        }
        relay.count(WirePoint(header.key, .request))
        if !hasNoAnswer { expectAnswer(header, places: [], ticket: nil) }
    }

    private func expectAnswer(_ header: RequestHeader, places: [WirePlace], ticket: WireLedger.Ticket?) {
        pending[header.correlationId] = Pending(
            key: header.key, version: header.version, clientId: header.clientId, places: places, ticket: ticket)
    }

    private func responseHead(_ head: ByteBuffer) throws {
        guard let request = pending.removeValue(forKey: try head.withFrame(correlationId)) else { return }
        relay.count(WirePoint(request.key, .response))
        answered()
    }

    // MARK: Requests

    private func request(_ frame: ByteBuffer) throws {
        let (header, refusal) = try frame.withFrame { frame in
            let header = try RequestHeader(frame)
            return (header, try VersionLimits.refusal(header))
        }
        if let refusal {
            write(ByteBuffer(bytes: refusal), to: .client)
            lanes.client.channel?.flush()
            return
        }
        let facts = relay.facts(of: header.key) { names in
            try frame.withFrame { bytes in try RequestFacts(bytes, header, names) }
        }
        func passOn() throws { try forward(frame, header, facts) }
        let point = WirePoint(header.key, .request)
        guard let (trigger, action) = relay.pass(point, header.clientId, facts?.places ?? []) else {
            return try passOn()
        }
        switch action {
        case .kill:
            lanes.broker.channel?.flush()
            relay.fire(trigger, action)
        case .cut:
            relay.fire(trigger, action)
            close()
        case .delay(let milliseconds):
            relay.fire(trigger, action)
            hold(.client, milliseconds: milliseconds) { [self] in
                do { try passOn() } catch { close() }
            }
        case .error(let code):
            relay.fire(trigger, action)
            let answer = try frame.withFrame { try ErrorAnswer.toRequest($0, header, code) }
            guard let answer, try !frame.withFrame(header.hasNoAnswer) else { return try passOn() }
            answerInTurn(ByteBuffer(bytes: answer))
        case .stop:
            try passOn()
            lanes.broker.channel?.flush()
            relay.fire(trigger, action)
        }
    }

    private func forward(_ frame: ByteBuffer, _ header: RequestHeader, _ facts: RequestFacts?) throws {
        let ticket = facts.flatMap { relay.enter($0, connection: id) }
        if try !frame.withFrame(header.hasNoAnswer) {
            expectAnswer(header, places: facts?.places ?? [], ticket: ticket)
        }
        relay.noteTraffic(header.key)
        write(frame, to: .broker)
    }

    /// Gives the client an answer of ours, behind those that the broker owes it.
    private func answerInTurn(_ answer: ByteBuffer) {
        guard !pending.isEmpty else {
            write(answer, to: .client)
            lanes.client.channel?.flush()
            return
        }
        lanes.client.holds += 1
        whenAnswered = { [self] in
            write(answer, to: .client)
            goOn(.client)
        }
    }

    private func answered() {
        guard pending.isEmpty, let waiting = whenAnswered else { return }
        whenAnswered = nil
        waiting()
    }

    // MARK: Answers

    private func response(_ frame: ByteBuffer) throws {
        guard let request = pending.removeValue(forKey: try frame.withFrame(correlationId)) else {
            throw WireError(.number, "CorrelationId", at: 0)
        }
        if request.key == ApiKey.apiVersions.rawValue {
            let narrowed = try frame.withFrame { try VersionLimits.narrowed($0, version: request.version) }
            return try look(at: ByteBuffer(bytes: narrowed), request)
        }
        guard let api = AddressedApi(rawValue: request.key), api.hasAddresses(request.version) else {
            return try look(at: frame, request)
        }
        let addresses = try frame.withFrame { try Addresses($0, of: api, version: request.version) }
        guard !addresses.brokers.isEmpty else { return try look(at: frame, request) }
        let finish = { [self] in
            let replaced = try frame.withFrame { try addresses.replaced(in: $0, by: relay.place) }
            try look(at: ByteBuffer(bytes: replaced), request)
        }
        // A client that is told an address may use it at once.
        guard let opening = relay.open(addresses.brokers) else { return try finish() }
        lanes.broker.holds += 1
        opening.assumeIsolated().whenComplete { [self] result in
            guard !isOver else { return }
            do {
                try result.get()
                try finish()
                goOn(.broker)
            } catch {
                close()
            }
        }
    }

    /// The answer as the client is to have it.
    private func look(at frame: ByteBuffer, _ request: Pending) throws {
        var frame = frame
        if request.key == ApiKey.fetch.rawValue, relay.settings.trims {
            let trimmed = try frame.withFrame { try FetchTrim.trimmed($0, version: request.version) }
            if let trimmed { frame = ByteBuffer(bytes: trimmed) }
        }
        let facts = relay.learn(from: request.key) { names in
            try frame.withFrame { try ResponseFacts($0, of: request.key, version: request.version, &names) }
        }
        guard let lockstep = relay.settings.lockstep, facts?.placesWithRecords.isEmpty == false else {
            return try deliver(frame, request, facts)
        }
        lanes.broker.holds += 1
        relay.whenQuiet(lockstep) { [self] in
            guard !isOver else { return }
            do {
                try deliver(frame, request, facts)
                goOn(.broker)
            } catch {
                close()
            }
        }
    }

    private func deliver(_ frame: ByteBuffer, _ request: Pending, _ facts: ResponseFacts?) throws {
        guard !relay.isFrozen else { return enter(facts, request, isTold: false) }
        let forward = { [self] (frame: ByteBuffer) in
            enter(facts, request, isTold: true)
            relay.noteTraffic(request.key)
            write(frame, to: .client)
            answered()
        }
        guard let (trigger, action) = pass(request, facts) else { return forward(frame) }
        switch action {
        case .kill:
            lanes.client.channel?.flush()
            enter(facts, request, isTold: false)
            relay.fire(trigger, action)
        case .cut:
            enter(facts, request, isTold: false)
            relay.fire(trigger, action)
            close()
        case .delay(let milliseconds):
            relay.fire(trigger, action)
            hold(.broker, milliseconds: milliseconds) { forward(frame) }
        case .error(let code):
            relay.fire(trigger, action)
            let answer = try frame.withFrame {
                try ErrorAnswer.ofResponse($0, key: request.key, version: request.version, code)
            }
            enter(facts, request, isTold: false)
            write(answer.map { ByteBuffer(bytes: $0) } ?? frame, to: .client)
            answered()
        case .stop:
            forward(frame)
            lanes.client.channel?.flush()
            relay.fire(trigger, action)
        }
    }

    private func enter(_ facts: ResponseFacts?, _ request: Pending, isTold: Bool) {
        if let facts, let ticket = request.ticket { relay.enter(facts, of: ticket, isTold: isTold) }
    }

    /// The points of an answer: first that it has records, then that it is one.
    private func pass(_ request: Pending, _ facts: ResponseFacts?) -> (trigger: WireTrigger, action: WireAction)? {
        let withRecords = facts?.placesWithRecords ?? []
        if !withRecords.isEmpty, let fired = relay.pass(.fetchRecords, request.clientId, withRecords) { return fired }
        return relay.pass(WirePoint(request.key, .response), request.clientId, request.places + (facts?.places ?? []))
    }
}

/// One side of a link.
final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: Link
    private let side: Link.Side

    init(_ link: Link, _ side: Link.Side) {
        self.link = link
        self.side = side
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { link.took(unwrapInboundIn(data), from: side) }
    func channelReadComplete(context: ChannelHandlerContext) { link.readOn(side) }
    func channelWritabilityChanged(context: ChannelHandlerContext) { link.readOn(side.other) }
    func channelInactive(context: ChannelHandlerContext) { link.lost(side) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { link.lost(side) }
}
