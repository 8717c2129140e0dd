// Requests by which a connection says whose it is; until then nothing else is served on it.
internal import KafkaWire
internal import Sasl

extension Broker {
    func saslHandshake(_ request: SaslHandshake.Request, _ reply: Reply) {
        var response = SaslHandshake.Response()
        response.mechanisms = users.mechanisms.map(\.rawValue)
        let connection = reply.connection
        if users.mechanisms.isEmpty {
            response.errorCode = .illegalSaslState
        } else {
            response.errorCode = connection.authentication.begin(request.mechanism, version: reply.version, users)
        }
        reply.send(SaslHandshake.self, response)
        if response.errorCode == .unsupportedSaslMechanism { connection.closeBehindAnswers() }
    }

    func saslAuthenticate(_ request: SaslAuthenticate.Request, _ reply: Reply) {
        var response = SaslAuthenticate.Response()
        switch reply.connection.authentication.take(request.authBytes.array, users) {
        case .goOn(let bytes), .accepted(let bytes): response.authBytes = Bytes(bytes)
        case .refused(let message):
            (response.errorCode, response.errorMessage) = (.saslAuthenticationFailed, message)
        }
        reply.send(SaslAuthenticate.self, response)
        if response.errorCode != .none { reply.connection.closeBehindAnswers() }
    }

    /// A message of a client that knows only the oldest handshake: it is no request, and nor is the answer.
    func serveBare(_ frame: UnsafeRawBufferPointer, on connection: Connection) {
        switch connection.authentication.take(Array(frame), users) {
        case .goOn(let bytes), .accepted(let bytes): connection.sendBare(bytes)
        case .refused: connection.close()
        }
    }
}
