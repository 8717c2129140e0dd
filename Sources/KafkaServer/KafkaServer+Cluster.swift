// What can be done to the brokers of a server from outside: down, up, leaders and coordinators moved.
package import BrokerCore
internal import NIOCore
internal import Synchronization
package import World

/// One of the brokers of a server.
package struct ServedBroker: Equatable, Sendable {
    /// From 1 on.
    package var id: Int32
    package var host: String
    /// The same for as long as the server lives.
    package var port: Int
}

/// Why nothing was done to a broker.
package struct ClusterError: DiagnosticError, Equatable {
    /// The kind of failure, for programs.
    package var code: String
    package var cause: String
    package var fix: String
    package var exitCode: ExitStatus { .usage }

    static func unknownBroker(_ id: Int32, of count: Int) -> ClusterError {
        ClusterError(
            code: "unknown-broker", cause: "there is no broker \(id)", fix: "name one of the brokers 1 to \(count)")
    }

    static func isDown(_ id: Int32) -> ClusterError {
        ClusterError(code: "broker-down", cause: "broker \(id) is down", fix: "bring it up first")
    }

    static func isUp(_ id: Int32) -> ClusterError {
        ClusterError(code: "broker-up", cause: "broker \(id) is up", fix: "take it down first")
    }

    static func unknownPartition(_ place: TopicPartition) -> ClusterError {
        ClusterError(
            code: "unknown-partition", cause: "there is no partition \(place.partition) of topic \(place.topic)",
            fix: "make the topic first")
    }

    static func notInSync(_ id: Int32, _ place: TopicPartition) -> ClusterError {
        ClusterError(
            code: "not-in-sync",
            cause: "broker \(id) is not in sync with partition \(place.partition) of topic \(place.topic)",
            fix: "name a broker that holds the partition and is up, or make topics with more copies")
    }

    static func notHeld(_ id: Int32, _ place: TopicPartition) -> ClusterError {
        ClusterError(
            code: "not-held",
            cause: "broker \(id) does not hold partition \(place.partition) of topic \(place.topic), or is down",
            fix: "name a broker that holds the partition and is up")
    }

    static func noneUp(_ place: TopicPartition) -> ClusterError {
        ClusterError(
            code: "none-up",
            cause: "no broker that holds partition \(place.partition) of topic \(place.topic) is up",
            fix: "bring one of them up first")
    }

    static func portTaken(_ id: Int32, _ reason: String) -> ClusterError {
        ClusterError(
            code: "port-taken", cause: "broker \(id) cannot listen again: \(reason)",
            fix: "leave its port to it while it is down")
    }

    static let stopped = ClusterError(
        code: "stopped", cause: "the server has been stopped", fix: "start it before anything is done to its brokers")
}

/// All of these return when it is done, and may be called from any thread but the event loop's.
extension KafkaServer {
    /// Closes a broker's port and connections. What it led is led from then on by the next of those in sync, in a new
    /// epoch; nothing is lost. A partition without another in sync has no leader until the broker is up again.
    ///
    /// - Throws: ``ClusterError`` where there is no such broker, or it is down.
    package func takeDown(broker: Int32) throws(ClusterError) {
        try onLoop { server throws(ClusterError) in try server.takeDown(broker) }
    }

    /// Opens a broker's port again. It is in sync at once, and leads only what nobody else could.
    ///
    /// - Throws: ``ClusterError`` where there is no such broker, it is up, or another process has taken its port.
    package func bringUp(broker: Int32) throws(ClusterError) {
        try whileRunning { () throws(ClusterError) in
            let opened = try waitOnLoop { server throws(ClusterError) in try server.bringUp(broker) }
            do {
                try opened.wait()
            } catch {
                throw .portTaken(broker, "\(error)")
            }
        }
    }

    /// Lets another broker lead a partition, in a new epoch; nothing is lost.
    ///
    /// - Throws: ``ClusterError`` where there is no such broker or partition, or the broker is not in sync with it.
    package func moveLeader(topic: String, partition: Int32, to broker: Int32) throws(ClusterError) {
        let place = TopicPartition(topic: topic, partition: partition)
        try onLoop { server throws(ClusterError) in try server.moveLeader(of: place, to: broker) }
    }

    /// Elects a leader that lacks the newest offsets: an unclean election. The epoch rises; readers that are beyond the new
    /// end are told that their offset is out of range.
    ///
    /// - Parameters:
    ///   - topic: The topic.
    ///   - partition: The partition.
    ///   - leader: The new leader, which need not be in sync; nil: another that holds the partition, the same if there is
    ///     no other.
    ///   - count: How many offsets it lacks, at most all that there are.
    /// - Returns: How many offsets are lost.
    /// - Throws: ``ClusterError`` where there is no such broker or partition, or the broker does not hold it or is down.
    @discardableResult
    package func elect(
        topic: String, partition: Int32, leader: Int32? = nil, losing count: Int64
    ) throws(ClusterError) -> Int64 {
        let place = TopicPartition(topic: topic, partition: partition)
        return try onLoop { server throws(ClusterError) in try server.elect(place, to: leader, losing: count) }
    }

    /// Lets another broker coordinate a group or a transactional id, and what else is in its slot.
    ///
    /// - Throws: ``ClusterError`` where there is no such broker, or it is down.
    package func moveCoordinator(of kind: CoordinatedKind, _ key: String, to broker: Int32) throws(ClusterError) {
        try onLoop { server throws(ClusterError) in try server.moveCoordinator(of: kind, key, to: broker) }
    }

    /// Who leads a partition; nil while nobody does.
    ///
    /// - Throws: ``ClusterError`` where there is no such partition.
    package func leader(topic: String, partition: Int32) throws(ClusterError) -> Int32? {
        try onLoop { server throws(ClusterError) in
            guard let topic = server.topics[topic], topic.replicas.indices.contains(Int(partition)) else {
                throw .unknownPartition(TopicPartition(topic: topic, partition: partition))
            }
            return topic.replicas[Int(partition)].leader
        }
    }

    /// Who coordinates a group or a transactional id; nil while nobody does.
    ///
    /// - Throws: ``ClusterError`` when the server has been stopped.
    package func coordinator(of kind: CoordinatedKind, _ key: String) throws(ClusterError) -> Int32? {
        try onLoop { server throws(ClusterError) in server.coordinators.broker(of: kind, key) }
    }

    /// Runs `body` where the state is, and waits for it.
    func onLoop<R: Sendable>(
        _ body: @escaping @Sendable (Broker) throws(ClusterError) -> R
    ) throws(ClusterError) -> R {
        try whileRunning { () throws(ClusterError) in try waitOnLoop(body) }
    }

    /// A loop that was stopped would never answer, so the server is not stopped meanwhile.
    func whileRunning<R>(_ body: () throws(ClusterError) -> R) throws(ClusterError) -> R {
        try isStopped.withLock { isStopped throws(ClusterError) in
            guard !isStopped else { throw .stopped }
            return try body()
        }
    }

    private func waitOnLoop<R: Sendable>(
        _ body: @escaping @Sendable (Broker) throws(ClusterError) -> R
    ) throws(ClusterError) -> R {
        let result: Result<R, ClusterError>
        do {
            result = try loop.submit { [broker] in
                let state = broker.value
                return Result { () throws(ClusterError) -> R in try body(state) }
            }.wait()
        } catch {
            throw .stopped
        }
        return try result.get()
    }
}
