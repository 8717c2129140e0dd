// One connection's encryption: the library works on memory, and a socket that somebody waits for carries the bytes.
internal import CTls
internal import Posix

/// A broker that did not prove who it is, or does not speak TLS. Trying again does not help.
struct Untrusted: Error {
    var reason: String
}

/// The client's side of one connection. One thread uses it at a time.
final class TlsSession {
    private let pointer: OpaquePointer
    /// What has come, and what is to go out; both belong to the session.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 4096)
    private let socket: StreamSocket
    private let place: String

    /// Shakes hands.
    ///
    /// - Throws: `SystemError`, ``Disconnection``, ``NoAnswer``, or ``Untrusted``.
    init(_ context: TlsContext, _ address: NativeSettings.Address, over socket: StreamSocket, timeout: Duration) throws
    {
        place = "\(address)"
        self.socket = socket
        guard let pointer = SSL_new(context.pointer), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new(BIO_s_mem())
        else {
            // Only memory may lack.
            preconditionFailure("libssl: no connection")
        }
        self.pointer = pointer
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(pointer, incoming, outgoing)
        SSL_set_connect_state(pointer)
        let isNumber = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), address.host) == 1
        if context.verifiesHost {
            if !isNumber { SSL_set1_host(pointer, address.host) }
        } else if isNumber {
            X509_VERIFY_PARAM_set1_ip(SSL_get0_param(pointer), nil, 0)
        }
        // An address of numbers is no name that a certificate could be asked for by.
        if !isNumber { _ = ctls_name_host(pointer, address.host) }
        try shakeHands(until: ContinuousClock().now + timeout, timeout)
    }

    deinit {
        SSL_free(pointer)
        piece.deallocate()
    }

    private func shakeHands(until deadline: ContinuousClock.Instant, _ timeout: Duration) throws {
        while true {
            ERR_clear_error()
            let outcome = SSL_do_handshake(pointer)
            if outcome == 1 { return try flush(timeout) }
            guard SSL_get_error(pointer, outcome) == SSL_ERROR_WANT_READ else {
                let words = TlsFault.words
                let verified = SSL_get_verify_result(pointer)
                // The broker is told why.
                try? flush(timeout)
                throw Untrusted(
                    reason: "no TLS with the broker at \(place): "
                        + (verified == Int(X509_V_OK)
                            ? words : String(cString: X509_verify_cert_error_string(verified))))
            }
            try flush(timeout)
            switch try feed(until: deadline) {
            case .bytes: continue
            case .nothing: throw NoAnswer()
            case .end:
                throw Disconnection(reason: "the broker at \(place) has closed the connection within TLS's handshake")
            }
        }
    }

    /// As `StreamSocket/send(_:timeout:)`.
    func send(_ bytes: UnsafeRawBufferPointer, timeout: Duration) throws {
        var sent = 0
        while sent < bytes.count {
            ERR_clear_error()
            let count = SSL_write(
                pointer, bytes.baseAddress?.advanced(by: sent), Int32(clamping: bytes.count - sent))
            guard count > 0 else { throw Disconnection(reason: "TLS with \(place) has failed: \(TlsFault.words)") }
            sent += Int(count)
            try flush(timeout)
        }
    }

    /// As `StreamSocket/receive(into:until:)`.
    func receive(
        into room: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant
    ) throws -> StreamSocket.Arrival {
        while true {
            ERR_clear_error()
            let count = SSL_read(pointer, room.baseAddress, Int32(clamping: room.count))
            if count > 0 { return .bytes(Int(count)) }
            switch SSL_get_error(pointer, count) {
            case SSL_ERROR_WANT_READ:
                let arrival = try feed(until: deadline)
                guard case .bytes = arrival else { return arrival }
            case SSL_ERROR_ZERO_RETURN: return .end
            default: throw Disconnection(reason: "TLS with \(place) has failed: \(TlsFault.words)")
            }
        }
    }

    private func feed(until deadline: ContinuousClock.Instant) throws -> StreamSocket.Arrival {
        let arrival = try socket.receive(into: piece, until: deadline)
        if case .bytes(let count) = arrival { BIO_write(incoming, piece.baseAddress, Int32(count)) }
        return arrival
    }

    private func flush(_ timeout: Duration) throws {
        while BIO_ctrl_pending(outgoing) > 0 {
            let count = BIO_read(outgoing, piece.baseAddress, Int32(piece.count))
            guard count > 0 else { return }
            try socket.send(UnsafeRawBufferPointer(rebasing: piece[..<Int(count)]), timeout: timeout)
        }
    }
}
