// What happens to a broker by a script or by somebody who tells it: topics, offsets, groups.
internal import BrokerCore
internal import BrokerScript
internal import KafkaWire
internal import NIOCore

extension Broker {
    /// Lets something happen, and says why not where it cannot.
    func carryOut(_ act: Act, _ done: @escaping (_ failure: String?) -> Void) {
        guard case .brokerUp(let id) = act else { return done(carryOut(act)) }
        do throws(ClusterError) {
            try bringUp(id).assumeIsolated().whenComplete { result in
                switch result {
                case .success: done(nil)
                case .failure(let error): done(ClusterError.portTaken(id, "\(error)").cause)
                }
            }
        } catch {
            done(error.cause)
        }
    }

    private func carryOut(_ act: Act) -> String? {
        do throws(ClusterError) {
            switch act {
            case .brokerDown(let id): try takeDown(id)
            case .leaderMoves(let topic, let partition, let id):
                try moveLeader(of: TopicPartition(topic: topic, partition: partition), to: id)
            case .uncleanElection(let topic, let partition, let count, let id):
                _ = try elect(TopicPartition(topic: topic, partition: partition), to: id, losing: count)
            case .groupMoves(let group, let id): try moveCoordinator(of: .group, group, to: id)
            case .transactionsMove(let name, let id): try moveCoordinator(of: .transaction, name, to: id)
            case .addPartitions(let name, let count):
                guard let topic = topics[name] else { return "there is no topic \(name)" }
                let code = addPartitions(to: topic, count: topic.partitions.count + count)
                return code == .none ? nil : code.name
            default: return carryOutHere(act)
            }
        } catch {
            return error.cause
        }
        return nil
    }

    private func carryOutHere(_ act: Act) -> String? {
        switch act {
        case .retention(let name, let partition, let keep):
            return onLogs(of: name, partition) { log in
                _ = log.deleteRecords(before: max(log.startOffset, log.highWatermark - keep))
                return nil
            }
        case .deleteRecords(let name, let partition, let offset):
            return onLogs(of: name, partition) { log in
                guard log.deleteRecords(before: offset) == nil else { return nil }
                return "partition \(partition) of \(name) ends at \(log.highWatermark)"
            }
        case .topicAnew(let name):
            guard let old = topics[name] else { return "there is no topic \(name)" }
            let live = live
            let isMade =
                removeTopic(old)
                && makeTopic(name, partitions: old.partitions.count, rules: old.rules) {
                    Replicas(old.replicas[$0].all, live: live)
                } != nil
            guard isMade else { return Self.notKept }
            wake(old.partitions.indices.map { TopicPartition(topic: name, partition: Int32($0)) })
            return nil
        case .forgetOffsets(let group, let topic):
            return onOffsets(of: group, topic, nil) { place, _ in
                guard isNoted([.offset(OffsetEntry(group, place, nil))]) else { return false }
                groups.removeOffset(group, for: place)
                return true
            }
        case .moveOffsets(let group, let topic, let partition, let distance):
            return onOffsets(of: group, topic, partition) { place, old in
                var moved = old
                moved.offset = max(0, old.offset + distance)
                moved.leaderEpoch = -1
                guard isNoted([.offset(OffsetEntry(group, place, moved))]) else { return false }
                groups.store(moved, group, for: place, at: now)
                return true
            }
        case .rebalance(let group):
            return onMembers(of: group) { groups.rebalance(group, at: now) }
        case .expelMembers(let group):
            return onMembers(of: group) { groups.expelMembers(group, at: now) }
        case .fenceProducer(let name): return fenceProducer(name) ? nil : "nobody has the transactional id \(name)"
        default:
            // What happens to a request is carried out where the request is.
            return "it happens to a request, and there is none"
        }
    }

    /// Why what happened here does not last.
    private static let notKept = "it could not be written to the data folder"

    /// Steps the logs of a topic's partition, or of all, and wakes those who wait for it.
    private func onLogs(
        of name: String, _ partition: Int32?, _ body: (PartitionLog<BufferSegment>) -> String?
    ) -> String? {
        guard let topic = topics[name] else { return "there is no topic \(name)" }
        let numbers = partition.map { [$0] } ?? topic.partitions.indices.map { Int32($0) }
        for number in numbers {
            guard topic.partitions.indices.contains(Int(number)) else {
                return "\(name) has \(topic.partitions.count) partitions"
            }
            let log = topic.partitions[Int(number)]
            if let failure = body(log) { return failure }
            guard isNoted([.log(LogEntry(topic.id, Int(number), log))]) else { return Self.notKept }
        }
        wake(numbers.map { TopicPartition(topic: name, partition: $0) })
        return nil
    }

    private func onOffsets(
        of group: String, _ topic: String?, _ partition: Int32?, _ body: (TopicPartition, CommittedOffset) -> Bool
    ) -> String? {
        let found = groups.offsets(group).filter { place, _ in
            (topic == nil || place.topic == topic) && (partition == nil || place.partition == partition)
        }
        guard found.allSatisfy({ body($0.place, $0.offset) }) else { return Self.notKept }
        return found.isEmpty ? "\(group) has committed nothing there" : nil
    }

    func hasNode(_ id: Int32) -> Bool { nodes.contains { $0.id == id } }

    private func onMembers(of group: String, _ body: () -> Bool) -> String? {
        let hasMembers = body()
        settleGroups()
        return hasMembers ? nil : "\(group) has no members"
    }
}
