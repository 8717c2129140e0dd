// A script at work on a served broker: holds each request and each answer against it, and keeps the log.
internal import BrokerCore
internal import BrokerScript
internal import KafkaWire
internal import NIOCore

/// Everything here runs on the broker's event loop. A broker without a script has none of these.
final class ServedScript {
    unowned let broker: Broker
    private let begin: Milliseconds
    private(set) var state: ScriptState
    private var lines = EventLog()
    /// Gets each line of the log; nil: there is none.
    private let log: ((String) -> Void)?
    private var logsRequests: Bool { log != nil }
    /// The newest lines, for those who ask.
    private var kept: [String] = []
    private var linesWritten = 0
    private static let mostKept = 100_000
    private var timer: (deadline: ScriptTime, task: Scheduled<Void>)?
    /// Until when brokers answer nothing; under 0: all of them.
    private var silence: [Int32: Milliseconds] = [:]
    /// Connections by the order in which they first asked for something.
    private var connections: [ObjectIdentifier: Int] = [:]
    private var connectionsSeen = 0

    init(_ settings: ScriptSettings, _ broker: Broker) {
        self.broker = broker
        begin = broker.now
        state = ScriptState(settings.script, seed: settings.seed)
        log = settings.log
        setTimer()
    }

    private func write(_ line: String) {
        guard let log else { return }
        log(line)
        kept.append(line)
        linesWritten += 1
        // Dropped by halves, so that most lines cost nothing.
        if kept.count > 2 * Self.mostKept { kept.removeFirst(kept.count - Self.mostKept) }
    }

    /// The newest lines of the log, those before number `from` left out; nil where requests are not logged.
    func keptLines(from: Int) -> [String]? {
        guard logsRequests else { return nil }
        return Array(kept.dropFirst(max(0, from - 1 - (linesWritten - kept.count))))
    }

    private var time: ScriptTime { broker.now - begin }

    // MARK: Requests

    /// Whether a request has to come here before it is carried out.
    func isConcerned(with api: ApiKey, _ node: Int32) -> Bool {
        logsRequests || state.watches(api) || silenceEnd(node) != nil
    }

    /// Lets happen what happens as a request comes, and carries out what is left of it, now or later.
    ///
    /// - Throws: ``WireError`` for bytes that are no request.
    func take<A: Api>(
        _: A.Type, _ frame: UnsafeRawBufferPointer, _ header: RequestHeader, _ reply: Reply
    ) throws(WireError) {
        var reply = reply
        let node = reply.connection.node.id
        let facts = try MessageWalker.facts(
            try A.decodeRequest(frame, header), A.key, version: header.version, client: header.clientId, broker: node)
        let orders = AnswerOrders(
            request: logsRequests ? logged(facts, header, reply) : nil, version: header.version)
        reply.orders = orders
        var rest: [UInt8]?
        var wait: Milliseconds = 0
        for firing in state.request(facts) {
            switch firing.act {
            case .cutBefore:
                report(firing.number, at: orders)
                return reply.connection.close()
            case .delay(let time):
                report(firing.number, at: orders)
                wait += time
            case .answerDelay(let time):
                orders.delay += time
                orders.events.append(firing.number)
            case .cutAfter:
                orders.fate = .cut
                orders.events.append(firing.number)
            case .loseAnswer:
                orders.fate = .lost
                orders.events.append(firing.number)
            case .fail(let code):
                report(firing.number, at: orders)
                guard let left = try refuse(A.self, rest ?? Array(frame), firing.filter, code, orders) else {
                    return reply.send(A.self, A.Response())
                }
                rest = left
            case .loseRecords:
                report(firing.number, at: orders)
                rest = try loseRecords(rest ?? Array(frame), firing.filter, orders)
            default:
                carryOut(firing.act) { [self] in report(firing.number, at: orders, failure: $0) }
            }
        }
        if let end = silenceEnd(node) { wait = max(wait, end - broker.now) }
        guard wait > 0 || rest != nil else { return try broker.dispatch(A.key, frame, header, reply) }
        let left = rest ?? Array(frame)
        guard wait > 0 else { return try carryOn(A.key, left, reply) }
        later(wait) { [self] in
            do { try carryOn(A.key, left, reply) } catch { reply.connection.close() }
        }
    }

    private func carryOn(_ key: ApiKey, _ frame: [UInt8], _ reply: Reply) throws(WireError) {
        let result = frame.withUnsafeBytes { frame in
            Result { () throws(WireError) in try broker.dispatch(key, frame, try RequestHeader(frame), reply) }
        }
        try result.get()
    }

    /// The request's number in the log, in which it is now.
    private func logged(_ facts: RequestFacts, _ header: RequestHeader, _ reply: Reply) -> Int {
        let id = ObjectIdentifier(reply.connection)
        if connections[id] == nil {
            connectionsSeen += 1
            connections[id] = connectionsSeen
        }
        let logged = lines.request(facts, version: header.version, connection: connections[id] ?? 0)
        write(logged.line)
        return logged.number
    }

    /// Forgets a connection that is closed: another may get its identity.
    func forget(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }

    // MARK: Answers

    /// Sends an answer, now or later, or does with it what the script wants.
    func answer<A: Api>(_: A.Type, _ response: A.Response, records: [[ByteBuffer]], _ reply: Reply) {
        guard let orders = reply.orders else {
            // Its request came before there was anything to be done to it.
            return whenHeard(reply, 0) { reply.deliver(A.self, response, records: records) }
        }
        let changed = orders.changed(response)
        whenHeard(reply, orders.delay) { [self] in
            var errors: [String] = []
            if logsRequests {
                var looked = changed
                MessageWalker.errors(A.self, &looked, version: reply.version) { topic, partition, code in
                    guard code != .none else { return code }
                    let place = topic.map { topic in partition.map { "\(topic)/\($0) " } ?? "\(topic) " }
                    errors.append((place ?? "") + code.word)
                    return code
                }
            }
            guard end(orders, errors, reply) else { return }
            reply.deliver(A.self, changed, records: records)
        }
    }

    /// Ends a request that wants no answer.
    func finish(_ reply: Reply) {
        guard let orders = reply.orders else { return reply.connection.finish() }
        whenHeard(reply, orders.delay) { [self] in
            if end(orders, [], reply) { reply.connection.finish() }
        }
    }

    /// Lets the events of an answer happen; false where it is not sent.
    private func end(_ orders: AnswerOrders, _ errors: [String], _ reply: Reply) -> Bool {
        if let request = orders.request {
            let fate = orders.fate == .sent ? nil : orders.fate.rawValue
            if let line = EventLog.answer(to: request, errors: errors, fate: fate) { write(line) }
        }
        for number in orders.events { report(number, at: orders) }
        switch orders.fate {
        case .sent: return true
        case .cut: reply.connection.close()
        // Its request is never over, so nothing that follows on its connection is looked at.
        case .lost: break
        }
        return false
    }

    private func whenHeard(_ reply: Reply, _ delay: Milliseconds, _ body: @escaping () -> Void) {
        let silent = silenceEnd(reply.connection.node.id).map { $0 - broker.now } ?? 0
        let wait = max(delay, silent)
        if wait > 0 { later(wait, body) } else { body() }
    }

    // MARK: Events

    /// Adds an event; returns its number.
    func arm(_ event: ScriptEvent) -> Int {
        // What is to happen at a time is to happen so long after now.
        var event = event
        if case .at(let time) = event.moment { event.moment = .at(self.time + time) }
        let number = state.arm(event)
        setTimer()
        return number
    }

    /// Lets something happen now that is not in the script.
    func tell(_ act: Act, words: String, _ done: @escaping (_ failure: String?) -> Void) {
        carryOut(act) { [self] failure in
            write(EventLog.told(words, failure: failure))
            done(failure)
        }
    }

    private func carryOut(_ act: Act, _ done: @escaping (_ failure: String?) -> Void) {
        guard case .blackhole(let time, let node) = act else { return broker.carryOut(act, done) }
        guard node == nil || broker.hasNode(node ?? 0) else { return done("there is no broker \(node ?? 0)") }
        let end = broker.now + time
        silence[node ?? 0] = max(silence[node ?? 0] ?? 0, end)
        done(nil)
    }

    /// Writes down what came of an event, once.
    private func report(_ number: Int, at orders: AnswerOrders? = nil, failure: String? = nil) {
        if let failure { state.failed(number, failure) } else { state.happened(number, at: time) }
        let words = state.entries[number - 1].event.words
        write(EventLog.event(number, words, request: orders?.request, failure: failure))
        setTimer()
    }

    private func setTimer() {
        guard let next = state.nextDeadline else { return }
        if let timer, timer.deadline <= next { return }
        timer?.task.cancel()
        let task = broker.schedule(at: begin + next) { [weak self] in
            // A script may have ended meanwhile.
            guard let self else { return }
            timer = nil
            for firing in state.due(at: time) {
                carryOut(firing.act) { [self] in report(firing.number, failure: $0) }
            }
            setTimer()
        }
        timer = (next, task)
    }

    /// When a broker answers again; nil for one that does.
    private func silenceEnd(_ node: Int32) -> Milliseconds? {
        guard !silence.isEmpty else { return nil }
        let now = broker.now
        silence = silence.filter { $0.value > now }
        return [silence[0], silence[node]].compactMap { $0 }.max()
    }

    private func later(_ wait: Milliseconds, _ body: @escaping () -> Void) {
        // The clock's milliseconds are rounded down, and no less is to pass.
        _ = broker.schedule(at: broker.now + wait + 1, body)
    }
}
