// Free ports: nobody listens on them, and nobody else is given them.
import Glibc
import Posix
import Testing

@Suite("Ports")
struct PortsTests {
    @Test("every call gives another port, which can be bound")
    func free() throws {
        var seen: Set<UInt16> = []
        for _ in 0..<50 {
            let port = try Ports.free()
            #expect(seen.insert(port).inserted && (20_000..<32_000).contains(port))
        }
        let port = try #require(seen.first)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(bind(descriptor, to: port) == 0)
        #expect(listen(descriptor, 1) == 0)
    }

    private func bind(_ descriptor: Int32, to port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
