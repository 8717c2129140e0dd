// The messages about places in partitions.

/// Finds offsets by time: the first at or behind a timestamp, the earliest (-2), the next (-1).
package enum ListOffsets: Api {
    package static let key = ApiKey.listOffsets
    package static let versions: ClosedRange<Int16> = 0...11
    package static let flexibleSince: Int16? = 6

    package struct Request: Structure {
        package var replicaId: Int32 = 0
        package var isolationLevel: Int8 = 0
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ReplicaId", &replicaId)
            try coder.field("IsolationLevel", &isolationLevel, since: 2)
            try coder.field("Topics", &topics)
            try coder.field("TimeoutMs", &timeoutMs, since: 10)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var currentLeaderEpoch: Int32 = -1
            package var timestamp: Int64 = 0
            package var maxNumOffsets: Int32 = 1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("CurrentLeaderEpoch", &currentLeaderEpoch, since: 4)
                try coder.field("Timestamp", &timestamp)
                try coder.field("MaxNumOffsets", &maxNumOffsets, until: 0)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 2)
            try coder.field("Topics", &topics)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var errorCode: ErrorCode = .none
            package var oldStyleOffsets: [Int64] = []
            package var timestamp: Int64 = -1
            package var offset: Int64 = -1
            package var leaderEpoch: Int32 = -1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("OldStyleOffsets", &oldStyleOffsets, until: 0)
                try coder.field("Timestamp", &timestamp, since: 1)
                try coder.field("Offset", &offset, since: 1)
                try coder.field("LeaderEpoch", &leaderEpoch, since: 4)
            }
        }
    }
}

/// Where a leader's epoch ended.
package enum OffsetForLeaderEpoch: Api {
    package static let key = ApiKey.offsetForLeaderEpoch
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var replicaId: Int32 = -2
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ReplicaId", &replicaId, since: 3)
            try coder.field("Topics", &topics)
        }

        package struct Topic: Structure {
            package var topic = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Topic", &topic)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct Partition: Structure {
            package var partition: Int32 = 0
            package var currentLeaderEpoch: Int32 = -1
            package var leaderEpoch: Int32 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Partition", &partition)
                try coder.field("CurrentLeaderEpoch", &currentLeaderEpoch, since: 2)
                try coder.field("LeaderEpoch", &leaderEpoch)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 2)
            try coder.field("Topics", &topics)
        }

        package struct Topic: Structure {
            package var topic = ""
            package var partitions: [EpochEndOffset] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Topic", &topic)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct EpochEndOffset: Structure {
            package var errorCode: ErrorCode = .none
            package var partition: Int32 = 0
            package var leaderEpoch: Int32 = -1
            package var endOffset: Int64 = -1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("Partition", &partition)
                try coder.field("LeaderEpoch", &leaderEpoch, since: 1)
                try coder.field("EndOffset", &endOffset)
            }
        }
    }
}

/// Removes records before an offset.
package enum DeleteRecords: Api {
    package static let key = ApiKey.deleteRecords
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topics", &topics)
            try coder.field("TimeoutMs", &timeoutMs)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var offset: Int64 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("Offset", &offset)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Topics", &topics)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var lowWatermark: Int64 = 0
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("LowWatermark", &lowWatermark)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}
