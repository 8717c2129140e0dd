// Watches the brokers of an external cluster while runs go on, so that a report can say which was slow or gone, and when.
package import Kafka
internal import Posix
internal import Synchronization
internal import World

/// Asks every broker again and again, each on a thread of its own, until it is stopped.
package final class BrokerWatch: Sendable {
    /// An answer that takes longer is a note in the report.
    package static let patience = Duration.seconds(1)
    private static let interval: Nanoseconds = 500_000_000

    /// A time in which a broker did not answer.
    private struct Silence {
        var broker: String
        var from: Nanoseconds
        /// Nil while it lasts.
        var until: Nanoseconds?
        /// What was going on when it began, and since when.
        var during: (label: String, since: Nanoseconds)
    }

    private struct State {
        var silences: [Silence] = []
        var during: (label: String, since: Nanoseconds)
    }

    private let state: Mutex<State>
    private let isStopped = SharedFlag()

    /// Begins to watch the brokers that `cluster` has now.
    ///
    /// - Throws: `BrokerError`, or `SystemError` when no thread can be started.
    package init(_ configuration: KafkaConfiguration) throws {
        state = Mutex(State(during: ("the work", MonotonicClock().now())))
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        for broker in try cluster.brokers() {
            try BlockingThread.start { [self] in
                watch(
                    BrokerProbe(configuration, address: broker.address),
                    called: "broker \(broker.id) at \(broker.address)")
            }
        }
    }

    /// Says what goes on from now on.
    package func mark(_ label: String) { state.withLock { $0.during = (label, MonotonicClock().now()) } }

    /// Ends the watch within a moment.
    package func stop() { isStopped.set() }

    /// What was noticed since the last call, a line each.
    package func takeNotes() -> [String] {
        state.withLock { state in
            let notes = state.silences.map { silence in
                let begin = Double(silence.from - min(silence.from, silence.during.since)) / 1e9
                let lasted = silence.until.map { "for \(BrokerWatch.seconds(Double($0 - silence.from) / 1e9)) s" }
                return "\(silence.broker) gave no answer \(lasted ?? "from then on"), "
                    + "\(BrokerWatch.seconds(begin)) s into \(silence.during.label)"
            }
            state.silences.removeAll { $0.until != nil }
            return notes
        }
    }

    private func watch(_ probe: BrokerProbe, called name: String) {
        let clock = MonotonicClock()
        var isSilent = false
        while !isStopped.isSet {
            let asked = clock.now()
            let hasAnswered = probe.answers(within: BrokerWatch.patience)
            let now = clock.now()
            state.withLock { state in
                if hasAnswered, isSilent {
                    for index in state.silences.indices where state.silences[index].broker == name {
                        if state.silences[index].until == nil { state.silences[index].until = now }
                    }
                } else if !hasAnswered, !isSilent {
                    state.silences.append(Silence(broker: name, from: asked, during: state.during))
                }
            }
            isSilent = !hasAnswered
            // In short turns, so that the end of the watch is noticed.
            while !isStopped.isSet, clock.now() < now + BrokerWatch.interval { clock.sleep(20_000_000) }
        }
        probe.close()
    }

    /// Seconds with one digit behind the point.
    private static func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
