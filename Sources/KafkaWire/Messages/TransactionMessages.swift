// The messages about producer ids and transactions.

/// Gets a producer id and epoch, and fences earlier ones of a transactional id.
package enum InitProducerId: Api {
    package static let key = ApiKey.initProducerId
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var transactionalId: String?
        package var transactionTimeoutMs: Int32 = 0
        package var producerId: Int64 = -1
        package var producerEpoch: Int16 = -1
        package var enable2Pc = false
        package var keepPreparedTxn = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("TransactionalId", &transactionalId)
            try coder.field("TransactionTimeoutMs", &transactionTimeoutMs)
            try coder.field("ProducerId", &producerId, since: 3)
            try coder.field("ProducerEpoch", &producerEpoch, since: 3)
            try coder.field("Enable2Pc", &enable2Pc, since: 6)
            try coder.field("KeepPreparedTxn", &keepPreparedTxn, since: 6)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var producerId: Int64 = -1
        package var producerEpoch: Int16 = 0
        package var ongoingTxnProducerId: Int64 = -1
        package var ongoingTxnProducerEpoch: Int16 = -1

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ProducerId", &producerId)
            try coder.field("ProducerEpoch", &producerEpoch)
            try coder.field("OngoingTxnProducerId", &ongoingTxnProducerId, since: 6)
            try coder.field("OngoingTxnProducerEpoch", &ongoingTxnProducerEpoch, since: 6)
        }
    }
}

/// Partitions that a transaction writes to.
package enum AddPartitionsToTxn: Api {
    package static let key = ApiKey.addPartitionsToTxn
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var transactions: [Transaction] = []
        package var v3AndBelowTransactionalId = ""
        package var v3AndBelowProducerId: Int64 = 0
        package var v3AndBelowProducerEpoch: Int16 = 0
        package var v3AndBelowTopics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Transactions", &transactions, since: 4)
            try coder.field("V3AndBelowTransactionalId", &v3AndBelowTransactionalId, until: 3)
            try coder.field("V3AndBelowProducerId", &v3AndBelowProducerId, until: 3)
            try coder.field("V3AndBelowProducerEpoch", &v3AndBelowProducerEpoch, until: 3)
            try coder.field("V3AndBelowTopics", &v3AndBelowTopics, until: 3)
        }

        package struct Transaction: Structure {
            package var transactionalId = ""
            package var producerId: Int64 = 0
            package var producerEpoch: Int16 = 0
            package var verifyOnly = false
            package var topics: [Topic] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("TransactionalId", &transactionalId)
                try coder.field("ProducerId", &producerId)
                try coder.field("ProducerEpoch", &producerEpoch)
                try coder.field("VerifyOnly", &verifyOnly)
                try coder.field("Topics", &topics)
            }
        }

        package struct Topic: Structure {
            package var name = ""
            package var partitions: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Partitions", &partitions)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var resultsByTransaction: [Result] = []
        package var resultsByTopicV3AndBelow: [TopicResult] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("ErrorCode", &errorCode, since: 4)
            try coder.field("ResultsByTransaction", &resultsByTransaction, since: 4)
            try coder.field("ResultsByTopicV3AndBelow", &resultsByTopicV3AndBelow, until: 3)
        }

        package struct Result: Structure {
            package var transactionalId = ""
            package var topicResults: [TopicResult] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("TransactionalId", &transactionalId)
                try coder.field("TopicResults", &topicResults)
            }
        }

        package struct TopicResult: Structure {
            package var name = ""
            package var resultsByPartition: [PartitionResult] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("ResultsByPartition", &resultsByPartition)
            }
        }

        package struct PartitionResult: Structure {
            package var partitionIndex: Int32 = 0
            package var partitionErrorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("PartitionErrorCode", &partitionErrorCode)
            }
        }
    }
}

/// A group whose offsets a transaction stores.
package enum AddOffsetsToTxn: Api {
    package static let key = ApiKey.addOffsetsToTxn
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var transactionalId = ""
        package var producerId: Int64 = 0
        package var producerEpoch: Int16 = 0
        package var groupId = ""

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("TransactionalId", &transactionalId)
            try coder.field("ProducerId", &producerId)
            try coder.field("ProducerEpoch", &producerEpoch)
            try coder.field("GroupId", &groupId)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("ErrorCode", &errorCode)
        }
    }
}

/// Stores a group's offsets when the transaction commits.
package enum TxnOffsetCommit: Api {
    package static let key = ApiKey.txnOffsetCommit
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var transactionalId = ""
        package var groupId = ""
        package var producerId: Int64 = 0
        package var producerEpoch: Int16 = 0
        package var generationId: Int32 = -1
        package var memberId = ""
        package var groupInstanceId: String?
        package var topics: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("TransactionalId", &transactionalId)
            try coder.field("GroupId", &groupId)
            try coder.field("ProducerId", &producerId)
            try coder.field("ProducerEpoch", &producerEpoch)
            try coder.field("GenerationId", &generationId, since: 3)
            try coder.field("MemberId", &memberId, since: 3)
            try coder.field("GroupInstanceId", &groupInstanceId, since: 3)
            try coder.field("Topics", &topics)
        }

        package typealias Topic = NamedTopic<Partition>

        package struct Partition: Structure {
            package var partitionIndex: Int32 = 0
            package var committedOffset: Int64 = 0
            package var committedLeaderEpoch: Int32 = -1
            package var committedMetadata: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("CommittedOffset", &committedOffset)
                try coder.field("CommittedLeaderEpoch", &committedLeaderEpoch, since: 2)
                try coder.field("CommittedMetadata", &committedMetadata)
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
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}

/// Commits or aborts a transaction.
package enum EndTxn: Api {
    package static let key = ApiKey.endTxn
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var transactionalId = ""
        package var producerId: Int64 = 0
        package var producerEpoch: Int16 = 0
        package var committed = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("TransactionalId", &transactionalId)
            try coder.field("ProducerId", &producerId)
            try coder.field("ProducerEpoch", &producerEpoch)
            try coder.field("Committed", &committed)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var producerId: Int64 = -1
        package var producerEpoch: Int16 = -1

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ProducerId", &producerId, since: 5)
            try coder.field("ProducerEpoch", &producerEpoch, since: 5)
        }
    }
}
