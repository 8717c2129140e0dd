// The same runs in real workers and in the simulated world: how many agree, and which do not.

/// One run in both worlds.
struct WorldComparison {
    /// What the table groups by, such as strategy and sink.
    var group: [String]
    /// The run's name in the list of disagreements.
    var name: String
    /// What was counted in the real world.
    var real: String
    /// What was counted in the simulated world.
    var simulated: String
    /// Whether the two are the same.
    var agrees: Bool
}

/// Renders the agreement of the two worlds.
enum WorldAgreement {
    /// A table with a row for each group in the order of appearance, then every disagreement by name.
    static func markdown(_ comparisons: [WorldComparison], groupedBy headings: [String], counts: String) -> String {
        guard !comparisons.isEmpty else { return "" }
        var groups: [[String]] = []
        var sums: [[String]: (compared: Int, agreeing: Int)] = [:]
        for comparison in comparisons {
            if sums[comparison.group] == nil { groups.append(comparison.group) }
            sums[comparison.group, default: (0, 0)].compared += 1
            sums[comparison.group, default: (0, 0)].agreeing += comparison.agrees ? 1 : 0
        }
        var table = MarkdownTable(
            headings.map { .init(heading: $0, isNumeric: false) } + [
                .init(heading: "compared", isNumeric: true), .init(heading: "agreeing", isNumeric: true),
            ])
        for group in groups {
            let (compared, agreeing) = sums[group] ?? (0, 0)
            table.add(group + [Numbers.grouped(compared), Numbers.grouped(agreeing)])
        }
        let disagreements = comparisons.filter { !$0.agrees }
        let list = disagreements.map {
            "- \($0.name): \($0.real) in the real world, \($0.simulated) in the simulated one\n"
        }
        return "\nThe same runs in the simulated world (\(counts)):\n\n" + table.render()
            + (list.isEmpty ? "" : "\nThe worlds disagree:\n\n" + list.joined())
    }

    /// `, 3 of 4 alike in the simulated world`, or nothing where nothing was compared.
    static func phrase(agreeing: Int, compared: Int) -> String {
        compared == 0 ? "" : ", \(agreeing) of \(compared) alike in the simulated world"
    }
}
