// Moments as people write them: ISO 8601, or milliseconds since 1970.
internal import Foundation

/// Reads a moment.
public enum Timestamp {
    /// What may be written.
    public static let fix = "write ISO 8601, such as 2026-11-28T17:05:00Z, or milliseconds since 1970"
    /// Up to the year 9999.
    private static let most: Int64 = 253_402_300_799_999

    /// Milliseconds since 1970; nil for what is no moment between then and the year 9999.
    public static func milliseconds(parsing text: String) -> Int64? {
        if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) {
            return Int64(text).flatMap { $0 <= most ? $0 : nil }
        }
        let whole = Date.ISO8601FormatStyle()
        let parts = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? whole.parse(text)) ?? (try? parts.parse(text)) else { return nil }
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        guard milliseconds >= 0, milliseconds <= Double(most) else { return nil }
        return Int64(milliseconds)
    }
}

extension YAMLValue {
    /// A moment, in milliseconds since 1970.
    package func timestamp() throws(ScenarioError) -> Int64 {
        let text = try text()
        guard let moment = Timestamp.milliseconds(parsing: text) else {
            throw error(.impossibleValue, "'\(text)' is no moment", fix: Timestamp.fix)
        }
        return moment
    }
}
