// The formats of `--format`.

/// A form in which a result is printed.
public enum ResultFormat: String, CaseIterable, Sendable {
    /// Brief, for a terminal.
    case text
    /// One object, for programs.
    case json
    /// One line per run, for spreadsheets.
    case csv
    /// The full report.
    case markdown

    /// The result in this form, its last line ended.
    ///
    /// - Throws: `EncodingError` when a number of the result is not finite and the form is JSON.
    public func render(_ result: ScenarioResult) throws -> String {
        switch self {
        case .text: TextReport.render(result)
        case .json: try JSONReport.render(result)
        case .csv: CSVReport.render(result)
        case .markdown: MarkdownReport.render(result)
        }
    }
}
