// Whether a host's name means this machine.
internal import Glibc

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
