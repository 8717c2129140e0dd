// The topics of a broker by name and by identity, and what their names may be.
package import KafkaWire

/// A topic and its logs.
package final class Topic<Segment: LogSegment> {
    package let name: String
    package let id: Uuid
    package var rules: TopicRules
    package private(set) var partitions: [PartitionLog<Segment>] = []
    /// Who holds and who leads each partition.
    package private(set) var replicas: [Replicas] = []

    init(name: String, id: Uuid, rules: TopicRules) {
        self.name = name
        self.id = id
        self.rules = rules
    }

    fileprivate func add(_ log: PartitionLog<Segment>, _ place: Replicas) {
        partitions.append(log)
        replicas.append(place)
    }

    /// Changes who leads a partition; its epoch rises where `body` says that it has changed.
    ///
    /// - Returns: what `body` does.
    package func changeLeader(of partition: Int, _ body: (inout Replicas) -> Bool) -> Bool {
        guard body(&replicas[partition]) else { return false }
        partitions[partition].beginEpoch()
        return true
    }
}

/// All topics, stepped by one thread.
package struct Topics<Segment: LogSegment> {
    /// More partitions than this are refused, so that one request cannot take all memory.
    package static var mostPartitions: Int { 100_000 }

    private var byName: [String: Topic<Segment>] = [:]
    private var names: [Uuid: String] = [:]
    /// How many topics were made, those that are gone too.
    package private(set) var made: UInt64 = 0
    private var partitionCount = 0
    /// Where the segments of a topic's partition are made.
    private let home: (_ topic: Uuid, _ partition: Int) -> Segment.Home

    package init(home: @escaping (_ topic: Uuid, _ partition: Int) -> Segment.Home) { self.home = home }

    /// In the order of their names.
    package var all: [Topic<Segment>] { byName.values.sorted { $0.name < $1.name } }

    package subscript(name: String) -> Topic<Segment>? { byName[name] }
    package subscript(id: Uuid) -> Topic<Segment>? { names[id].flatMap { byName[$0] } }

    /// Why no topic of this name with so many partitions can be made; nil where it can.
    package func refusal(name: String, partitions: Int) -> ErrorCode? {
        guard Self.isLegal(name) else { return .invalidTopicException }
        guard byName[name] == nil else { return .topicAlreadyExists }
        guard partitions > 0 else { return .invalidPartitions }
        return partitions <= Self.mostPartitions - partitionCount ? nil : .policyViolation
    }

    /// Makes a topic; nil where ``refusal(name:partitions:)`` says why not.
    ///
    /// - Parameter place: The brokers of a partition: one that is alone, unless told otherwise.
    package mutating func create(
        _ name: String, partitions: Int, rules: TopicRules = TopicRules(), place: (Int) -> Replicas = Replicas.alone
    ) -> Topic<Segment>? {
        guard refusal(name: name, partitions: partitions) == nil else { return nil }
        // A topic that is made anew is another one.
        return add(name, id: Uuid(high: 1, low: made + 1), partitions: partitions, rules: rules, place)
    }

    /// Takes over a topic that was made before, with its identity; nil for one that cannot be.
    package mutating func restore(
        _ name: String, id: Uuid, partitions: Int, rules: TopicRules, place: (Int) -> Replicas = Replicas.alone
    ) -> Topic<Segment>? {
        guard refusal(name: name, partitions: partitions) == nil, names[id] == nil else { return nil }
        return add(name, id: id, partitions: partitions, rules: rules, place)
    }

    /// Counts the topics that were made before and are gone.
    package mutating func resume(made count: UInt64) { made = max(made, count) }

    /// Why a topic cannot have so many partitions; nil where it can.
    package func growthRefusal(_ topic: Topic<Segment>, to count: Int) -> ErrorCode? {
        guard count > topic.partitions.count else { return .invalidPartitions }
        return count - topic.partitions.count <= Self.mostPartitions - partitionCount ? nil : .policyViolation
    }

    /// Gives a topic more partitions, as ``growthRefusal(_:to:)`` lets it.
    package mutating func grow(_ topic: Topic<Segment>, to count: Int, place: (Int) -> Replicas = Replicas.alone) {
        guard growthRefusal(topic, to: count) == nil else { return }
        partitionCount += count - topic.partitions.count
        for index in topic.partitions.count..<count {
            topic.add(PartitionLog(home: home(topic.id, index)), place(index))
        }
    }

    private mutating func add(
        _ name: String, id: Uuid, partitions: Int, rules: TopicRules, _ place: (Int) -> Replicas
    ) -> Topic<Segment> {
        let topic = Topic<Segment>(name: name, id: id, rules: rules)
        grow(topic, to: partitions, place: place)
        byName[name] = topic
        names[id] = name
        made = max(made, id.low)
        return topic
    }

    /// Removes a topic; false when there was none.
    package mutating func delete(_ name: String) -> Bool {
        guard let topic = byName.removeValue(forKey: name) else { return false }
        names[topic.id] = nil
        partitionCount -= topic.partitions.count
        for log in topic.partitions { log.discard() }
        return true
    }

    private static func isLegal(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain && (1...249).contains(name.utf8.count) && name != "." && name != ".."
    }
}

extension Topics where Segment.Home == Void {
    package init() { self.init { _, _ in } }
}
