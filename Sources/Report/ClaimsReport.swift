// The claims and their verdicts, for a person or a program.
internal import Foundation

/// Renders the verdicts over all claims.
public enum ClaimsReport {
    private struct Document: Codable {
        var claims: [ClaimResult]
    }

    /// One JSON object with `claims`.
    ///
    /// - Throws: `EncodingError` when a number is not finite.
    public static func json(_ claims: [ClaimResult]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Document(claims: claims)), as: UTF8.self) + "\n"
    }

    /// A table, then for each claim the numbers and the command behind its verdict.
    public static func markdown(_ claims: [ClaimResult]) -> String {
        var table = MarkdownTable([
            .init(heading: "id", isNumeric: false), .init(heading: "claim", isNumeric: false),
            .init(heading: "verdict", isNumeric: false), .init(heading: "because", isNumeric: false),
        ])
        for claim in claims { table.add([claim.id, claim.claim, claim.verdict.rawValue, claim.because]) }
        var text = "# Claims and what was measured\n\n" + table.render()
        for claim in claims where claim.command != nil {
            text += "\n## \(claim.id): \(claim.verdict.rawValue)\n\n"
            let names = claim.evidence.keys.sorted()
            text += names.map { "- \($0): \(Numbers.plain(claim.evidence[$0] ?? 0))\n" }.joined()
            if let command = claim.command { text += "\n    \(command)\n" }
        }
        return text
    }

    /// One line per claim.
    public static func text(_ claims: [ClaimResult]) -> String {
        let width = claims.map(\.verdict.rawValue.count).max() ?? 0
        return claims.map { claim in
            let verdict = claim.verdict.rawValue
            let id = claim.id + String(repeating: " ", count: max(0, 3 - claim.id.count))
            return "\(id)  \(verdict)\(String(repeating: " ", count: width - verdict.count))  \(claim.claim)\n"
                + "     \(claim.because)\n" + (claim.command.map { "     again: \($0)\n" } ?? "")
        }.joined()
    }
}
