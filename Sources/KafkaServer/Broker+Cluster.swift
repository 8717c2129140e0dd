// Several brokers in one: who leads and coordinates what, and brokers that go down and come up.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore

extension Broker {
    /// A partition as a broker sees it.
    enum Led {
        case log(PartitionLog<BufferSegment>)
        case refused(ErrorCode)
    }

    /// The log of a partition, if this broker leads it.
    func led(_ topic: Topic<BufferSegment>?, _ partition: Int32, by node: Node) -> Led {
        guard let topic, topic.partitions.indices.contains(Int(partition)) else {
            return .refused(.unknownTopicOrPartition)
        }
        guard topic.replicas[Int(partition)].leader == node.id else { return .refused(.notLeaderOrFollower) }
        return .log(topic.partitions[Int(partition)])
    }

    /// Why this broker does not answer for a group or a transactional id.
    func refusal(of kind: CoordinatedKind, _ key: String, at node: Node) -> ErrorCode {
        coordinators.broker(of: kind, key) == node.id ? .none : .notCoordinator
    }

    var liveNodes: [Node] { nodes.filter(\.isUp) }
    var live: Set<Int32> { Set(liveNodes.map(\.id)) }

    func node(_ id: Int32) throws(ClusterError) -> Node {
        guard let node = nodes.first(where: { $0.id == id }) else { throw .unknownBroker(id, of: nodes.count) }
        return node
    }

    /// Closes connections on which nothing comes any more, now and from time to time.
    func closeIdleConnections() {
        for node in nodes { node.closeIdle(since: now - settings.idleLimit) }
        _ = schedule(at: now + max(1, settings.idleLimit / 10)) { [weak self] in self?.closeIdleConnections() }
    }

    // MARK: Events

    /// Closes a broker's port and connections. What it led is led by others that have all of it.
    func takeDown(_ id: Int32) throws(ClusterError) {
        let node = try node(id)
        guard node.isUp else { throw .isDown(id) }
        node.close()
        changeLeaders { $0.lose(id) }
        coordinators.lose(id)
        settleMovedGroups()
    }

    /// Opens a broker's port again. It leads only what nobody else can.
    func bringUp(_ id: Int32) throws(ClusterError) -> EventLoopFuture<Void> {
        let node = try node(id)
        guard !node.isUp else { throw .isUp(id) }
        let broker = NIOLoopBound(self, eventLoop: loop)
        return node.open(for: self).map {
            let broker = broker.value
            let live = broker.live
            broker.changeLeaders { $0.regain(id, live: live) }
            broker.coordinators.regain(id, live: live)
        }
    }

    func moveLeader(of place: TopicPartition, to id: Int32) throws(ClusterError) {
        _ = try node(id)
        guard let topic = topics[place.topic], topic.partitions.indices.contains(Int(place.partition)) else {
            throw .unknownPartition(place)
        }
        guard topic.replicas[Int(place.partition)].leader != id else { return }
        guard topic.changeLeader(of: Int(place.partition), unpacker, { $0.move(to: id) }) else {
            throw .notInSync(id, place)
        }
        tell(of: topic, [Int(place.partition)])
    }

    /// Elects a leader that lacks the newest offsets, so many of them at most; returns how many are lost. Without a name
    /// the next leads that holds the partition and is up, the same if there is no other.
    func elect(_ place: TopicPartition, to id: Int32?, losing count: Int64) throws(ClusterError) -> Int64 {
        guard let topic = topics[place.topic], topic.partitions.indices.contains(Int(place.partition)) else {
            throw .unknownPartition(place)
        }
        let (live, index) = (live, Int(place.partition))
        let replicas = topic.replicas[index]
        let others = replicas.all.filter { live.contains($0) && $0 != replicas.leader }
        guard let next = id ?? others.first ?? replicas.leader else { throw .noneUp(place) }
        _ = try node(next)
        let end = topic.partitions[index].endOffset
        guard topic.changeLeader(of: index, losing: max(0, count), unpacker, { $0.force(next, live: live) }) else {
            throw .notHeld(next, place)
        }
        tell(of: topic, [index])
        return end - topic.partitions[index].endOffset
    }

    func moveCoordinator(of kind: CoordinatedKind, _ key: String, to id: Int32) throws(ClusterError) {
        _ = try node(id)
        guard coordinators.move(kind, key, to: id) else { throw .isDown(id) }
        settleMovedGroups()
    }

    /// Changes the leaders of all partitions where `body` does, and tells those who wait at the old ones.
    private func changeLeaders(_ body: (inout Replicas) -> Bool) {
        for topic in topics.all {
            tell(of: topic, topic.partitions.indices.filter { topic.changeLeader(of: $0, unpacker, body) })
        }
    }

    /// Writes down new epochs, and tells those who wait at the old leaders.
    private func tell(of topic: Topic<BufferSegment>, _ changed: [Int]) {
        guard !changed.isEmpty else { return }
        // A broker whose folder is full leads all the same.
        _ = isNoted(changed.map { .log(LogEntry(topic.id, $0, topic.partitions[$0])) })
        wake(changed.map { TopicPartition(topic: topic.name, partition: Int32($0)) })
    }

    // MARK: Requests

    func describeCluster() -> DescribeCluster.Response {
        var response = DescribeCluster.Response()
        response.clusterId = Self.clusterId
        response.controllerId = liveNodes.first?.id ?? -1
        response.brokers = liveNodes.map { node in
            var broker = DescribeCluster.Response.Broker()
            (broker.brokerId, broker.host, broker.port) = (node.id, settings.host, node.port)
            return broker
        }
        return response
    }

    func findCoordinator(_ request: FindCoordinator.Request, _ version: Int16) -> FindCoordinator.Response {
        var response = FindCoordinator.Response()
        if version < 4 {
            let found = coordinator(of: request.key, request.keyType)
            (response.errorCode, response.errorMessage) = (found.errorCode, found.errorMessage)
            (response.nodeId, response.host, response.port) = (found.nodeId, found.host, found.port)
        }
        response.coordinators = request.coordinatorKeys.map { coordinator(of: $0, request.keyType) }
        return response
    }

    private func coordinator(of key: String, _ keyType: Int8) -> FindCoordinator.Response.Coordinator {
        var answer = FindCoordinator.Response.Coordinator()
        (answer.key, answer.nodeId, answer.port) = (key, -1, -1)
        guard keyType == 0 || keyType == 1 else {
            answer.errorCode = .invalidRequest
            answer.errorMessage = "nobody coordinates keys of type \(keyType)"
            return answer
        }
        let kind: CoordinatedKind = keyType == 0 ? .group : .transaction
        guard let id = coordinators.broker(of: kind, key), let node = nodes.first(where: { $0.id == id }) else {
            answer.errorCode = .coordinatorNotAvailable
            return answer
        }
        (answer.nodeId, answer.host, answer.port) = (node.id, settings.host, node.port)
        return answer
    }
}
