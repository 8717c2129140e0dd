// kbench beside another engine, row by row.

/// The outcome of a comparison with a reference.
public struct ReferenceResult: Codable, Equatable, ComparisonResult {
    /// The reference's name, such as `spark-3.5.7`.
    public var against: String
    /// `real` (worker processes, SIGKILL) or `simulated`.
    public var world: String
    /// One element per row of the reference.
    public var rows: [Row]
    /// Rows that were run.
    public var run: Int
    /// Rows that were run and agree.
    public var agreeing: Int
    /// Rows that ran in both worlds; 0 where the world is simulated.
    public var worldsCompared: Int
    /// Of them, those with the same counts in both.
    public var worldsAgreeing: Int

    /// One row of the reference.
    public struct Row: Codable, Equatable, Sendable {
        /// What the reference calls it.
        public var row: String
        /// The reference's runs behind it.
        public var runs: Int
        /// The kind of sink that was looked at.
        public var sink: String
        /// What the reference showed.
        public var reference: Counts
        /// The strategy it was run with here; nil when it was not.
        public var strategy: String?
        /// The crash, `NAME@OCCURRENCE`; nil when it was not run.
        public var point: String?
        /// What was counted here; nil when it was not run.
        public var measured: Counts?
        /// What the same run gave in the simulated world; nil where ``measured`` is that already, or nothing.
        public var simulated: Counts?
        /// Whether it is the same in both worlds; nil where it ran in one or none.
        public var worldsAgree: Bool?
        /// Whether the two are equal; nil when it was not run.
        public var agrees: Bool?
        /// Why it was not run, or what went wrong; empty for nothing.
        public var reason: String

        /// Makes a row.
        public init(
            row: String, runs: Int, sink: String, reference: Counts, strategy: String?, point: String?,
            measured: Counts?, simulated: Counts? = nil, reason: String, fault: String? = nil
        ) {
            self.row = row
            self.runs = runs
            self.sink = sink
            self.reference = reference
            self.strategy = strategy
            self.point = point
            self.measured = measured
            self.simulated = measured == nil ? nil : simulated
            worldsAgree = self.simulated.map { $0 == measured }
            self.reason = fault ?? reason
            // A run that could show nothing does not agree.
            agrees = fault == nil ? measured.map { $0 == reference } : false
        }

        private enum CodingKeys: String, CodingKey {
            case row, runs, sink, reference, strategy, point, measured, simulated, worldsAgree, agrees, reason
        }

        /// Writes every key, with null for what there is none of.
        ///
        /// - Throws: what the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(row, forKey: .row)
            try container.encode(runs, forKey: .runs)
            try container.encode(sink, forKey: .sink)
            try container.encode(reference, forKey: .reference)
            try container.encode(strategy, forKey: .strategy)
            try container.encode(point, forKey: .point)
            try container.encode(measured, forKey: .measured)
            try container.encode(simulated, forKey: .simulated)
            try container.encode(worldsAgree, forKey: .worldsAgree)
            try container.encode(agrees, forKey: .agrees)
            try container.encode(reason, forKey: .reason)
        }
    }

    /// Duplicates and losses at the sink.
    public struct Counts: Codable, Equatable, Sendable {
        /// Records beyond the first of each.
        public var duplicates: Int
        /// Records that are missing.
        public var lost: Int

        /// Makes counts.
        public init(duplicates: Int, lost: Int) {
            self.duplicates = duplicates
            self.lost = lost
        }

        var text: String { "\(Numbers.grouped(duplicates)) / \(Numbers.grouped(lost))" }
    }

    /// Makes a result and its sums.
    public init(against: String, world: String, rows: [Row]) {
        self.against = against
        self.world = world
        self.rows = rows
        run = rows.count { $0.measured != nil }
        agreeing = rows.count { $0.agrees == true }
        worldsCompared = rows.count { $0.worldsAgree != nil }
        worldsAgreeing = rows.count { $0.worldsAgree == true }
    }

    /// Whether every row agrees, or says why it cannot be run, and the worlds agree wherever both were run.
    public var holds: Bool {
        worldsAgreeing == worldsCompared && rows.allSatisfy { $0.agrees ?? !$0.reason.isEmpty }
    }

    /// A row whose run could show nothing does not agree, so there is nothing else to be wrong.
    public var isValid: Bool { true }

    /// A verdict line, the table of the rows that were run, the agreement of the worlds, and why others were not run.
    public var markdown: String {
        var table = MarkdownTable([
            .init(heading: "row", isNumeric: false), .init(heading: "runs", isNumeric: true),
            .init(heading: "sink", isNumeric: false), .init(heading: against, isNumeric: true),
            .init(heading: "kbench", isNumeric: true), .init(heading: "strategy", isNumeric: false),
            .init(heading: "killed at", isNumeric: false), .init(heading: "result", isNumeric: false),
        ])
        for row in rows {
            guard let measured = row.measured else { continue }
            table.add([
                row.row, "\(row.runs)", row.sink, row.reference.text, measured.text, row.strategy ?? "",
                row.point ?? "", row.agrees == true ? "ok" : "differs",
            ])
        }
        var text =
            "\(holds ? "PASS" : "FAIL") \(against): \(agreeing) of \(Numbers.count(run, "row")) agree, "
            + "\(rows.count - run) cannot be run"
            + WorldAgreement.phrase(agreeing: worldsAgreeing, compared: worldsCompared)
            + " (\(world) world; duplicates / lost)\n\n" + table.render()
            + WorldAgreement.markdown(
                rows.compactMap(\.comparison), groupedBy: ["strategy"], counts: "duplicates / lost")
        let others = rows.filter { $0.measured == nil }
        if !others.isEmpty { text += "\nNot run:\n\n" }
        for row in others {
            text +=
                "- \(row.row) (\(row.sink), \(row.reference.text), \(Numbers.count(row.runs, "run"))): \(row.reason)\n"
        }
        return text
    }
}

extension ReferenceResult.Row {
    fileprivate var comparison: WorldComparison? {
        guard let measured, let simulated, let worldsAgree else { return nil }
        return WorldComparison(
            group: [strategy ?? ""], name: row, real: measured.text, simulated: simulated.text, agrees: worldsAgree)
    }
}
