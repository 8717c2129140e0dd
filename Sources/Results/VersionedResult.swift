// What every result is beside its values: a schema by name and version, by which its JSON is known again.
public import Foundation

/// The form of a result's JSON.
public struct ResultSchema: Equatable, Sendable {
    /// The name, such as `kbench.atlas`: the same for as long as the same kind of thing is described.
    public let name: String
    /// Goes up when a key is renamed, or means something else. A new key does not count.
    public let version: Int

    init(_ name: String, version: Int = 1) {
        self.name = name
        self.version = version
    }
}

/// A result that tools read as JSON.
public protocol VersionedResult: Codable, Sendable {
    /// The form of its JSON.
    static var schema: ResultSchema { get }

    /// JSON of this schema with what an older kbench left out of it; as it is where that is nothing.
    ///
    /// - Throws: what Foundation throws for what is no JSON.
    static func completed(_ json: Data) throws -> Data
}

extension VersionedResult {
    /// JSON as it is.
    public static func completed(_ json: Data) throws -> Data { json }

    /// Reads JSON of this schema. JSON that names none, as an older kbench wrote it, is read too.
    ///
    /// - Throws: `DecodingError`, also for another schema, and for a version that is not known here.
    public init(json: Data) throws {
        let decoder = JSONDecoder()
        let label = try decoder.decode(SchemaLabel.self, from: json)
        let (name, version) = (Self.schema.name, Self.schema.version)
        guard label.schema ?? name == name, 1...version ~= label.version ?? 1 else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription:
                        "\(label.schema ?? name), version \(label.version ?? 1), where \(name) is expected"))
        }
        self = try decoder.decode(Self.self, from: Self.completed(json))
    }
}

/// The keys that say which schema a JSON object has.
public struct SchemaLabel: Codable, Sendable {
    /// The schema's name; nil in results of an older kbench.
    public var schema: String?
    /// Its version.
    public var version: Int?

    /// The label of a schema.
    public init(_ schema: ResultSchema) {
        self.schema = schema.name
        version = schema.version
    }
}
