// The messages about the cluster: versions, brokers, topics' leaders, coordinators.

/// Which requests, in which versions, a broker takes.
package enum ApiVersions: Api {
    package static let key = ApiKey.apiVersions
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var clientSoftwareName = ""
        package var clientSoftwareVersion = ""

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ClientSoftwareName", &clientSoftwareName, since: 3)
            try coder.field("ClientSoftwareVersion", &clientSoftwareVersion, since: 3)
        }
    }

    package struct Response: Structure {
        package var errorCode: ErrorCode = .none
        package var apiKeys: [ApiVersion] = []
        package var throttleTimeMs: Int32 = 0
        package var supportedFeatures: [SupportedFeature] = []
        package var finalizedFeaturesEpoch: Int64 = -1
        package var finalizedFeatures: [FinalizedFeature] = []
        package var zkMigrationReady = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ApiKeys", &apiKeys)
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.tagged(0, "SupportedFeatures", &supportedFeatures, unless: [], since: 3)
            try coder.tagged(1, "FinalizedFeaturesEpoch", &finalizedFeaturesEpoch, unless: -1, since: 3)
            try coder.tagged(2, "FinalizedFeatures", &finalizedFeatures, unless: [], since: 3)
            try coder.tagged(3, "ZkMigrationReady", &zkMigrationReady, unless: false, since: 3)
        }

        package struct ApiVersion: Structure {
            package var apiKey: Int16 = 0
            package var minVersion: Int16 = 0
            package var maxVersion: Int16 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ApiKey", &apiKey)
                try coder.field("MinVersion", &minVersion)
                try coder.field("MaxVersion", &maxVersion)
            }
        }

        package struct SupportedFeature: Structure {
            package var name = ""
            package var minVersion: Int16 = 0
            package var maxVersion: Int16 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("MinVersion", &minVersion)
                try coder.field("MaxVersion", &maxVersion)
            }
        }

        package struct FinalizedFeature: Structure {
            package var name = ""
            package var maxVersionLevel: Int16 = 0
            package var minVersionLevel: Int16 = 0

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("MaxVersionLevel", &maxVersionLevel)
                try coder.field("MinVersionLevel", &minVersionLevel)
            }
        }
    }
}

/// Brokers, topics, partitions and who leads them.
package enum Metadata: Api {
    package static let key = ApiKey.metadata
    package static let versions: ClosedRange<Int16> = 0...13
    package static let flexibleSince: Int16? = 9

    package struct Request: Structure {
        package var topics: [Topic]? = []
        package var allowAutoTopicCreation = true
        package var includeClusterAuthorizedOperations = false
        package var includeTopicAuthorizedOperations = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topics", &topics, null: 1)
            try coder.field("AllowAutoTopicCreation", &allowAutoTopicCreation, since: 4)
            try coder.field(
                "IncludeClusterAuthorizedOperations", &includeClusterAuthorizedOperations, since: 8, until: 10)
            try coder.field("IncludeTopicAuthorizedOperations", &includeTopicAuthorizedOperations, since: 8)
        }

        package struct Topic: Structure {
            package var topicId = Uuid()
            package var name: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("Name", &name, null: 10)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var brokers: [Broker] = []
        package var clusterId: String?
        package var controllerId: Int32 = -1
        package var topics: [Topic] = []
        package var clusterAuthorizedOperations: Int32 = .min
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 3)
            try coder.field("Brokers", &brokers)
            try coder.field("ClusterId", &clusterId, since: 2)
            try coder.field("ControllerId", &controllerId, since: 1)
            try coder.field("Topics", &topics)
            try coder.field("ClusterAuthorizedOperations", &clusterAuthorizedOperations, since: 8, until: 10)
            try coder.field("ErrorCode", &errorCode, since: 13)
        }

        package struct Broker: Structure {
            package var nodeId: Int32 = 0
            package var host = ""
            package var port: Int32 = 0
            package var rack: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("NodeId", &nodeId)
                try coder.field("Host", &host)
                try coder.field("Port", &port)
                try coder.field("Rack", &rack, since: 1)
            }
        }

        package struct Topic: Structure {
            package var errorCode: ErrorCode = .none
            package var name: String?
            package var topicId = Uuid()
            package var isInternal = false
            package var partitions: [Partition] = []
            package var topicAuthorizedOperations: Int32 = .min

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("Name", &name, null: 12)
                try coder.field("TopicId", &topicId, since: 10)
                try coder.field("IsInternal", &isInternal, since: 1)
                try coder.field("Partitions", &partitions)
                try coder.field("TopicAuthorizedOperations", &topicAuthorizedOperations, since: 8)
            }
        }

        package struct Partition: Structure {
            package var errorCode: ErrorCode = .none
            package var partitionIndex: Int32 = 0
            package var leaderId: Int32 = 0
            package var leaderEpoch: Int32 = -1
            package var replicaNodes: [Int32] = []
            package var isrNodes: [Int32] = []
            package var offlineReplicas: [Int32] = []

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("PartitionIndex", &partitionIndex)
                try coder.field("LeaderId", &leaderId)
                try coder.field("LeaderEpoch", &leaderEpoch, since: 7)
                try coder.field("ReplicaNodes", &replicaNodes)
                try coder.field("IsrNodes", &isrNodes)
                try coder.field("OfflineReplicas", &offlineReplicas, since: 5)
            }
        }
    }
}

/// Brokers and the controller.
package enum DescribeCluster: Api {
    package static let key = ApiKey.describeCluster
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleSince: Int16? = 0

    package struct Request: Structure {
        package var includeClusterAuthorizedOperations = false
        package var endpointType: Int8 = 1
        package var includeFencedBrokers = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("IncludeClusterAuthorizedOperations", &includeClusterAuthorizedOperations)
            try coder.field("EndpointType", &endpointType, since: 1)
            try coder.field("IncludeFencedBrokers", &includeFencedBrokers, since: 2)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var errorMessage: String?
        package var endpointType: Int8 = 1
        package var clusterId = ""
        package var controllerId: Int32 = -1
        package var brokers: [Broker] = []
        package var clusterAuthorizedOperations: Int32 = .min

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ErrorMessage", &errorMessage)
            try coder.field("EndpointType", &endpointType, since: 1)
            try coder.field("ClusterId", &clusterId)
            try coder.field("ControllerId", &controllerId)
            try coder.field("Brokers", &brokers)
            try coder.field("ClusterAuthorizedOperations", &clusterAuthorizedOperations)
        }

        package struct Broker: Structure {
            package var brokerId: Int32 = 0
            package var host = ""
            package var port: Int32 = 0
            package var rack: String?
            package var isFenced = false

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("BrokerId", &brokerId)
                try coder.field("Host", &host)
                try coder.field("Port", &port)
                try coder.field("Rack", &rack)
                try coder.field("IsFenced", &isFenced, since: 2)
            }
        }
    }
}

/// Which broker coordinates a group or a transactional id.
package enum FindCoordinator: Api {
    package static let key = ApiKey.findCoordinator
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var key = ""
        package var keyType: Int8 = 0
        package var coordinatorKeys: [String] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Key", &key, until: 3)
            try coder.field("KeyType", &keyType, since: 1)
            try coder.field("CoordinatorKeys", &coordinatorKeys, since: 4)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var errorMessage: String?
        package var nodeId: Int32 = 0
        package var host = ""
        package var port: Int32 = 0
        package var coordinators: [Coordinator] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode, until: 3)
            try coder.field("ErrorMessage", &errorMessage, since: 1, until: 3)
            try coder.field("NodeId", &nodeId, until: 3)
            try coder.field("Host", &host, until: 3)
            try coder.field("Port", &port, until: 3)
            try coder.field("Coordinators", &coordinators, since: 4)
        }

        package struct Coordinator: Structure {
            package var key = ""
            package var nodeId: Int32 = 0
            package var host = ""
            package var port: Int32 = 0
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Key", &key)
                try coder.field("NodeId", &nodeId)
                try coder.field("Host", &host)
                try coder.field("Port", &port)
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage)
            }
        }
    }
}
