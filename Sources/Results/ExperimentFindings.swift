// What an experiment found beside its runs: numbers, tables, notes and complaints.

/// What an experiment found besides runs with a strategy and a sink.
public struct ExperimentFindings: Codable, Equatable, Sendable {
    /// Numbers by name, for programs.
    public var evidence: [String: Double]
    /// Tables, for people.
    public var tables: [ResultTable]
    /// What happened, a line each, such as the messages of the processes involved.
    public var notes: [String]
    /// What is not as expected, a line each; the scenario fails unless there is none.
    public var complaints: [String]
    /// Why the experiment shows nothing; nil when it does.
    @OrNull public var invalidReason: String?
    /// Further files for the results folder; they are not part of the JSON form.
    public var files: [ResultFile] = []

    /// Makes findings; without arguments, none.
    public init(
        evidence: [String: Double] = [:], tables: [ResultTable] = [], notes: [String] = [], complaints: [String] = [],
        invalidReason: String? = nil, files: [ResultFile] = []
    ) {
        self.evidence = evidence
        self.tables = tables
        self.notes = notes
        self.complaints = complaints
        self.invalidReason = invalidReason
        self.files = files
    }

    private enum CodingKeys: String, CodingKey {
        case evidence, tables, notes, complaints, invalidReason
    }
}
