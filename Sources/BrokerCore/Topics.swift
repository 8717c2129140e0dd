// The topics of a broker by name and by identity, and what their names may be.
package import KafkaWire

/// A topic and its logs.
package final class Topic<Segment: LogSegment> {
    package let name: String
    package let id: Uuid
    package private(set) var partitions: [PartitionLog<Segment>] = []
    /// Who holds and who leads each partition.
    package private(set) var replicas: [Replicas] = []

    init(name: String, id: Uuid) {
        self.name = name
        self.id = id
    }

    fileprivate func grow(to count: Int, _ place: (Int) -> Replicas) {
        for index in partitions.count..<count {
            partitions.append(PartitionLog())
            replicas.append(place(index))
        }
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
    private var made: UInt64 = 0
    private var partitionCount = 0

    package init() {}

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
        _ name: String, partitions: Int, place: (Int) -> Replicas = { _ in Replicas([1], live: [1]) }
    ) -> Topic<Segment>? {
        guard refusal(name: name, partitions: partitions) == nil else { return nil }
        made += 1
        // A topic that is made anew is another one.
        let topic = Topic<Segment>(name: name, id: Uuid(high: 1, low: made))
        topic.grow(to: partitions, place)
        byName[name] = topic
        names[topic.id] = name
        partitionCount += partitions
        return topic
    }

    /// Removes a topic; false when there was none.
    package mutating func delete(_ name: String) -> Bool {
        guard let topic = byName.removeValue(forKey: name) else { return false }
        names[topic.id] = nil
        partitionCount -= topic.partitions.count
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
