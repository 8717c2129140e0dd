// Requests about topics: what there is, make, remove.
internal import BrokerCore
internal import KafkaWire

extension Broker {
    func metadata(_ request: Metadata.Request, _ version: Int16) -> Metadata.Response {
        var broker = Metadata.Response.Broker()
        (broker.nodeId, broker.host, broker.port) = (Self.nodeId, settings.host, port)
        var response = Metadata.Response()
        response.brokers = [broker]
        response.clusterId = Self.clusterId
        response.controllerId = Self.nodeId
        // The oldest version asks for all by an empty list.
        let asked = version == 0 && request.topics?.isEmpty == true ? nil : request.topics
        if let asked {
            response.topics = asked.map { describe($0, mayCreate: request.allowAutoTopicCreation) }
        } else {
            response.topics = topics.all.map(describe)
        }
        return response
    }

    private func describe(_ asked: Metadata.Request.Topic, mayCreate: Bool) -> Metadata.Response.Topic {
        var missing = Metadata.Response.Topic()
        guard let name = asked.name else {
            if let topic = topics[asked.topicId] { return describe(topic) }
            missing.topicId = asked.topicId
            missing.errorCode = .unknownTopicId
            return missing
        }
        if let topic = topics[name] { return describe(topic) }
        let refusal = topics.refusal(name: name, partitions: settings.partitions)
        if mayCreate && settings.createsTopics, let topic = makeTopic(name, partitions: settings.partitions) {
            return describe(topic)
        }
        missing.name = name
        missing.errorCode = refusal == .invalidTopicException ? .invalidTopicException : .unknownTopicOrPartition
        return missing
    }

    private func describe(_ topic: Topic<BufferSegment>) -> Metadata.Response.Topic {
        var answer = Metadata.Response.Topic()
        answer.name = topic.name
        answer.topicId = topic.id
        answer.partitions = topic.partitions.enumerated().map { index, log in
            var partition = Metadata.Response.Partition()
            partition.partitionIndex = Int32(index)
            partition.leaderId = Self.nodeId
            partition.leaderEpoch = log.leaderEpoch
            partition.replicaNodes = [Self.nodeId]
            partition.isrNodes = [Self.nodeId]
            return partition
        }
        return answer
    }

    func createTopics(_ request: CreateTopics.Request) -> CreateTopics.Response {
        var response = CreateTopics.Response()
        response.topics = request.topics.map { asked in
            var answer = CreateTopics.Response.Topic()
            answer.name = asked.name
            let partitions =
                !asked.assignments.isEmpty
                ? asked.assignments.count : asked.numPartitions == -1 ? settings.partitions : Int(asked.numPartitions)
            answer.errorCode = refusal(of: asked, partitions: partitions)
            guard answer.errorCode == .none else { return answer }
            answer.numPartitions = Int32(partitions)
            answer.replicationFactor = 1
            guard !request.validateOnly else { return answer }
            if let topic = makeTopic(asked.name, partitions: partitions) {
                answer.topicId = topic.id
            } else {
                answer.errorCode = .kafkaStorageError
            }
            return answer
        }
        return response
    }

    private func refusal(of asked: CreateTopics.Request.Topic, partitions: Int) -> ErrorCode {
        if let code = topics.refusal(name: asked.name, partitions: partitions) { return code }
        if asked.assignments.isEmpty {
            guard asked.replicationFactor == -1 || asked.replicationFactor == 1 else {
                return .invalidReplicationFactor
            }
        } else {
            let indices = Set(asked.assignments.map(\.partitionIndex))
            guard indices == Set(0..<Int32(partitions)), asked.assignments.allSatisfy({ $0.brokerIds == [Self.nodeId] })
            else { return .invalidReplicaAssignment }
        }
        // What would change what readers see and is not done here must not be asked for in vain.
        let isHonoured = asked.configs.allSatisfy { config in
            switch config.name {
            case "cleanup.policy": config.value == "delete"
            case "message.timestamp.type": config.value == "CreateTime"
            case "compression.type": config.value == "producer"
            default: true
            }
        }
        return isHonoured ? .none : .invalidConfig
    }

    func deleteTopics(_ request: DeleteTopics.Request, _ version: Int16) -> DeleteTopics.Response {
        var asked = request.topics
        if version < 6 {
            asked = request.topicNames.map { name in
                var topic = DeleteTopics.Request.Topic()
                topic.name = name
                return topic
            }
        }
        var response = DeleteTopics.Response()
        response.responses = asked.map { asked in
            var answer = DeleteTopics.Response.Topic()
            let topic = asked.name.map { topics[$0] } ?? topics[asked.topicId]
            answer.name = topic?.name ?? asked.name
            answer.topicId = topic?.id ?? asked.topicId
            guard let topic else {
                answer.errorCode = asked.name == nil ? .unknownTopicId : .unknownTopicOrPartition
                return answer
            }
            guard removeTopic(topic) else {
                answer.errorCode = .kafkaStorageError
                return answer
            }
            // Who waits for its records learns that it is gone.
            wake(topic.partitions.indices.map { TopicPartition(topic: topic.name, partition: Int32($0)) })
            return answer
        }
        return response
    }
}
