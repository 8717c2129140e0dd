// The brief report for a terminal: verdict, one table, what went wrong, how to repeat it. It is valid Markdown too.

/// Renders a result for a terminal.
public enum TextReport {
    /// The report's text, its last line ended.
    public static func render(_ result: ScenarioResult) -> String {
        var text = "\(result.verdictLine)\n\n"
        if !result.runs.isEmpty {
            text += RunTable(withCrashPoints: false).render(result.runs)
            text += "\nexpected is duplicates / lost.\n"
        }
        for table in result.experiment.tables {
            text += (text.hasSuffix("\n\n") ? "" : "\n") + "\(table.title)\n\n\(table.markdown)"
        }
        if !result.experiment.notes.isEmpty { text += "\n" + result.experiment.notes.map { "- \($0)\n" }.joined() }
        if let claim = result.claim {
            text += "\n\(claim.id) \(claim.verdict.rawValue): \(claim.claim) (\(claim.because))\n"
        }
        let complaints =
            result.runs.flatMap(\.happenings) + result.runs.compactMap(\.notice) + result.complaints
        if !complaints.isEmpty { text += "\n" + complaints.map { "- \($0)\n" }.joined() }
        text += "\nagain: \(result.reproduce)\n"
        return text
    }
}
