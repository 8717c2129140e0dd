// What happens to a broker by a script or by somebody who tells it: topics, offsets, groups.
internal import BrokerCore
internal import BrokerScript
internal import KafkaWire

extension Broker {
    /// Lets something happen, and says why not where it cannot.
    func carryOut(_ act: Act, _ done: @escaping (_ failure: String?) -> Void) {
        done(carryOut(act))
    }

    private func carryOut(_ act: Act) -> String? {
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
            guard removeTopic(old), makeTopic(name, partitions: old.partitions.count) != nil else {
                return Self.notKept
            }
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
        default: return "nothing that this broker can do"
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

    func hasNode(_ id: Int32) -> Bool { id == Self.nodeId }

    private func onMembers(of group: String, _ body: () -> Bool) -> String? {
        let hasMembers = body()
        settleGroups()
        return hasMembers ? nil : "\(group) has no members"
    }
}
