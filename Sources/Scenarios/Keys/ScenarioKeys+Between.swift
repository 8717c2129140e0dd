// The keys of what happens at the broker between two lives.
internal import Engine
internal import Harness
internal import Ingestion

extension ScenarioKeys {
    /// The value of `between`, at the top and in a run.
    static let between = ScenarioKey.Kind.list(
        .either([
            .choice([BrokerEvent.topicAnew.name, BrokerEvent.forgetOffsets.name]), .mapping(event),
        ]))

    /// The keys of an element of `between` that takes something: one of them.
    static let event: [ScenarioKey] = [
        .init("retention", .mapping(retention), "The oldest offsets of each partition go."),
        .init("delete-records", .mapping(deletion), "The records of a partition before an offset go."),
        .init("move-offsets", .mapping(move), "What the group has committed is moved, but not below 0."),
        .init("add-partitions", .integer(ScenarioLimits.addedPartitions), "So many partitions come in addition."),
    ]

    /// The keys below `retention`.
    static let retention: [ScenarioKey] = [
        .init("keep", .integer(ScenarioLimits.eventOffsets), required: true, "Offsets left of each partition.")
    ]

    /// The keys below `delete-records`.
    static let deletion: [ScenarioKey] = [
        .init("partition", .integer(ScenarioLimits.partitionNumber), required: true, "The partition."),
        .init("before", .integer(ScenarioLimits.eventOffsets), required: true, "The first offset that stays."),
    ]

    /// The keys below `move-offsets`.
    static let move: [ScenarioKey] = [
        .init("by", .integer(ScenarioLimits.offsetDistance), required: true, "How far; below 0: back."),
        .init("partition", .integer(ScenarioLimits.partitionNumber), "Which; left out: all."),
    ]
}
