// A cluster of several brokers as a value: which of them hold a partition, and which one leads it.
public import World

/// The brokers of a simulated cluster, each on a host of its own, and where the replicas of a topic lie.
public struct BrokerTopology: Equatable, Sendable {
    /// How many brokers there are, numbered from 0.
    public let brokers: Int
    /// By partition, the brokers that hold a replica, the leader first.
    public private(set) var replicas: [[Int]]

    /// Places replicas as Kafka does when it creates a topic: leaders by turns, and the followers shifted by one more
    /// broker with each round, so that the partitions of one leader have different followers.
    public init(brokers: Int, partitions: Int, replication: Int) {
        // A caller's own bug: Kafka refuses a factor above the number of brokers too.
        precondition(brokers >= 1 && (1...brokers).contains(replication), "1 to \(brokers) replicas")
        self.brokers = brokers
        replicas = (0..<partitions).map { partition in
            let leader = partition % brokers
            return [leader]
                + (0..<replication - 1).map { follower in
                    (leader + 1 + (partition / brokers + follower) % max(1, brokers - 1)) % brokers
                }
        }
    }

    /// The broker that serves a partition to those who read.
    public func leader(of partition: Partition) -> Int { replicas[Int(partition)][0] }

    /// Takes the leadership from a broker, as its restart does: the next replica of each of its partitions leads. A
    /// partition without another replica stays where it is.
    public mutating func moveLeaders(from broker: Int) {
        for partition in replicas.indices where replicas[partition][0] == broker && replicas[partition].count > 1 {
            replicas[partition].swapAt(0, 1)
        }
    }
}

/// How an engine chooses the host of a task that reads a partition, and which replica the task then reads.
public enum TaskPlacement: String, CaseIterable, Sendable {
    /// The engine has hosts of its own, as most clusters are laid out.
    case apart
    /// By the hash of topic and partition over the hosts, so that a reader can be kept; reads from the leader.
    case hash
    /// On the leader's host, as it was when the program began.
    case leaderAtStart = "leader-at-start"
    /// On the leader's host, looked up for each batch.
    case leader
    /// On the leader's host as it was at the start, reading from the nearest replica (KIP-392), as a file system does.
    case nearestReplica = "nearest-replica"

    /// Whether a task of a batch reads `partition` of `topic` from its own host.
    ///
    /// - Parameters:
    ///   - topic: The topic's name.
    ///   - partition: The partition.
    ///   - atStart: The cluster when the program began.
    ///   - now: The cluster when the batch runs.
    /// - Returns: Whether the broker that serves the task runs on the task's host.
    public func isLocal(topic: String, _ partition: Partition, atStart: BrokerTopology, now: BrokerTopology) -> Bool {
        switch self {
        case .apart: return false
        case .hash:
            var hash = StableHash()
            hash.add(topic)
            hash.add(Int(partition))
            return Int(hash.value % UInt64(now.brokers)) == now.leader(of: partition)
        case .leaderAtStart: return atStart.leader(of: partition) == now.leader(of: partition)
        case .leader: return true
        case .nearestReplica: return now.replicas[Int(partition)].contains(atStart.leader(of: partition))
        }
    }
}
