// A port that is held is nobody else's, and can be listened on by whoever may share it.
import Glibc
import Testing

@testable import Posix

@Suite("A held port") struct HeldPortTests {
    /// A socket on a port of 127.0.0.1; nil where it cannot be had. 0 is any port.
    private func socket(on port: UInt16, shares: Bool, listens: Bool) -> (socket: Int32, port: UInt16)? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var isShared: Int32 = shares ? 1 : 0
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isShared, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && (!listens || listen(socket, 1) == 0)
                    && getsockname(socket, $0, &length) == 0
            }
        }
        if isBound { return (socket, UInt16(bigEndian: address.sin_port)) }
        close(socket)
        return nil
    }

    @Test("is nobody's until it is given up, but for who listens there again") func holds() throws {
        let first = try #require(socket(on: 0, shares: true, listens: true))
        #expect(HeldPort(host: "127.0.0.1", port: first.port) == nil, "somebody listens there")
        close(first.socket)
        var held = HeldPort(host: "127.0.0.1", port: first.port)
        #expect(held != nil)
        #expect(socket(on: first.port, shares: false, listens: false) == nil)
        let again = try #require(socket(on: first.port, shares: true, listens: true))
        held = nil
        close(again.socket)
        let other = try #require(socket(on: first.port, shares: false, listens: false))
        close(other.socket)
    }

    @Test("is none at an address of another machine, or none at all", arguments: ["192.0.2.1", "not an address"])
    func elsewhere(host: String) { #expect(HeldPort(host: host, port: 9_092) == nil) }
}
