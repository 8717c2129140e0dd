// The lists of fields say what the public schemas say, in every version.
import Foundation
import Testing

@testable import KafkaWire

/// Writes down the fields of one version, as the schemas name them.
private struct TableCoder: FieldCoder {
    let version: Int16
    let isFlexible: Bool
    var rows: [String] = []
    var depth = 1
    var lastTag: UInt32?

    mutating func visit<V: WireValue>(_ name: StaticString, _ value: inout V, mayBeNull: Bool) throws(WireError) {
        try row("\(name)", value, mayBeNull: mayBeNull, tag: nil)
    }

    mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {
        #expect(value == unless, "\(name): its value at first is not the one that is left out")
        try row("\(name)", value, mayBeNull: true, tag: tag)
    }

    private mutating func row<V: WireValue>(
        _ name: String, _ value: V, mayBeNull: Bool, tag: UInt32?
    ) throws(WireError) {
        let null = mayBeNull && V.self is any AnyOptional.Type ? " null" : ""
        let indent = String(repeating: "  ", count: depth)
        rows.append("\(indent)\(name) \(V.typeName)\(null)\(tag.map { " tag \($0)" } ?? "")")
        let bare = (V.self as? any Structure.Type)?.init()
        guard var inner = bare ?? (V.self as? any HasStructure.Type)?.structure else { return }
        depth += 1
        let count = rows.count
        try inner.fields(&self)
        depth -= 1
        #expect(isFlexible || rows.count > count, "\(name): an element would take no bytes")
    }
}

private protocol AnyOptional {}
extension Optional: AnyOptional {}

/// A type with structures in it.
private protocol HasStructure {
    static var structure: any Structure { get }
}
extension Array: HasStructure where Element: Structure {
    static var structure: any Structure { Element() }
}
extension Optional: HasStructure where Wrapped: HasStructure {
    static var structure: any Structure { Wrapped.structure }
}

/// A message of the public schemas.
private struct PublicMessage {
    var name: String
    var key: Int16
    var versions: ClosedRange<Int16>
    var flexibleSince: Int16?
    var fields: [(depth: Int, words: [String])] = []

    /// The rows of one version: a field is left out with everything in it.
    func rows(_ version: Int16) -> [String] {
        var rows: [String] = []
        var hiddenBelow = Int.max
        for (depth, words) in fields {
            if depth > hiddenBelow { continue }
            hiddenBelow = .max
            guard Self.contains(words[2], version) else {
                hiddenBelow = depth
                continue
            }
            let rest = Array(words.dropFirst(3))
            let null = rest.firstIndex(of: "null").map { Self.contains(rest[$0 + 1], version) } ?? false
            let tag = rest.firstIndex(of: "tag").map { " tag \(rest[$0 + 1])" } ?? ""
            let indent = String(repeating: "  ", count: depth)
            rows.append("\(indent)\(words[0]) \(words[1])\(null ? " null" : "")\(tag)")
        }
        return rows
    }

    private static func contains(_ range: String, _ version: Int16) -> Bool {
        let ends = range.split(whereSeparator: { "+-".contains($0) }).compactMap { Int16($0) }
        return version >= ends[0] && version <= (ends.count > 1 ? ends[1] : .max)
    }

    static let all: [PublicMessage] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("schemas.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var messages: [PublicMessage] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let depth = line.prefix { $0 == " " }.count / 2
            let words = line.split(separator: " ").map(String.init)
            if depth > 0 {
                messages[messages.count - 1].fields.append((depth, words))
            } else {
                let ends = words[2].split(separator: "-").compactMap { Int16($0) }
                messages.append(
                    PublicMessage(
                        name: words[0], key: Int16(words[1]) ?? -1, versions: ends[0]...ends[1],
                        flexibleSince: Int16(words[3])))
            }
        }
        return messages
    }()
}

@Suite struct SchemaTests {
    @Test func everyPublicMessageIsKnownAndNoOther() {
        #expect(PublicMessage.all.count == 2 * ApiKey.allCases.count)
        #expect(Set(PublicMessage.all.map(\.key)) == Set(ApiKey.allCases.map(\.rawValue)))
        for key in ApiKey.allCases { #expect(key.api.key == key) }
    }

    @Test(arguments: ApiKey.allCases)
    func theFieldsAreThoseOfThePublicSchemas(key: ApiKey) throws {
        try compare(key.api)
    }

    private func compare<A: Api>(_ api: A.Type) throws {
        for (suffix, message) in [("Request", A.Request() as any Structure), ("Response", A.Response())] {
            let known = try #require(PublicMessage.all.first { $0.name == "\(A.self)\(suffix)" })
            #expect(known.key == A.key.rawValue)
            #expect(known.versions == A.versions)
            #expect(known.flexibleSince == A.flexibleSince)
            for version in A.versions {
                var table = TableCoder(version: version, isFlexible: A.isFlexible(version))
                var message = message
                try message.fields(&table)
                #expect(table.rows == known.rows(version), "\(A.self)\(suffix) version \(version)")
            }
        }
    }

    /// Codes and names from Kafka's documentation, from each part of the table.
    @Test(
        arguments: [
            (-1, "UNKNOWN_SERVER_ERROR", false), (0, "NONE", false), (1, "OFFSET_OUT_OF_RANGE", false),
            (3, "UNKNOWN_TOPIC_OR_PARTITION", true), (6, "NOT_LEADER_OR_FOLLOWER", true), (16, "NOT_COORDINATOR", true),
            (22, "ILLEGAL_GENERATION", false), (35, "UNSUPPORTED_VERSION", false), (41, "NOT_CONTROLLER", true),
            (47, "INVALID_PRODUCER_EPOCH", false), (51, "CONCURRENT_TRANSACTIONS", true),
            (68, "NON_EMPTY_GROUP", false), (79, "MEMBER_ID_REQUIRED", false), (88, "UNSTABLE_OFFSET_COMMIT", true),
            (90, "PRODUCER_FENCED", false), (100, "UNKNOWN_TOPIC_ID", true), (110, "FENCED_MEMBER_EPOCH", false),
            (120, "TRANSACTION_ABORTABLE", false), (129, "REBOOTSTRAP_REQUIRED", false),
            (133, "SHARE_SESSION_LIMIT_REACHED", true),
        ] as [(Int16, String, Bool)])
    func anErrorHasItsNumberNameAndKind(code: Int16, name: String, isRetriable: Bool) {
        let error = ErrorCode(code: code)
        #expect(error.rawValue == code)
        #expect(error.name == name)
        #expect(error.isRetriable == isRetriable)
    }

    @Test func anErrorThatIsNotKnownIsAnUnknownError() {
        #expect(ErrorCode(code: 9_999) == .unknownServerError)
    }
}
