// A connection to one broker: a request goes out, its answer comes back, and bytes that are neither end it.
internal import KafkaWire
internal import Posix
internal import Sasl
internal import World

/// One thread uses a connection at a time. At most one request is on its way.
final class Connection {
    let address: NativeSettings.Address
    private let settings: NativeSettings
    let socket: StreamSocket
    /// nil: nothing is encrypted.
    private var tls: TlsSession?
    private(set) var versions: [Int16: ClosedRange<Int16>] = [:]
    private var correlationId: Int32 = 0
    /// The number of the request that is on its way.
    private var awaited: Int32?
    /// The bytes of the frame that is coming; nil until its length is known.
    private var expected: Int?
    private var prefix = [UInt8](repeating: 0, count: Frame.prefixLength)
    private var prefixCount = 0
    private let scratch = AnswerBuffer(capacity: 4096)
    private(set) var isOpen = true

    /// Connects, learns what the broker can, and logs in where that is asked for.
    ///
    /// - Throws: `SystemError`, ``Disconnection``, ``NoAnswer``, ``Untrusted``, ``Refusal``, `SaslFailure`, `WireError`,
    ///   or `BrokerError` for a broker that is too old.
    init(_ address: NativeSettings.Address, _ settings: NativeSettings, timeout: Duration) throws {
        self.address = address
        self.settings = settings
        socket = try StreamSocket.connect(host: address.host, port: address.port, timeout: timeout)
        do {
            if let context = settings.tls { tls = try TlsSession(context, address, over: socket, timeout: timeout) }
            let answer = try ask(ApiVersions.self, ApiVersions.Request(), version: 0, timeout: timeout)
            guard answer.errorCode == .none else { throw Refusal(answer.errorCode) }
            for api in answer.apiKeys where api.minVersion <= api.maxVersion {
                versions[api.apiKey] = api.minVersion...api.maxVersion
            }
            if let login = settings.security.login { try logIn(login, timeout: timeout) }
        } catch {
            close()
            throw error
        }
    }

    func close() {
        isOpen = false
        socket.close()
    }

    /// The highest version of a request that both sides have and that is in `range`.
    ///
    /// - Throws: `BrokerError` where there is none.
    func version<A: Api>(_: A.Type, _ range: ClosedRange<Int16>) throws -> Int16 {
        let known = versions[A.key.rawValue]
        guard let known, known.overlaps(range) else {
            let words = known.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "none"
            throw BrokerError(
                .failed,
                "the broker takes versions \(words) of \(A.key), and the native client speaks \(range.lowerBound) to "
                    + "\(range.upperBound): use --client librdkafka",
                location: "\(address)")
        }
        return min(known.upperBound, range.upperBound)
    }

    /// Asks and waits for the answer.
    ///
    /// - Throws: as ``init(_:_:timeout:)``; the connection is closed then, unless the broker said no.
    func ask<A: Api>(
        _ api: A.Type, _ request: A.Request, version: Int16, timeout: Duration
    ) throws -> A.Response {
        try send(api, request, version: version)
        scratch.removeAll()
        guard try receive(into: scratch, until: ContinuousClock().now + timeout) else {
            close()
            throw NoAnswer()
        }
        return try decode(api, scratch.bytes, version: version)
    }

    /// Sends a request.
    func send<A: Api>(_: A.Type, _ request: A.Request, version: Int16) throws {
        guard isOpen else { throw Disconnection(reason: "the connection to \(address) is closed") }
        correlationId &+= 1
        do {
            let frame = try A.encodeRequest(
                request, version: version, correlationId: correlationId, clientId: settings.clientId)
            awaited = correlationId
            try frame.bytes.withUnsafeBytes { try send($0) }
        } catch {
            close()
            throw error
        }
    }

    /// Sends the bytes of a request.
    func send(_ bytes: UnsafeRawBufferPointer) throws {
        guard let tls else { return try socket.send(bytes, timeout: settings.attemptTimeout) }
        try tls.send(bytes, timeout: settings.attemptTimeout)
    }

    /// Reads an answer into `buffer`, which is empty or has the beginning of it.
    ///
    /// - Returns: Whether it is whole; if not, the next call goes on.
    func receive(into buffer: AnswerBuffer, until deadline: ContinuousClock.Instant) throws -> Bool {
        do {
            while true {
                guard let expected else {
                    guard try receiveLength(until: deadline) else { return false }
                    continue
                }
                if buffer.count == expected {
                    self.expected = nil
                    return true
                }
                // Memory grows with what has come: what is claimed may never come.
                if buffer.count == buffer.room.count { buffer.reserve(min(expected, buffer.room.count * 2)) }
                let rest = buffer.rest(until: min(expected, buffer.room.count))
                guard let count = try arrived(into: rest, until: deadline) else { return false }
                buffer.advance(by: count)
            }
        } catch {
            close()
            throw error
        }
    }

    private func receiveLength(until deadline: ContinuousClock.Instant) throws -> Bool {
        let start = prefixCount
        let count = try prefix.withUnsafeMutableBytes {
            try arrived(into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]), until: deadline)
        }
        guard let count else { return false }
        prefixCount += count
        if prefixCount == Frame.prefixLength {
            prefixCount = 0
            expected = try prefix.withUnsafeBytes { try Frame.length($0, limit: Frame.defaultLimit) }
        }
        return true
    }

    private func arrived(
        into rest: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant
    ) throws -> Int? {
        switch try tls?.receive(into: rest, until: deadline) ?? socket.receive(into: rest, until: deadline) {
        case .bytes(let count): return count
        case .nothing: return nil
        case .end: throw Disconnection(reason: "the broker at \(address) has closed the connection")
        }
    }

    /// The answer to the request that was sent last.
    func decode<A: Api>(_: A.Type, _ frame: UnsafeRawBufferPointer, version: Int16) throws -> A.Response {
        do {
            let answer = try A.decodeResponse(frame, version: version)
            guard answer.correlationId == awaited else {
                throw Disconnection(reason: "the broker at \(address) answers a request that was not sent")
            }
            awaited = nil
            return answer.response
        } catch {
            close()
            throw error
        }
    }

    // MARK: SASL

    private func logIn(_ login: SaslLogin, timeout: Duration) throws {
        var handshake = SaslHandshake.Request()
        handshake.mechanism = login.mechanism.rawValue
        let offer = try ask(
            SaslHandshake.self, handshake, version: version(SaslHandshake.self, 1...1), timeout: timeout)
        guard offer.errorCode == .none else { throw Refusal(offer.errorCode) }
        let version = try version(SaslAuthenticate.self, 0...1)
        var dialogue = login.begin()
        var said: [UInt8] = []
        while let message = try dialogue.step(said) {
            var request = SaslAuthenticate.Request()
            request.authBytes = Bytes(message)
            let answer = try ask(SaslAuthenticate.self, request, version: version, timeout: timeout)
            guard answer.errorCode == .none else { throw Refusal(answer.errorCode) }
            said = answer.authBytes.array
        }
    }
}
