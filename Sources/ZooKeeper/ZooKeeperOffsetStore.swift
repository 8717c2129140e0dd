// Offsets in ZooKeeper, where Kafka's first consumers kept them: a node per partition that holds a decimal number.
internal import CZooKeeper
public import World

/// The offsets of one topic's groups at `/consumers/<group>/offsets/<topic>/<partition>`.
///
/// A commit of several partitions is as many writes, one after the other: whoever dies between two of them has committed
/// some of the partitions.
public final class ZooKeeperOffsetStore: OffsetStore {
    /// The longest value that can be an offset: the digits of the largest one.
    private static let longestValue = 19

    private let configuration: ZooKeeperConfiguration
    private let topic: String
    private let session: ZooKeeperSession

    /// Makes a store; nothing is asked of the server yet.
    ///
    /// - Throws: `OffsetStoreError`, `configuration` for a topic that cannot be part of a node's name.
    public init(_ configuration: ZooKeeperConfiguration, topic: String) throws {
        self.configuration = configuration
        self.topic = try ZooKeeperOffsetStore.name(topic, "topic")
        session = ZooKeeperSession(configuration)
    }

    /// Ends the session; the store is not used afterwards.
    public func close() { session.close() }

    /// Checks that a server answers.
    ///
    /// - Throws: `OffsetStoreError`, `unreachable`.
    public func probe() throws {
        _ = try session.perform("look for a node", "/") { zoo_exists($0, "/", 0, nil) }
    }

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: `OffsetStoreError`.
    public func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?] {
        let topicNode = try node(of: group)
        return try partitions.map { try read("\(topicNode)/\($0)") }
    }

    /// Commits the partitions one after the other.
    ///
    /// - Throws: `OffsetStoreError`; the partitions before the one that failed are committed then.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        let topicNode = try node(of: group)
        for (partition, next) in offsets { try write("\(next)", to: "\(topicNode)/\(partition)") }
    }

    /// The partitions of which the group has committed an offset, in their order.
    ///
    /// - Throws: `OffsetStoreError`.
    public func committedPartitions(of group: String) throws -> [Partition] {
        try children(of: node(of: group)).compactMap { Partition($0) }.sorted()
    }

    /// Removes everything the group keeps of this topic, and the group's own nodes when nothing else is in them.
    ///
    /// - Throws: `OffsetStoreError`.
    public func removeGroup(_ group: String) throws {
        let topicNode = try node(of: group)
        let partitions = try children(of: topicNode).map { "\(topicNode)/\($0)" }
        let owner = "/consumers/\(group)"
        for path in partitions + [topicNode, "\(owner)/offsets", owner] {
            let code = try session.perform("remove a node", path) { zoo_delete($0, path, -1) }
            if code == ZNOTEMPTY.rawValue { return }
            try check(code, [ZOK, ZNONODE], "remove a node", path)
        }
    }

    /// The node below which a group's offsets of the topic are.
    private func node(of group: String) throws -> String {
        "/consumers/\(try ZooKeeperOffsetStore.name(group, "group"))/offsets/\(topic)"
    }

    private func read(_ path: String) throws -> Offset? {
        var bytes = [CChar](repeating: 0, count: ZooKeeperOffsetStore.longestValue + 1)
        var length: Int32 = 0
        let code = try session.perform("read an offset", path) { handle in
            // How much fits goes in, how much there is comes out, at every attempt.
            length = Int32(bytes.count)
            return zoo_get(handle, path, 0, &bytes, &length, nil)
        }
        if code == ZNONODE.rawValue { return nil }
        try check(code, [ZOK], "read an offset", path)
        let text = String(decoding: bytes.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let offset = Offset(text) else {
            throw OffsetStoreError(
                .damaged, "the node holds \"\(text)\", which is no offset",
                location: "\(configuration.address) \(path)")
        }
        return offset
    }

    private func write(_ value: String, to path: String) throws {
        let doing = "write an offset"
        let set = { (handle: OpaquePointer) in zoo_set(handle, path, value, Int32(value.utf8.count), -1) }
        var code = try session.perform(doing, path, set)
        if code == ZNONODE.rawValue {
            try makeNodes(above: path)
            // Made with its value, because a node that is there without one would be an offset that is none.
            code = try make(path, value)
            // An attempt whose answer was lost, or another consumer, has made it.
            if code == ZNODEEXISTS.rawValue { code = try session.perform(doing, path, set) }
        }
        try check(code, [ZOK], doing, path)
    }

    private func makeNodes(above path: String) throws {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            try check(make(made, nil), [ZOK, ZNODEEXISTS], "make a node", made)
        }
    }

    private func make(_ path: String, _ value: String?) throws -> Int32 {
        let length = value.map { Int32($0.utf8.count) } ?? -1
        return try session.perform("make a node", path) {
            zoo_create($0, path, value, length, kbench_zookeeper_open_acl(), 0, nil, 0)
        }
    }

    private func children(of path: String) throws -> [String] {
        var names = String_vector()
        let code = try session.perform("list nodes", path) { zoo_get_children($0, path, 0, &names) }
        if code == ZNONODE.rawValue { return [] }
        try check(code, [ZOK], "list nodes", path)
        defer { deallocate_String_vector(&names) }
        return (0..<Int(names.count)).compactMap { index in names.data[index].map { String(cString: $0) } }.sorted()
    }

    private func check(_ code: Int32, _ good: [ZOO_ERRORS], _ doing: String, _ path: String) throws {
        if good.contains(where: { $0.rawValue == code }) { return }
        if code == ZNONODE.rawValue {
            throw session.failure(
                .configuration, "the root that the address names is not there, to \(doing)", path, code)
        }
        throw session.failure(.failed, "ZooKeeper refused to \(doing)", path, code)
    }

    private static func name(_ text: String, _ kind: String) throws -> String {
        guard !text.isEmpty, text != ".", text != "..", !text.contains("/"), !text.contains("\0") else {
            throw OffsetStoreError(
                .configuration, "the \(kind) '\(text)' cannot be the name of a node", location: "/consumers")
        }
        return text
    }
}
