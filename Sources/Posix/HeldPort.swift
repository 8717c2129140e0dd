// A port that nobody listens on, and that the system gives to nobody else.
internal import Glibc

/// Holds a port while who listens on it does not, so that no connection from this machine takes it meanwhile.
public final class HeldPort {
    private let socket: Int32

    /// nil where `host` is not the number of one of this machine's addresses, or the port is somebody's.
    public init?(host: String, port: UInt16) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found?.pointee else { return nil }
        defer { freeaddrinfo(found) }
        let socket = Glibc.socket(address.ai_family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard socket >= 0 else { return nil }
        // Whoever listens there again may do so before this is given up.
        var isShared: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, address.ai_addr, address.ai_addrlen) == 0 else {
            close(socket)
            return nil
        }
        self.socket = socket
    }

    deinit { close(socket) }
}
