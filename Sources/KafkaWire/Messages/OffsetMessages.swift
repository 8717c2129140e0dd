// The messages about the offsets of groups.

/// Stores a group's offsets.
package enum OffsetCommit: Api {
    package static let key = ApiKey.offsetCommit
    package static let versions: ClosedRange<Int16> = 0...10
    package static let flexibleSince: Int16? = 8

    package struct Request: Structure {
        package var groupId = ""
        package var generationIdOrMemberEpoch: Int32 = -1
        package var memberId = ""
        package var groupInstanceId: String?
        package var retentionTimeMs: Int64 = -1
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("GenerationIdOrMemberEpoch", &generationIdOrMemberEpoch, since: 1)
            try coder.field("MemberId", &memberId, since: 1)
            try coder.field("GroupInstanceId", &groupInstanceId, since: 7)
            try coder.field("RetentionTimeMs", &retentionTimeMs, since: 2, until: 4)
            try coder.field("Topics", &topics)
        }

        package struct Topic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 9)
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var committedOffset: Int64 = 0
            package var committedLeaderEpoch: Int32 = -1
            package var commitTimestamp: Int64 = -1
            package var committedMetadata: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("CommittedOffset", &committedOffset)
                try coder.field("CommittedLeaderEpoch", &committedLeaderEpoch, since: 6)
                try coder.field("CommitTimestamp", &commitTimestamp, since: 1, until: 1)
                try coder.field("CommittedMetadata", &committedMetadata)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 3)
            try coder.field("Topics", &topics)
        }

        package struct Topic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 9)
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}

/// The offsets that groups have stored.
package enum OffsetFetch: Api {
    package static let key = ApiKey.offsetFetch
    package static let versions: ClosedRange<Int16> = 0...10
    package static let flexibleSince: Int16? = 6

    package struct Request: Structure {
        package var groupId = ""
        package var topics: [Topic]? = []
        package var groups: [Group] = []
        package var requireStable = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId, until: 7)
            try coder.field("Topics", &topics, until: 7, null: 2)
            try coder.field("Groups", &groups, since: 8)
            try coder.field("RequireStable", &requireStable, since: 7)
        }

        package struct Topic: Structure {
            package var name = ""
            package var partitionIndexes: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("PartitionIndexes", &partitionIndexes)
            }
        }

        package struct Group: Structure {
            package var groupId = ""
            package var memberId: String?
            package var memberEpoch: Int32 = -1
            package var topics: [GroupTopic]? = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("GroupId", &groupId)
                try coder.field("MemberId", &memberId, since: 9)
                try coder.field("MemberEpoch", &memberEpoch, since: 9)
                try coder.field("Topics", &topics)
            }
        }

        package struct GroupTopic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitionIndexes: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 9)
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("PartitionIndexes", &partitionIndexes)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []
        package var errorCode: ErrorCode = .none
        package var groups: [Group] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 3)
            try coder.field("Topics", &topics, until: 7)
            try coder.field("ErrorCode", &errorCode, since: 2, until: 7)
            try coder.field("Groups", &groups, since: 8)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var committedOffset: Int64 = 0
            package var committedLeaderEpoch: Int32 = -1
            package var metadata: String?
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("CommittedOffset", &committedOffset)
                try coder.field("CommittedLeaderEpoch", &committedLeaderEpoch, since: 5)
                try coder.field("Metadata", &metadata)
                try coder.field("ErrorCode", &errorCode)
            }
        }

        package struct Group: Structure {
            package var groupId = ""
            package var topics: [GroupTopic] = []
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("GroupId", &groupId)
                try coder.field("Topics", &topics)
                try coder.field("ErrorCode", &errorCode)
            }
        }

        package struct GroupTopic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 9)
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("Partitions", &partitions)
            }
        }
    }
}

/// Forgets offsets of a group.
package enum OffsetDelete: Api {
    package static let key = ApiKey.offsetDelete
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleSince: Int16? = nil

    package struct Request: Structure {
        package var groupId = ""
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("Topics", &topics)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
            }
        }
    }

    package struct Response: Structure {
        package var errorCode: ErrorCode = .none
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Topics", &topics)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}
