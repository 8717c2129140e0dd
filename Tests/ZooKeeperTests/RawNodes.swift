// Nodes as they are, beside the store: what a test looks at and what it damages.
import CZooKeeper
import Testing

@testable import ZooKeeper

enum RawNodes {
    static func value(of path: String, _ session: ZooKeeperSession) throws -> String {
        var bytes = [CChar](repeating: 0, count: 100)
        var length = Int32(bytes.count)
        let code = try session.perform("read", path) { zoo_get($0, path, 0, &bytes, &length, nil) }
        try #require(code == ZOK.rawValue, "\(path): \(code)")
        return String(decoding: bytes.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func set(_ path: String, _ value: String, _ session: ZooKeeperSession) throws {
        let code = try session.perform("set", path) { zoo_set($0, path, value, Int32(value.utf8.count), -1) }
        try #require(code == ZOK.rawValue, "\(path): \(code)")
    }

    static func make(_ path: String, _ session: ZooKeeperSession) throws {
        let code = try session.perform("make", path) {
            zoo_create($0, path, nil, -1, kbench_zookeeper_open_acl(), 0, nil, 0)
        }
        try #require(code == ZOK.rawValue, "\(path): \(code)")
    }
}
