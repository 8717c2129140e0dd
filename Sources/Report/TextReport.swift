// The brief report for a terminal: verdict, one table, what went wrong, how to repeat it. It is valid Markdown too.

/// Renders a result for a terminal.
public enum TextReport {
    /// The report's text, its last line ended.
    public static func render(_ result: ScenarioResult) -> String {
        var text = "\(result.verdictLine)\n\n"
        text += RunTable(withCrashPoints: false).render(result.runs)
        text += "\nexpected is duplicates / lost.\n"
        let complaints = result.runs.compactMap(\.notice) + result.runs.compactMap(\.complaint)
        if !complaints.isEmpty { text += "\n" + complaints.map { "- \($0)\n" }.joined() }
        text += "\nagain: \(result.reproduce)\n"
        return text
    }
}
