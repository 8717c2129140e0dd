// Which names mean this machine.
import Posix
import Testing

@Suite("Hosts")
struct HostsTests {
    @Test("the loopback is this machine, under each of its names", arguments: ["127.0.0.1", "localhost"])
    func own(name: String) { #expect(Hosts.isOwn(name)) }

    // From the block that is set aside for documentation, which no machine has.
    @Test("another address is not, nor is a name that means nothing", arguments: ["192.0.2.1", "no.such.host.invalid"])
    func other(name: String) { #expect(!Hosts.isOwn(name)) }
}
