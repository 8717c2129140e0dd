// Carries out at a real broker what a scenario lets happen between two lives, and looks whether it has happened.
internal import Engine
package import Ingestion
internal import Kafka
internal import World

extension BrokerHost {
    /// Longer than this beyond its session nobody waits for a group to give up on members that died.
    private static let groupPatience = Duration.seconds(10)

    /// Lets `event` happen to `topic`, which holds what `truth` says, and to the offsets of `group`, whose members are dead.
    ///
    /// - Returns: What the topic holds now.
    /// - Throws: ``BrokerError``, also when the broker says that it did it and its logs say otherwise.
    package func carryOut(
        _ event: BrokerEvent, topic: String, group: String, session: Duration, truth: GroundTruth
    ) throws -> GroundTruth {
        let left = truth.after(event)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        switch event {
        case .retention, .deleteRecords:
            let deleted = zip(truth.lows, left.lows).enumerated().compactMap { partition, starts in
                starts.0 == starts.1 ? nil : (partition: Partition(partition), before: starts.1)
            }
            try cluster.deleteRecords(before: deleted, of: topic)
        case .topicAnew:
            try cluster.remakeTopic(topic) { try createTopic(topic, partitions: left.starts.count) }
            // A cluster lets go of them by itself, but when is its own affair.
            try cluster.forgetOffsets(
                of: group, topic: topic, partitions: left.starts.count, within: session + BrokerHost.groupPatience)
        case .forgetOffsets:
            try cluster.forgetOffsets(
                of: group, topic: topic, partitions: left.starts.count, within: session + BrokerHost.groupPatience)
        case .moveOffsets(let partition, let distance):
            let broker = try KafkaBroker(configuration, topic: topic)
            defer { broker.close() }
            let all = left.starts.indices.map { Partition($0) }
            try broker.moveOffsets(
                of: group, partitions: partition.map { [$0] } ?? all, by: distance,
                within: session + BrokerHost.groupPatience)
        case .addPartitions: try cluster.growTopic(topic, to: left.starts.count)
        }
        if event.changesTopic { try expect(left, in: topic) }
        return left
    }

    /// - Throws: ``BrokerError`` when a partition's log does not begin and end as `truth` says.
    private func expect(_ truth: GroundTruth, in topic: String) throws {
        for (partition, marks) in try watermarks(of: topic).enumerated() {
            let (start, end) = (truth.lows[partition], truth.ends[partition])
            // A partition without records may begin anywhere.
            guard marks.high == end, marks.low == start || end == start else {
                throw BrokerError(
                    .failed, "the log runs from \(marks.low) to \(marks.high) and not from \(start) to \(end)",
                    location: "\(topic)/\(partition)")
            }
        }
    }
}
