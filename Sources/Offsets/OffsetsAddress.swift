// Where positions can be kept, as a person writes it: `checkpoint:DIR`, `kafka:GROUP` and so on.
internal import Harness
internal import World

/// A place for positions in a topic.
public enum OffsetsAddress: Equatable, Sendable, CustomStringConvertible {
    /// The checkpoints, and a receiver's logs, of a state folder.
    case checkpoint(directory: String)
    /// The offset log of a state folder.
    case offsetLog(directory: String)
    /// A file of positions: what export writes and what a file store keeps.
    case file(path: String)
    /// A consumer group of Kafka.
    case kafka(group: String)
    /// A consumer group in ZooKeeper.
    case zookeeper(servers: String, group: String)

    /// Whether it is a consumer group of Kafka.
    public var isKafka: Bool { if case .kafka = self { true } else { false } }
    /// Whether it is the checkpoints of a state folder.
    public var isCheckpoint: Bool { if case .checkpoint = self { true } else { false } }

    /// The forms there are.
    public static let forms = "checkpoint:DIR, offset-log:DIR, file:PATH, kafka:GROUP, zookeeper:HOST:PORT/GROUP"

    /// Reads an address.
    ///
    /// - Throws: ``Diagnosis`` naming the forms there are.
    public init(parsing text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let kind = parts[0]
        let rest = parts.count > 1 ? parts[1] : ""
        let isKnown = ["checkpoint", "offset-log", "file", "kafka", "zookeeper"].contains(kind)
        guard isKnown, !rest.isEmpty else {
            let mistake = isKnown ? "says nothing behind '\(kind):'" : "is no address of positions"
            throw Diagnosis(
                cause: "'\(text)' \(mistake)", fix: "write one of \(OffsetsAddress.forms)", exitCode: .usage)
        }
        switch kind {
        case "checkpoint": self = .checkpoint(directory: OffsetsAddress.folder(rest))
        case "offset-log": self = .offsetLog(directory: OffsetsAddress.folder(rest))
        case "file": self = .file(path: rest)
        case "kafka": self = .kafka(group: rest)
        default:
            guard let slash = rest.lastIndex(of: "/"), slash != rest.startIndex,
                rest.index(after: slash) != rest.endIndex
            else {
                throw Diagnosis(
                    cause: "'\(text)' names no group", fix: "write zookeeper:HOST:PORT/GROUP", exitCode: .usage)
            }
            self = .zookeeper(
                servers: String(rest[..<slash]), group: String(rest[rest.index(after: slash)...]))
        }
    }

    /// The address as it is written.
    public var description: String {
        switch self {
        case .checkpoint(let directory): "checkpoint:\(directory)"
        case .offsetLog(let directory): "offset-log:\(directory)"
        case .file(let path): "file:\(path)"
        case .kafka(let group): "kafka:\(group)"
        case .zookeeper(let servers, let group): "zookeeper:\(servers)/\(group)"
        }
    }

    /// A folder's path without the slash that people put behind it.
    private static func folder(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
