// The formats of `--format`, the same for every command that prints a result.
internal import Foundation
package import Results

/// A form in which a result is printed.
package enum OutputFormat: String, CaseIterable, Sendable {
    /// For a terminal, as wide as that is.
    case text
    /// One object, for programs; it names its schema and version.
    case json
    /// A line for each row, for spreadsheets.
    case csv
    /// The full report.
    case markdown
    /// The full report as a page for a browser, with its pictures.
    case html

    /// A result in this form, its last line ended; `width` is the terminal's, `rows` the most that a table has there, and
    /// `isColored` says whether text has colours.
    ///
    /// - Throws: `EncodingError` when a number of the result is not finite and the form is JSON.
    package func render(
        _ result: some Presentable, width: Int = Document.standardWidth, rows: Int? = nil, isColored: Bool = false
    ) throws -> String {
        switch self {
        case .text: result.document.text(width: width, rows: rows, isColored: isColored)
        case .json: try result.json()
        case .csv: result.document.csv
        case .markdown: result.document.markdown
        case .html: result.document.html
        }
    }
}

/// A result that can be printed in every form.
package protocol Presentable: VersionedResult {
    /// What there is to say about it.
    var document: Document { get }

    /// The result as JSON: exact numbers, sorted keys, the schema among them.
    ///
    /// - Throws: `EncodingError` when a number is not finite.
    func json() throws -> String
}

extension Presentable {
    package func json() throws -> String {
        try JSONText.of(Labelled(value: self), formatting: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
            + "\n"
    }
}

/// A result with its schema among its keys.
private struct Labelled<Value: VersionedResult>: Encodable {
    let value: Value

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        try SchemaLabel(Value.schema).encode(to: encoder)
    }
}

/// JSON as text.
enum JSONText {
    static func of(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
