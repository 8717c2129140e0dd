// What can happen to a topic and to a group's offsets while nobody reads: values, which both worlds carry out.
public import World

/// Something that happens at the broker between the death of a life and the start of the next. Records that arrive meanwhile
/// come after all events.
public enum BrokerEvent: Codable, Hashable, Sendable {
    /// Of each partition the oldest offsets go, until so many are left, as retention does; at least 0.
    case retention(keep: Int64)
    /// Of one partition the offsets below `before` go, as a call of DeleteRecords does; at most its end.
    case deleteRecords(partition: Partition, before: Offset)
    /// The topic is deleted and made anew under its name, with as many partitions, which are empty. What groups had committed
    /// of it is gone with it, as a cluster lets it go.
    case topicAnew
    /// The group's committed offsets are gone, as after their expiry.
    case forgetOffsets
    /// The group's committed offset of a partition, or of all, is moved by so many offsets, but not below 0. Where nothing is
    /// committed, nothing moves.
    case moveOffsets(partition: Partition?, by: Int64)
    /// So many partitions come in addition, at least 1. Records that arrive are dealt to all of them by turns.
    case addPartitions(Int)

    /// The name that people type.
    public var name: String {
        switch self {
        case .retention: "retention"
        case .deleteRecords: "delete-records"
        case .topicAnew: "topic-anew"
        case .forgetOffsets: "forget-offsets"
        case .moveOffsets: "move-offsets"
        case .addPartitions: "add-partitions"
        }
    }

    /// What happened, for a report.
    public var sentence: String {
        switch self {
        case .retention(let keep): "retention left the newest \(keep) offsets of each partition"
        case .deleteRecords(let partition, let before):
            "the records of partition \(partition) before \(before) were deleted"
        case .topicAnew: "the topic was made anew"
        case .forgetOffsets: "the group's offsets were forgotten"
        case .moveOffsets(let partition?, let by): "the group's offset of partition \(partition) was moved by \(by)"
        case .moveOffsets(nil, let by): "the group's offsets were moved by \(by)"
        case .addPartitions(let count): "\(count) partitions were added"
        }
    }

    /// Whether it changes what the topic holds, and not only what a group has committed.
    public var changesTopic: Bool {
        switch self {
        case .retention, .deleteRecords, .topicAnew, .addPartitions: true
        case .forgetOffsets, .moveOffsets: false
        }
    }

    /// The names that people type.
    public static let names = [
        "retention", "delete-records", "topic-anew", "forget-offsets", "move-offsets", "add-partitions",
    ]
}
