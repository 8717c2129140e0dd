// The ends of partitions' logs, asked of their leaders.
internal import KafkaWire
internal import World

extension ClusterView {
    /// Asks for one end of several partitions: -2 is the earliest offset, -1 the end of what can be read.
    ///
    /// - Throws: `BrokerError`.
    func ends(of partitions: [World.Partition], _ end: Int64) throws -> [Offset] {
        var found: [World.Partition: Offset] = [:]
        return try retrying("watermarks", topic) {
            let open = partitions.filter { found[$0] == nil }
            do {
                try ask(partitions: open, end, &found)
            } catch {
                // Leaders may have changed. What has been answered stays.
                if Failures.isTransient(error) { try refresh() }
                throw error
            }
            return partitions.map { found[$0] ?? 0 }
        }
    }

    private func ask(partitions: [World.Partition], _ end: Int64, _ found: inout [World.Partition: Offset]) throws {
        var shares: [Int32: [World.Partition]] = [:]
        for partition in partitions {
            guard let leader = leaders[partition] else { throw NoLeader() }
            shares[leader.node, default: []].append(partition)
        }
        for (node, share) in shares.sorted(by: { $0.key < $1.key }) {
            guard let address = address(of: node) else { throw NoLeader() }
            let answer = try ask(ListOffsets.self, at: address, 1...5) { _ in request(share, end) }
            var left = Set(share)
            for place in answer.topics.filter({ $0.name == topic }).flatMap(\.partitions) {
                guard left.remove(place.partitionIndex) != nil else { continue }
                guard place.errorCode == .none else { throw Refusal(place.errorCode) }
                guard place.offset >= 0 else { throw Refusal(.offsetNotAvailable) }
                found[place.partitionIndex] = place.offset
            }
            guard left.isEmpty else { throw Disconnection(reason: "the broker answers for some partitions only") }
        }
    }

    private func request(_ partitions: [World.Partition], _ end: Int64) -> ListOffsets.Request {
        var request = ListOffsets.Request()
        request.replicaId = -1
        request.isolationLevel = 1
        var wanted = ListOffsets.Request.Topic()
        wanted.name = topic
        wanted.partitions = partitions.map { partition in
            var place = ListOffsets.Request.Partition()
            place.partitionIndex = partition
            place.currentLeaderEpoch = leaders[partition]?.epoch ?? -1
            place.timestamp = end
            return place
        }
        request.topics = [wanted]
        return request
    }
}
