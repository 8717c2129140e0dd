// `kbench proxy`: the proxy of `kbench judge` by itself, with nothing armed; started by scripts/proxy-cost.
internal import ArgumentParser
internal import Harness
internal import Pipelines
internal import Posix
internal import World

/// Serves a proxy until it is asked to end.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Pass a broker's traffic on (what scripts/proxy-cost measures).",
        shouldDisplay: false)

    @OptionGroup var broker: BrokerOptions

    @Flag(help: "Read what passes and keep account of it, as judge does.")
    var account = false

    func run() async throws {
        let (whileServed, end) = AsyncStream<Void>.makeStream()
        try Interrupts.whenInterrupted { end.finish() }
        let cluster = try broker.cluster()
        guard let brokers = cluster.brokers else {
            throw Diagnosis(cause: "no broker is named", fix: "name it with --brokers", exitCode: .usage)
        }
        let proxy = try BareProxy(brokers: brokers, properties: cluster.properties, keepsLedger: account)
        defer { proxy.stop() }
        try StandardStreams.writeOutput("\(proxy.bootstrap)\n")
        for await _ in whileServed {}
    }
}
