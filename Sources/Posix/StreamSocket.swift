// A connection to a host and port, for whoever speaks a protocol over it on a thread that may wait.
internal import Glibc

/// A TCP connection. One thread uses it at a time; closing it gives the descriptor back.
public final class StreamSocket {
    /// What a read came to.
    public enum Arrival: Equatable, Sendable {
        /// So many bytes, 1 or more.
        case bytes(Int)
        /// The other side has closed the connection.
        case end
        /// Nothing came in time.
        case nothing
    }

    /// -1 once it is closed.
    private var descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// Closes the connection.
    public func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Connects to the first of a host's addresses that answers.
    ///
    /// - Throws: ``SystemError``: that of the address tried last, or one whose operation says that the name has no
    ///   address.
    public static func connect(host: String, port: UInt16, timeout: Duration) throws -> StreamSocket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &found)
        guard code == 0 else {
            let words = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            throw SystemError(operation: "look up \(host) (\(words))", errorNumber: EHOSTUNREACH)
        }
        defer { freeaddrinfo(found) }
        let deadline = ContinuousClock().now + timeout
        var failure = EHOSTUNREACH
        var next = found
        while let address = next?.pointee {
            let descriptor = socket(
                address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if descriptor >= 0 {
                failure = connect(descriptor, address, until: deadline)
                if failure == 0 {
                    var on: Int32 = 1
                    setsockopt(
                        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                    return StreamSocket(descriptor)
                }
                Glibc.close(descriptor)
            } else {
                failure = errno
            }
            next = address.ai_next
        }
        throw SystemError(operation: "connect to \(host):\(port)", errorNumber: failure)
    }

    /// 0, or the error number.
    private static func connect(
        _ descriptor: Int32, _ address: addrinfo, until deadline: ContinuousClock.Instant
    ) -> Int32 {
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS || errno == EINTR else { return errno }
        guard wait(descriptor, Int16(POLLOUT), milliseconds(until: deadline)) else { return ETIMEDOUT }
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size)
        return failure
    }

    private static func wait(_ descriptor: Int32, _ events: Int16, _ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return retryingWhenInterrupted { poll(&entry, 1, milliseconds) } > 0
    }

    /// Sends all bytes.
    ///
    /// - Throws: ``SystemError``; `ETIMEDOUT` where the other side takes nothing for as long as `timeout`.
    public func send(_ bytes: UnsafeRawBufferPointer, timeout: Duration) throws {
        var deadline: ContinuousClock.Instant?
        var sent = 0
        while sent < bytes.count {
            let count = retryingWhenInterrupted {
                Glibc.send(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
                continue
            }
            guard errno == EAGAIN else { throw SystemError(operation: "send", errorNumber: errno) }
            let end = deadline ?? ContinuousClock().now + timeout
            deadline = end
            guard StreamSocket.wait(descriptor, Int16(POLLOUT), milliseconds(until: end)) else {
                throw SystemError(operation: "send", errorNumber: ETIMEDOUT)
            }
        }
    }

    /// Reads what is there, waiting until `deadline` for a first byte.
    ///
    /// - Throws: ``SystemError``.
    public func receive(into room: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant) throws
        -> Arrival
    {
        while true {
            let count = retryingWhenInterrupted { recv(descriptor, room.baseAddress, room.count, 0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            guard errno == EAGAIN else { throw SystemError(operation: "receive", errorNumber: errno) }
            let patience = milliseconds(until: deadline)
            guard patience > 0, StreamSocket.wait(descriptor, Int16(POLLIN), patience) else { return .nothing }
        }
    }

    /// Waits until one of several connections has something to read, or `deadline` is over.
    public static func wait(for sockets: [StreamSocket], until deadline: ContinuousClock.Instant) {
        var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        let patience = milliseconds(until: deadline)
        _ = retryingWhenInterrupted { poll(&entries, nfds_t(entries.count), patience) }
    }
}

/// Whole milliseconds until `deadline`, rounded up lest a short wait become a busy loop; 0 where it is over.
private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let (seconds, attoseconds) = (deadline - ContinuousClock().now).components
    if seconds < 0 || attoseconds < 0 { return 0 }
    if seconds >= Int64(Int32.max / 1000) { return Int32.max }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}
