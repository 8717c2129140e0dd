// After an election: whether the new leader's log still has what was read (KIP-320).
internal import KafkaWire
internal import World

/// A log that was cut short below what was read of it, and may have other records there by now.
struct CutShort: Error {
    /// Where it was cut.
    var offset: Offset
    /// The election up to which it is as it was.
    var epoch: Int32
}

extension NativeReader {
    /// The versions of the question that say by which election the leader is known.
    private static let versions: ClosedRange<Int16> = 2...3

    /// Asks each new leader where the log of the last election ends that something was read of. Where that is below the
    /// position, records were read that are gone, and others may be in their place: reading on would miss these without a
    /// word. What has come and was not read yet is asked for again.
    ///
    /// Of a broker that does not know the question, or the election, nothing is found out.
    ///
    /// - Throws: what may be over when it is tried again.
    func confirmLogs() throws {
        guard confirmedView != cluster.view else { return }
        let view = cluster.view
        var asked: [Int32: [PartitionPlace]] = [:]
        for place in places where place.looksForLeaderAt == nil {
            guard let leader = cluster.leaders[place.partition], leader.epoch != place.leaderEpoch else { continue }
            // What is on its way from the leader of before is of no use.
            place.version += 1
            if place.lastEpoch < 0 || leader.epoch < 0 {
                place.leaderEpoch = leader.epoch
            } else {
                asked[leader.node, default: []].append(place)
            }
        }
        for (node, places) in asked.sorted(by: { $0.key < $1.key }) { try confirm(places, at: node) }
        // A leader that does not know of its election yet is asked again, after a pause.
        let isConfirmed = places.allSatisfy { place in
            cluster.leaders[place.partition].map { $0.epoch == place.leaderEpoch } ?? true
        }
        if isConfirmed { confirmedView = view }
    }

    private func confirm(_ places: [PartitionPlace], at node: Int32) throws {
        guard let address = cluster.address(of: node) else { throw NoLeader() }
        guard try cluster.speaks(OffsetForLeaderEpoch.self, NativeReader.versions, at: address) else {
            for place in places { place.leaderEpoch = cluster.leaders[place.partition]?.epoch ?? -1 }
            return
        }
        let answer = try cluster.ask(OffsetForLeaderEpoch.self, at: address, NativeReader.versions) { _ in
            var wanted = OffsetForLeaderEpoch.Request.Topic()
            wanted.topic = topic
            wanted.partitions = places.map { place in
                var question = OffsetForLeaderEpoch.Request.Partition()
                question.partition = place.partition
                question.currentLeaderEpoch = cluster.leaders[place.partition]?.epoch ?? -1
                question.leaderEpoch = place.lastEpoch
                return question
            }
            var request = OffsetForLeaderEpoch.Request()
            request.replicaId = -1
            request.topics = [wanted]
            return request
        }
        var left = places
        for told in answer.topics.filter({ $0.topic == topic }).flatMap(\.partitions) {
            guard let index = left.firstIndex(where: { $0.partition == told.partition }) else { continue }
            let place = left.remove(at: index)
            if told.errorCode != .none {
                guard Failures.isTransient(Refusal(told.errorCode)) else {
                    place.failure = Refusal(told.errorCode)
                    continue
                }
                look(for: place)
                continue
            }
            place.leaderEpoch = cluster.leaders[place.partition]?.epoch ?? -1
            guard told.endOffset >= 0, told.endOffset < place.fetchFrom else { continue }
            if told.endOffset < place.position {
                place.failure = CutShort(offset: told.endOffset, epoch: told.leaderEpoch)
            } else {
                place.forget()
            }
        }
        guard left.isEmpty else { throw Disconnection(reason: "the broker answers for some partitions only") }
    }
}
