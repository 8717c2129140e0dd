// Who keeps the offsets that a strategy commits, as scenarios name it and as a worker opens it.
internal import Engine
internal import Ingestion
internal import Kafka
internal import Posix
package import World
internal import ZooKeeper

/// A keeper of committed offsets.
public enum OffsetStoreKind: String, CaseIterable, Codable, Sendable {
    /// The consumer group's own topic in Kafka.
    case kafka
    /// A file for each group.
    case file
    /// ZooKeeper, as Kafka's first consumers did.
    case zookeeper
}

/// Where a worker finds its offset store.
public enum OffsetStorePlace: Codable, Equatable, Sendable {
    /// The broker.
    case kafka
    /// A folder of files.
    case file(directory: String)
    /// A ZooKeeper, given up after so many milliseconds without an answer.
    case zookeeper(address: String, timeoutMilliseconds: Int)

    /// How long a ZooKeeper may be silent before it is an error.
    public static let timeoutMilliseconds = 10_000

    /// Opens the store for one topic; nil where the broker is it.
    package func open(topic: String) throws -> (any OffsetStore)? {
        switch self {
        case .kafka: return nil
        case .file(let directory): return FileOffsetStore(directory: directory, topic: topic, disk: PosixDisk())
        case .zookeeper(let address, let timeout):
            var configuration = try ZooKeeperConfiguration(address: address)
            configuration.connectTimeout = min(configuration.connectTimeout, .milliseconds(timeout))
            configuration.requestTimeout = .milliseconds(timeout)
            return try ZooKeeperOffsetStore(configuration, topic: topic)
        }
    }

    /// Removes what a run left in a ZooKeeper.
    package static func removeGroup(_ group: String, of topic: String, at address: String) throws {
        let store = try ZooKeeperOffsetStore(ZooKeeperConfiguration(address: address), topic: topic)
        defer { store.close() }
        try store.removeGroup(group)
    }

    /// Checks that the store answers.
    package func probe() throws {
        guard let store = try open(topic: "probe") as? ZooKeeperOffsetStore else { return }
        defer { store.close() }
        try store.probe()
    }
}

extension Scenario {
    /// Whether one of its runs keeps its offsets in ZooKeeper.
    public var needsZooKeeper: Bool { runs.contains { $0.offsetStore == .zookeeper } }
}
