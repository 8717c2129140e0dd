// What happens between a crash and the restart, and what the restart does about it.
public import Ingestion

/// An outage: from the death of one life of a worker to the start of the next.
public struct Outage: Equatable, Sendable {
    /// How much the first batch takes that is planned after a crash.
    public enum RestartBatch: String, CaseIterable, Codable, Sendable {
        /// As much as any other batch.
        case limited
        /// Everything up to the high watermarks, as Spark does without a maximum rate. For direct strategies.
        case unlimited
    }

    /// Where a life begins that finds neither checkpoint nor committed offset. The first life of a run begins where its load
    /// begins in any case.
    public enum Reset: String, CaseIterable, Codable, Sendable {
        /// Where the load begins.
        case earliest
        /// At the high watermarks of that moment.
        case latest
    }

    /// Records produced while the engine is down, at least 0.
    public var arrivals: Int
    /// How much the first batch takes that is planned afterwards.
    public var restartBatch: RestartBatch
    /// Where the next life begins if nothing is stored.
    public var reset: Reset
    /// What happens to the engine's files; nil: nothing.
    public var damage: Damage?
    /// What happens at the broker, one after the other, before records arrive.
    public var events: [BrokerEvent]
    /// What the next life does about records that the log does not have any more.
    public var onDataLoss: DataLossPolicy

    /// Makes an outage; without arguments, one in which nothing happens.
    public init(
        arrivals: Int = 0, restartBatch: RestartBatch = .limited, reset: Reset = .earliest, damage: Damage? = nil,
        events: [BrokerEvent] = [], onDataLoss: DataLossPolicy = .fail
    ) {
        self.arrivals = arrivals
        self.restartBatch = restartBatch
        self.reset = reset
        self.damage = damage
        self.events = events
        self.onDataLoss = onDataLoss
    }

    /// What is out of the ordinary, such as `3000 arrive, restart unlimited`; nil when nothing is.
    public var name: String? {
        let parts =
            [
                arrivals > 0 ? "\(arrivals) arrive" : nil, restartBatch == .unlimited ? "restart unlimited" : nil,
                reset == .latest ? "reset latest" : nil, damage?.rawValue,
            ].compactMap { $0 } + events.map(\.name)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
