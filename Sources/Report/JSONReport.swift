// The result as JSON, the form that other tools rely on: exact numbers, sorted keys, every key always there.
internal import Foundation

/// Renders a result as `run.json`.
public enum JSONReport {
    /// The object's text, its last line ended.
    ///
    /// - Throws: `EncodingError` when a number of the result is not finite.
    public static func render(_ result: ScenarioResult) throws -> String {
        try JSONText.of(result)
    }

    /// Reads what ``render(_:)`` wrote.
    ///
    /// - Throws: `DecodingError`.
    public static func parse(_ text: String) throws -> ScenarioResult {
        try JSONDecoder().decode(ScenarioResult.self, from: Data(text.utf8))
    }
}
