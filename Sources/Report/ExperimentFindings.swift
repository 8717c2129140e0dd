// What an experiment found beside its runs: numbers, tables, notes and complaints.

/// What an experiment found besides runs with a strategy and a sink.
public struct ExperimentFindings: Codable, Equatable, Sendable {
    /// Numbers by name, for programs.
    public var evidence: [String: Double]
    /// Tables, for people.
    public var tables: [ReportTable]
    /// What happened, a line each, such as the messages of the processes involved.
    public var notes: [String]
    /// What is not as expected, a line each; the scenario fails unless there is none.
    public var complaints: [String]
    /// Why the experiment shows nothing; nil when it does.
    public var invalidReason: String?
    /// Further files for the results folder; they are not part of the JSON form.
    public var files: [ReportFile] = []

    /// Makes findings; without arguments, none.
    public init(
        evidence: [String: Double] = [:], tables: [ReportTable] = [], notes: [String] = [], complaints: [String] = [],
        invalidReason: String? = nil, files: [ReportFile] = []
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

    /// Writes every key, with null where the experiment is valid.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(tables, forKey: .tables)
        try container.encode(notes, forKey: .notes)
        try container.encode(complaints, forKey: .complaints)
        try container.encode(invalidReason, forKey: .invalidReason)
    }
}
