// Where a first life begins that is to read from a moment on.
internal import Engine
package import Evidence
package import Kafka
internal import World

extension GroundTruth {
    /// The part of a topic that is of `moment`, in milliseconds since 1970, or later. Blocks.
    ///
    /// - Throws: `BrokerError`, or ``Diagnosis`` where there is nothing.
    package func beginning(at moment: Int64, _ topic: String, _ configuration: KafkaConfiguration) throws -> GroundTruth
    {
        let broker = try KafkaBroker(configuration, topic: topic)
        defer { broker.close() }
        let found = try broker.offsets(of: starts.indices.map { Partition($0) }, at: moment)
        var truth = self
        truth.starts = zip(zip(found, starts), ends).map { min(max($0.0 ?? $1, $0.1), $1) }
        truth.records = Int(truth.counts.reduce(0, +))
        guard truth.records > 0 else {
            throw Diagnosis(
                cause: "start-timestamp \(moment): no record of \(topic) is of that moment or later",
                fix: "name an earlier moment", exitCode: .usage)
        }
        return truth
    }

    /// The layout of what there is to read.
    package var layoutToRead: TopicLayout? {
        layout.map { layout in
            TopicLayout(
                partitions: zip(layout.partitions, starts).map { records, start in
                    PartitionLayout(
                        start: start,
                        stretches: records.stretches.filter { $0.upperBound > start }.map {
                            max(start, $0.lowerBound)..<$0.upperBound
                        }, end: records.end)
                })
        }
    }
}
