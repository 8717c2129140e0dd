// The messages about appending records.

/// Appends batches of records.
package enum Produce: Api {
    package static let key = ApiKey.produce
    package static let versions: ClosedRange<Int16> = 0...13
    package static let flexibleSince: Int16? = 9

    package struct Request: Structure {
        package var transactionalId: String?
        package var acks: Int16 = 0
        package var timeoutMs: Int32 = 0
        package var topicData: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("TransactionalId", &transactionalId, since: 3)
            try coder.field("Acks", &acks)
            try coder.field("TimeoutMs", &timeoutMs)
            try coder.field("TopicData", &topicData)
        }

        package struct Topic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitionData: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 12)
                try coder.field("TopicId", &topicId, since: 13)
                try coder.field("PartitionData", &partitionData)
            }
        }

        package struct Partition: Structure {
            package var index: Int32 = 0
            package var records: Records?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Index", &index)
                try coder.field("Records", &records)
            }
        }
    }

    package struct Response: Structure {
        package var responses: [Topic] = []
        package var throttleTimeMs: Int32 = 0
        package var nodeEndpoints: [NodeEndpoint] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Responses", &responses)
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.tagged(0, "NodeEndpoints", &nodeEndpoints, unless: [], since: 10)
        }

        package struct Topic: Structure {
            package var name = ""
            package var topicId = Uuid()
            package var partitionResponses: [Partition] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, until: 12)
                try coder.field("TopicId", &topicId, since: 13)
                try coder.field("PartitionResponses", &partitionResponses)
            }
        }

        package struct Partition: Structure {
            package var index: Int32 = 0
            package var errorCode: ErrorCode = .none
            package var baseOffset: Int64 = 0
            package var logAppendTimeMs: Int64 = -1
            package var logStartOffset: Int64 = -1
            package var recordErrors: [RecordError] = []
            package var errorMessage: String?
            package var currentLeader = LeaderIdAndEpoch()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Index", &index)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("BaseOffset", &baseOffset)
                try coder.field("LogAppendTimeMs", &logAppendTimeMs, since: 2)
                try coder.field("LogStartOffset", &logStartOffset, since: 5)
                try coder.field("RecordErrors", &recordErrors, since: 8)
                try coder.field("ErrorMessage", &errorMessage, since: 8)
                try coder.tagged(0, "CurrentLeader", &currentLeader, unless: LeaderIdAndEpoch(), since: 10)
            }
        }

        package struct RecordError: Structure {
            package var batchIndex: Int32 = 0
            package var batchIndexErrorMessage: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("BatchIndex", &batchIndex)
                try coder.field("BatchIndexErrorMessage", &batchIndexErrorMessage)
            }
        }
    }
}

/// A broker's address, beside an answer that names a new leader.
package struct NodeEndpoint: Structure {
    package var nodeId: Int32 = 0
    package var host = ""
    package var port: Int32 = 0
    package var rack: String?

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("NodeId", &nodeId)
        try coder.field("Host", &host)
        try coder.field("Port", &port)
        try coder.field("Rack", &rack)
    }
}

/// The leader of a partition, as far as an answer knows it better.
package struct LeaderIdAndEpoch: Structure {
    package var leaderId: Int32 = -1
    package var leaderEpoch: Int32 = -1

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("LeaderId", &leaderId)
        try coder.field("LeaderEpoch", &leaderEpoch)
    }
}
