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

extension Document {
    /// Adds a table with a row for each group in the order of appearance, then every disagreement by name.
    mutating func add(_ comparisons: [WorldComparison], groupedBy titles: [String], counts: String) {
        guard !comparisons.isEmpty else { return }
        var groups: [[String]] = []
        var sums: [[String]: (compared: Int, agreeing: Int)] = [:]
        for comparison in comparisons {
            if sums[comparison.group] == nil { groups.append(comparison.group) }
            sums[comparison.group, default: (0, 0)].compared += 1
            sums[comparison.group, default: (0, 0)].agreeing += comparison.agrees ? 1 : 0
        }
        add(.prose("The same runs in the simulated world (\(counts)):"))
        let names: [Column<[String]>] = titles.enumerated().map { place, title in .words(title) { $0[place] } }
        add(
            .table(
                Table(
                    groups,
                    names + [
                        .count("compared") { sums[$0]?.compared }, .count("agreeing") { sums[$0]?.agreeing },
                    ])))
        let disagreements = comparisons.filter { !$0.agrees }
        guard !disagreements.isEmpty else { return }
        add(.prose("The worlds disagree:"))
        add(
            .list(
                disagreements.map { "\($0.name): \($0.real) in the real world, \($0.simulated) in the simulated one" }))
    }

    /// `, 3 of 4 alike in the simulated world`, or nothing where nothing was compared.
    static func agreement(_ agreeing: Int, of compared: Int) -> String {
        compared == 0 ? "" : ", \(agreeing) of \(compared) alike in the simulated world"
    }
}
