// The messages about making and removing topics.

/// Makes topics.
package enum CreateTopics: Api {
    package static let key = ApiKey.createTopics
    package static let versions: ClosedRange<Int16> = 0...7
    package static let flexibleSince: Int16? = 5

    package struct Request: Structure {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 60000
        package var validateOnly = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topics", &topics)
            try coder.field("timeoutMs", &timeoutMs)
            try coder.field("validateOnly", &validateOnly, since: 1)
        }

        package struct Topic: Structure {
            package var name = ""
            package var numPartitions: Int32 = 0
            package var replicationFactor: Int16 = 0
            package var assignments: [Assignment] = []
            package var configs: [Config] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("NumPartitions", &numPartitions)
                try coder.field("ReplicationFactor", &replicationFactor)
                try coder.field("Assignments", &assignments)
                try coder.field("Configs", &configs)
            }
        }

        package struct Assignment: Structure {
            package var partitionIndex: Int32 = 0
            package var brokerIds: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("BrokerIds", &brokerIds)
            }
        }

        package struct Config: Structure {
            package var name = ""
            package var value: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Value", &value)
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
            package var name = ""
            package var topicId = Uuid()
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?
            package var numPartitions: Int32 = -1
            package var replicationFactor: Int16 = -1
            package var configs: [Config]? = []
            package var topicConfigErrorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("TopicId", &topicId, since: 7)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage, since: 1)
                try coder.field("NumPartitions", &numPartitions, since: 5)
                try coder.field("ReplicationFactor", &replicationFactor, since: 5)
                try coder.field("Configs", &configs, since: 5)
                try coder.tagged(0, "TopicConfigErrorCode", &topicConfigErrorCode, unless: .none, since: 5)
            }
        }

        package struct Config: Structure {
            package var name = ""
            package var value: String?
            package var readOnly = false
            package var configSource: Int8 = -1
            package var isSensitive = false

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Value", &value)
                try coder.field("ReadOnly", &readOnly)
                try coder.field("ConfigSource", &configSource)
                try coder.field("IsSensitive", &isSensitive)
            }
        }
    }
}

/// Removes topics.
package enum DeleteTopics: Api {
    package static let key = ApiKey.deleteTopics
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var topics: [Topic] = []
        package var topicNames: [String] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topics", &topics, since: 6)
            try coder.field("TopicNames", &topicNames, until: 5)
            try coder.field("TimeoutMs", &timeoutMs)
        }

        package struct Topic: Structure {
            package var name: String?
            package var topicId = Uuid()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("TopicId", &topicId)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var responses: [Topic] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("Responses", &responses)
        }

        package struct Topic: Structure {
            package var name: String?
            package var topicId = Uuid()
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name, null: 6)
                try coder.field("TopicId", &topicId, since: 6)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage, since: 5)
            }
        }
    }
}

/// Adds partitions to topics.
package enum CreatePartitions: Api {
    package static let key = ApiKey.createPartitions
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0
        package var validateOnly = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topics", &topics)
            try coder.field("TimeoutMs", &timeoutMs)
            try coder.field("ValidateOnly", &validateOnly)
        }

        package struct Topic: Structure {
            package var name = ""
            package var count: Int32 = 0
            package var assignments: [Assignment]? = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Count", &count)
                try coder.field("Assignments", &assignments)
            }
        }

        package struct Assignment: Structure {
            package var brokerIds: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("BrokerIds", &brokerIds)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var results: [Result] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Results", &results)
        }

        package struct Result: Structure {
            package var name = ""
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage)
            }
        }
    }
}
