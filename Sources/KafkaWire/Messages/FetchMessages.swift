// The messages about reading records.

/// Reads batches of records.
package enum Fetch: Api {
    package static let key = ApiKey.fetch
    package static let versions: ClosedRange<Int16> = 0...18
    package static let flexibleSince: Int16? = 12

    package struct Request: Structure {
        package var replicaId: Int32 = -1
        package var maxWaitMs: Int32 = 0
        package var minBytes: Int32 = 0
        package var maxBytes: Int32 = .max
        package var isolationLevel: Int8 = 0
        package var sessionId: Int32 = 0
        package var sessionEpoch: Int32 = -1
        package var topics: [Topic] = []
        package var forgottenTopicsData: [ForgottenTopic] = []
        package var rackId = ""
        package var clusterId: String?
        package var replicaState = ReplicaState()

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ReplicaId", &replicaId, until: 14)
            try coder.field("MaxWaitMs", &maxWaitMs)
            try coder.field("MinBytes", &minBytes)
            try coder.field("MaxBytes", &maxBytes, since: 3)
            try coder.field("IsolationLevel", &isolationLevel, since: 4)
            try coder.field("SessionId", &sessionId, since: 7)
            try coder.field("SessionEpoch", &sessionEpoch, since: 7)
            try coder.field("Topics", &topics)
            try coder.field("ForgottenTopicsData", &forgottenTopicsData, since: 7)
            try coder.field("RackId", &rackId, since: 11)
            try coder.tagged(0, "ClusterId", &clusterId, unless: nil, since: 12)
            try coder.tagged(1, "ReplicaState", &replicaState, unless: ReplicaState(), since: 15)
        }

        package struct Topic: Structure {
            package var topic = ""
            package var topicId = Uuid()
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Topic", &topic, until: 12)
                try coder.field("TopicId", &topicId, since: 13)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct Partition: Structure {
            package var partition: Int32 = 0
            package var currentLeaderEpoch: Int32 = -1
            package var fetchOffset: Int64 = 0
            package var lastFetchedEpoch: Int32 = -1
            package var logStartOffset: Int64 = -1
            package var partitionMaxBytes: Int32 = 0
            package var replicaDirectoryId = Uuid()
            package var highWatermark: Int64 = .max

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Partition", &partition)
                try coder.field("CurrentLeaderEpoch", &currentLeaderEpoch, since: 9)
                try coder.field("FetchOffset", &fetchOffset)
                try coder.field("LastFetchedEpoch", &lastFetchedEpoch, since: 12)
                try coder.field("LogStartOffset", &logStartOffset, since: 5)
                try coder.field("PartitionMaxBytes", &partitionMaxBytes)
                try coder.tagged(0, "ReplicaDirectoryId", &replicaDirectoryId, unless: Uuid(), since: 17)
                try coder.tagged(1, "HighWatermark", &highWatermark, unless: .max, since: 18)
            }
        }

        package struct ForgottenTopic: Structure {
            package var topic = ""
            package var topicId = Uuid()
            package var partitions: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Topic", &topic, until: 12)
                try coder.field("TopicId", &topicId, since: 13)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct ReplicaState: Structure {
            package var replicaId: Int32 = -1
            package var replicaEpoch: Int64 = -1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ReplicaId", &replicaId)
                try coder.field("ReplicaEpoch", &replicaEpoch)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var sessionId: Int32 = 0
        package var responses: [Topic] = []
        package var nodeEndpoints: [NodeEndpoint] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode, since: 7)
            try coder.field("SessionId", &sessionId, since: 7)
            try coder.field("Responses", &responses)
            try coder.tagged(0, "NodeEndpoints", &nodeEndpoints, unless: [], since: 16)
        }

        package struct Topic: Structure {
            package var topic = ""
            package var topicId = Uuid()
            package var partitions: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Topic", &topic, until: 12)
                try coder.field("TopicId", &topicId, since: 13)
                try coder.field("Partitions", &partitions)
            }
        }

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var errorCode: ErrorCode = .none
            package var highWatermark: Int64 = 0
            package var lastStableOffset: Int64 = -1
            package var logStartOffset: Int64 = -1
            package var abortedTransactions: [AbortedTransaction]? = []
            package var preferredReadReplica: Int32 = -1
            package var records: Records?
            package var divergingEpoch = EpochEndOffset()
            package var currentLeader = LeaderIdAndEpoch()
            package var snapshotId = SnapshotId()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("HighWatermark", &highWatermark)
                try coder.field("LastStableOffset", &lastStableOffset, since: 4)
                try coder.field("LogStartOffset", &logStartOffset, since: 5)
                try coder.field("AbortedTransactions", &abortedTransactions, since: 4)
                try coder.field("PreferredReadReplica", &preferredReadReplica, since: 11)
                try coder.field("Records", &records)
                try coder.tagged(0, "DivergingEpoch", &divergingEpoch, unless: EpochEndOffset(), since: 12)
                try coder.tagged(1, "CurrentLeader", &currentLeader, unless: LeaderIdAndEpoch(), since: 12)
                try coder.tagged(2, "SnapshotId", &snapshotId, unless: SnapshotId(), since: 12)
            }
        }

        package struct AbortedTransaction: Structure {
            package var producerId: Int64 = 0
            package var firstOffset: Int64 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ProducerId", &producerId)
                try coder.field("FirstOffset", &firstOffset)
            }
        }

        package struct EpochEndOffset: Structure {
            package var epoch: Int32 = -1
            package var endOffset: Int64 = -1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Epoch", &epoch)
                try coder.field("EndOffset", &endOffset)
            }
        }

        package struct SnapshotId: Structure {
            package var endOffset: Int64 = -1
            package var epoch: Int32 = -1

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("EndOffset", &endOffset)
                try coder.field("Epoch", &epoch)
            }
        }
    }
}
