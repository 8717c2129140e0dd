// What every comparison that is printed and not kept can do: a table for people, JSON for tools.
internal import Foundation

/// The outcome of a comparison over many runs.
public protocol ComparisonResult: Encodable, Sendable {
    /// Whether everything is as it must be.
    var holds: Bool { get }
    /// Whether every run could observe what it was to show.
    var isValid: Bool { get }
    /// A verdict line and tables.
    var markdown: String { get }
}

extension ComparisonResult {
    /// The result as JSON, every key always there.
    ///
    /// - Throws: `EncodingError`, which plain counts cannot cause.
    public func json() throws -> String { try JSONText.of(self) }
}

/// JSON as every result is written: sorted keys, one to a line.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
