// Requests about topics: what there is, make, remove.
internal import BrokerCore
internal import KafkaWire

extension Broker {
    func metadata(_ request: Metadata.Request, _ version: Int16) -> Metadata.Response {
        var response = Metadata.Response()
        response.brokers = liveNodes.map { node in
            var broker = Metadata.Response.Broker()
            (broker.nodeId, broker.host, broker.port) = (node.id, settings.host, node.port)
            return broker
        }
        response.clusterId = Self.clusterId
        response.controllerId = liveNodes.first?.id ?? -1
        // The oldest version asks for all by an empty list.
        let asked = version == 0 && request.topics?.isEmpty == true ? nil : request.topics
        if let asked {
            response.topics = asked.map { describe($0, mayCreate: request.allowAutoTopicCreation) }
        } else {
            let live = live
            response.topics = topics.all.map { describe($0, live) }
        }
        return response
    }

    private func describe(_ asked: Metadata.Request.Topic, mayCreate: Bool) -> Metadata.Response.Topic {
        var missing = Metadata.Response.Topic()
        guard let name = asked.name else {
            if let topic = topics[asked.topicId] { return describe(topic, live) }
            missing.topicId = asked.topicId
            missing.errorCode = .unknownTopicId
            return missing
        }
        if let topic = topics[name] { return describe(topic, live) }
        let refusal = topics.refusal(name: name, partitions: settings.partitions)
        if mayCreate && settings.createsTopics, let place = placement(factor: -1),
            let topic = makeTopic(name, partitions: settings.partitions, place: place)
        {
            return describe(topic, live)
        }
        missing.name = name
        missing.errorCode = refusal == .invalidTopicException ? .invalidTopicException : .unknownTopicOrPartition
        return missing
    }

    private func describe(_ topic: Topic<BufferSegment>, _ live: Set<Int32>) -> Metadata.Response.Topic {
        var answer = Metadata.Response.Topic()
        answer.name = topic.name
        answer.topicId = topic.id
        answer.partitions = topic.partitions.enumerated().map { index, log in
            var partition = Metadata.Response.Partition()
            partition.partitionIndex = Int32(index)
            let replicas = topic.replicas[index]
            partition.errorCode = replicas.leader == nil ? .leaderNotAvailable : .none
            partition.leaderId = replicas.leader ?? -1
            partition.leaderEpoch = log.leaderEpoch
            partition.replicaNodes = replicas.all
            partition.isrNodes = replicas.inSync
            partition.offlineReplicas = replicas.all.filter { !live.contains($0) }
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
            answer.errorCode = topics.refusal(name: asked.name, partitions: partitions) ?? .none
            guard answer.errorCode == .none else { return answer }
            var rules = TopicRules()
            for config in asked.configs {
                guard let fault = rules.fault(config.name, config.value) else { continue }
                (answer.errorCode, answer.errorMessage) = (.invalidConfig, fault)
                return answer
            }
            let isFree = asked.assignments.isEmpty
            let assigned = asked.assignments.sorted { $0.partitionIndex < $1.partitionIndex }
            let isWhole = assigned.map(\.partitionIndex) == (0..<Int32(assigned.count)).map { $0 }
            let place =
                isFree
                ? placement(factor: asked.replicationFactor)
                : isWhole ? placement(assigned.map(\.brokerIds), from: 0) : nil
            guard let place else {
                answer.errorCode = isFree ? .invalidReplicationFactor : .invalidReplicaAssignment
                return answer
            }
            answer.numPartitions = Int32(partitions)
            answer.replicationFactor = Int16(clamping: place(0).all.count)
            guard !request.validateOnly else { return answer }
            if let topic = makeTopic(asked.name, partitions: partitions, rules: rules, place: place) {
                answer.topicId = topic.id
            } else {
                answer.errorCode = .kafkaStorageError
            }
            return answer
        }
        return response
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
