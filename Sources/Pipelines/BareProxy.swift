// The proxy by itself, as a measure of what it costs: nothing is armed.
internal import Harness
package import Kafka
internal import KafkaProxy
internal import World

/// A proxy that stops nothing.
package final class BareProxy: Sendable {
    private let proxy: KafkaProxy

    /// Where clients connect.
    package var bootstrap: String { proxy.bootstrap }

    /// Starts one; `keepsLedger`: it reads what passes, as it does for a judge.
    ///
    /// - Throws: ``ProxyError``, or ``ProxyPropertyError`` for what the proxy lacks.
    package init(brokers: String, properties: [KafkaProperty], keepsLedger: Bool) throws {
        guard let addresses = ProxySettings.brokers(of: brokers) else {
            throw Diagnosis(
                cause: "--brokers \(brokers): the proxy needs each broker as host:port",
                fix: "write it as in --brokers one:9092,two:9092", exitCode: .usage)
        }
        var settings = ProxySettings(brokers: addresses)
        settings.keepsLedger = keepsLedger
        settings.security = try UpstreamSecurity(properties)
        proxy = try KafkaProxy.start(settings)
    }

    package func stop() { proxy.stop() }
}
