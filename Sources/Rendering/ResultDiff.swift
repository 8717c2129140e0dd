// Sets two results of one kind side by side: cases by their names, cells by what their rows are of.
package import Results

extension DiffResult {
    /// The columns that say what a row is of, by schema; in a kind that is not here it is the row's place.
    static let identity: [String: [String]] = [
        "kbench.atlas": ["strategy", "sink", "crash_point"], "kbench.bench": ["setting", "strategy", "sink", "client"],
        "kbench.calibration": ["metric"], "kbench.capacity": ["strategy", "sink", "offered_records_per_second"],
        "kbench.ceilings": ["of", "figure"], "kbench.claims": ["id"], "kbench.compare": ["metric", "tier"],
        "kbench.counts": ["place", "figure"], "kbench.crash-points": ["name"],
        "kbench.diff": ["difference", "row", "name"], "kbench.gate": ["metric", "tier"],
        "kbench.history": ["figure", "commit"], "kbench.judge": ["point", "occurrence"], "kbench.league": ["pipeline"],
        "kbench.list": ["folder"], "kbench.matrix": ["strategy", "sink", "killed_at"],
        "kbench.mutants": ["planted_bug"], "kbench.offsets": ["partition"],
        "kbench.plan": ["strategy", "sink", "crash_point"], "kbench.record-life": ["life", "where", "what_happened"],
        "kbench.recovery": ["records", "partitions"], "kbench.reference": ["row", "sink", "strategy"],
        "kbench.replay": ["schedule"], "kbench.scenario": ["strategy", "sink", "crash_point"],
        "kbench.scenario-list": ["scenario"], "kbench.shrink": ["schedule"],
    ]

    /// What two runs never have in common, and what says nothing of what was found.
    private static let passing: Set<String> = ["started_at_utc", "started"]

    /// What differs between two results of one kind, which are named as they are to be told apart.
    package init(_ first: any Presentable, named firstName: String, _ second: any Presentable, named secondName: String)
    {
        let kind = type(of: first).schema.name
        let (one, other) = (first.document, second.document)
        let (cases, sameCases) = DiffResult.cases(first, second)
        var figures: [Figure] = []
        var words: [Word] = []
        var same = 0
        let keys = DiffResult.identity[kind] ?? []
        let (old, new) = (KeyedRows(one.programTable, by: keys), KeyedRows(other.programTable, by: keys))
        for row in old.order {
            guard let before = old.cells[row], let after = new.cells[row] else { continue }
            for (name, was) in before where !DiffResult.passing.contains(name) {
                // A column that an older kbench did not have says nothing.
                guard let now = after.first(where: { $0.name == name })?.cell else { continue }
                if was == now {
                    same += 1
                } else if let numbers = DiffResult.numbers(was, now) {
                    figures.append(Figure(row: row, name: name, first: numbers.first, second: numbers.second))
                } else {
                    words.append(Word(row: row, name: name, first: was, second: now))
                }
            }
        }
        self.init(
            kind: kind, first: firstName, second: secondName, firstVerdict: one.verdict, secondVerdict: other.verdict,
            cases: cases, sameCases: sameCases, figures: figures, words: words, sameCells: same,
            onlyInFirst: old.order.filter { new.cells[$0] == nil },
            onlyInSecond: new.order.filter { old.cells[$0] == nil })
    }

    /// The numbers of two cells; nil where one is of words, or both are empty.
    private static func numbers(_ first: String, _ second: String) -> (first: Double?, second: Double?)? {
        let numbers = [first, second].map { Double($0).flatMap { $0.isFinite ? $0 : nil } }
        guard zip([first, second], numbers).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
        return (numbers[0], numbers[1])
    }

    /// What was judged otherwise; of what judges nothing by cases, the word that begins its verdict.
    private static func cases(_ first: any Presentable, _ second: any Presentable) -> ([Case], same: Int) {
        let (old, new) = (standings(of: first), standings(of: second))
        var cases: [Case] = []
        var same = 0
        for (name, was) in old.order.map({ ($0, old.standings[$0]) }) {
            let now = new.standings[name]
            if was?.word == now?.word {
                same += 1
            } else {
                cases.append(Case(name, first: was?.word, second: now?.word, reason: now?.reason ?? was?.reason ?? ""))
            }
        }
        for name in new.order where old.standings[name] == nil {
            let now = new.standings[name]
            cases.append(Case(name, first: nil, second: now?.word, reason: now?.reason ?? ""))
        }
        return (cases, same)
    }

    private struct Standings {
        var order: [String] = []
        var standings: [String: (word: String, reason: String?)] = [:]

        mutating func add(_ name: String, _ word: String, _ reason: String?) {
            var (unique, number) = (name, 1)
            while standings[unique] != nil {
                number += 1
                unique = "\(name) (\(number))"
            }
            order.append(unique)
            standings[unique] = (word, reason)
        }
    }

    private static func standings(of result: any Presentable) -> Standings {
        var all = Standings()
        guard let judged = result as? any Judged else {
            let word = result.document.verdict?.split(separator: " ").first.map(String.init) ?? ""
            if !word.isEmpty, word.allSatisfy(\.isUppercase) { all.add("the whole", word.lowercased(), nil) }
            return all
        }
        for check in judged.checks {
            switch check.standing {
            case .passed: all.add(check.name, "passed", nil)
            case .failed(let reason): all.add(check.name, "failed", reason)
            case .invalid(let reason): all.add(check.name, "invalid", reason)
            }
        }
        return all
    }
}

/// The rows of a table by what they are of.
private struct KeyedRows {
    var order: [String] = []
    var cells: [String: [(name: String, cell: String)]] = [:]

    init(_ table: Table?, by keys: [String]) {
        guard let table else { return }
        for (place, row) in table.rows.enumerated() {
            let named = zip(table.columns, row).map { (name: $0.name, cell: $1.exact) }
            let words = keys.compactMap { key in named.first { $0.name == key }?.cell }.filter { !$0.isEmpty }
            let name = words.isEmpty ? "row \(place + 1)" : words.joined(separator: " / ")
            var (unique, number) = (name, 1)
            while cells[unique] != nil {
                number += 1
                unique = "\(name) (\(number))"
            }
            order.append(unique)
            cells[unique] = named.filter { !keys.contains($0.name) }
        }
    }
}
