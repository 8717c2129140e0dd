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
            let topic = topics.create(name, partitions: settings.partitions, place: place)
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

    /// Where partitions of a new topic go with so many copies, -1 for as many as is usual; nil where there are too few
    /// brokers.
    private func placement(factor: Int16) -> ((Int) -> Replicas)? {
        let up = liveNodes.map(\.id)
        let factor = factor == -1 ? min(settings.replication, up.count) : Int(factor)
        guard (1...max(1, up.count)).contains(factor), !up.isEmpty else { return nil }
        return { Replicas(Replicas.spread($0, factor: factor, over: up), live: Set(up)) }
    }

    /// The same, as a request assigns them; nil where that cannot be.
    private func placement(_ assignments: [CreateTopics.Request.Assignment]) -> ((Int) -> Replicas)? {
        let live = live
        var byIndex: [Int: [Int32]] = [:]
        for assignment in assignments {
            let ids = assignment.brokerIds
            let isGood =
                Set(ids).count == ids.count && ids.allSatisfy { id in nodes.contains { $0.id == id } }
                && ids.contains { live.contains($0) }
            guard isGood, byIndex.updateValue(ids, forKey: Int(assignment.partitionIndex)) == nil else { return nil }
        }
        guard Set(byIndex.keys) == Set(0..<assignments.count) else { return nil }
        return { Replicas(byIndex[$0] ?? [], live: live) }
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
            let isFree = asked.assignments.isEmpty
            guard let place = isFree ? placement(factor: asked.replicationFactor) : placement(asked.assignments) else {
                answer.errorCode = isFree ? .invalidReplicationFactor : .invalidReplicaAssignment
                return answer
            }
            answer.numPartitions = Int32(partitions)
            answer.replicationFactor = Int16(clamping: place(0).all.count)
            guard !request.validateOnly else { return answer }
            if let topic = topics.create(asked.name, partitions: partitions, place: place) {
                answer.topicId = topic.id
            }
            return answer
        }
        return response
    }

    private func refusal(of asked: CreateTopics.Request.Topic, partitions: Int) -> ErrorCode {
        if let code = topics.refusal(name: asked.name, partitions: partitions) { return code }
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
            guard let topic, topics.delete(topic.name) else {
                answer.errorCode = asked.name == nil ? .unknownTopicId : .unknownTopicOrPartition
                return answer
            }
            groups.forgetOffsets(ofTopic: topic.name)
            // Who waits for its records learns that it is gone.
            wake(topic.partitions.indices.map { TopicPartition(topic: topic.name, partition: Int32($0)) })
            return answer
        }
        return response
    }
}
