// Ports of this machine on which nobody listens, and whether a host's name means this machine.
internal import Glibc
internal import Synchronization

/// Ports of the loopback interface.
public enum Ports {
    /// Below the ports that systems hand out by themselves, so that no outgoing connection takes one in between.
    private static let first: UInt16 = 20_000
    private static let count: UInt16 = 12_000
    private static let taken = Mutex<UInt16>(0)

    /// A port on which nobody listens now, another one at every call.
    ///
    /// - Throws: ``SystemError`` when there is none.
    public static func free() throws -> UInt16 {
        // Processes begin at places of their own, so that two of them seldom ask for the same port.
        let start = UInt16(truncatingIfNeeded: getpid() &* 97) % count
        for _ in 0..<count {
            let offset = taken.withLock { number in
                number = (number + 1) % count
                return number
            }
            let port = first + (start + offset) % count
            if isFree(port) { return port }
        }
        throw SystemError(operation: "find a free port", errorNumber: EADDRINUSE)
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Hosts by their names or addresses.
public enum Hosts {
    /// Whether one of the addresses that `name` resolves to is this machine's: only to those can a socket be bound.
    public static func isOwn(_ name: String) -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &found) == 0 else { return false }
        defer { freeaddrinfo(found) }
        var next = found
        while let address = next?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype, 0)
            if descriptor >= 0 {
                defer { close(descriptor) }
                if bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return true }
            }
            next = address.ai_next
        }
        return false
    }
}
