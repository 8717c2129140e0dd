// What crashes did: heat maps by point and strategy or occurrence, and duplicates by their cause.
internal import Results

extension Figure {
    /// A cell for each crash of a matrix.
    static func crashes(of result: MatrixResult) -> Figure {
        Figure(
            title: "What a crash did, by point, strategy and sink",
            note: "Choose a cell to see what was expected of it, and the command that repeats it.",
            .heatMap(
                HeatMap(
                    result.cells.map { cell in
                        HeatMap.Cell(
                            row: cell.point.pointName + (cell.outage.map { ", \($0)" } ?? ""),
                            column: "\(cell.strategy) / \(cell.sink)", duplicates: cell.measured.duplicates,
                            lost: cell.measured.lost,
                            agrees: cell.agrees && cell.crashFired && cell.worldsAgree != false)
                    })),
            table: Table(
                result.cells, MatrixResult.columns + [.words("again") { result.reproduce($0) }]))
    }

    /// A cell for each strategy, sink and point of an atlas, with the worst of its schedules.
    static func crashes(of result: AtlasResult) -> Figure {
        let broken = Set(result.violations.map { "\($0.strategy) / \($0.sink)" })
        return Figure(
            title: "The worst of all schedules, by crash point, strategy and sink",
            note: broken.isEmpty
                ? "Choose a cell to see its worst schedule."
                : "Marked: a strategy and sink of which a promise is broken.",
            .heatMap(
                HeatMap(
                    result.cells.map { cell in
                        HeatMap.Cell(
                            row: cell.point + (cell.arrivals > 0 ? ", \(cell.arrivals) arrive" : ""),
                            column: "\(cell.strategy) / \(cell.sink)", duplicates: cell.worst.duplicates,
                            lost: cell.worst.lost,
                            agrees:
                                !(broken.contains("\(cell.strategy) / \(cell.sink)")
                                && cell.worst.duplicates + cell.worst.lost > 0))
                    })),
            table: Table(result.cells, AtlasResult.columns))
    }

    /// What came twice in each run of a judged pipeline, by why; nil where nothing did, or nobody knows why.
    static func causes(of runs: [JudgeResult.Run]) -> Figure? {
        duplicates(
            of: runs,
            "*Fetched again*: the record came to the pipeline so often. *Produced again*: it came once and was put out again.",
            name: \.name,
            causes: [
                ("fetched again", { $0.causes?.fetchedAgain ?? 0 }),
                ("produced again", { $0.causes?.producedAgain ?? 0 }),
            ])
    }

    /// A cell for each kill of a judged pipeline.
    static func kills(of runs: [JudgeResult.Run]) -> Figure? {
        var tries: [String: Int] = [:]
        let kills = runs.filter { $0.point != nil }
        guard !kills.isEmpty else { return nil }
        let cells = kills.map { run in
            tries[run.name, default: 0] += 1
            let again = tries[run.name] ?? 1
            return HeatMap.Cell(
                row: run.point ?? "", column: "frame \(run.occurrence ?? 1)" + (again > 1 ? ", try \(again)" : ""),
                duplicates: run.duplicates, lost: run.lost,
                agrees: run.agrees != false && run.broken == nil && run.invalidReason == nil)
        }
        return Figure(
            title: "What each kill did, by point and frame",
            note: "Choose a cell to see what followed from the kill, and the command that repeats it.",
            .heatMap(HeatMap(cells)),
            table: Table(
                kills, Table.judgeColumns + [.words("breaks") { $0.broken }, .words("again") { $0.reproduce }]))
    }
}

extension Figure {
    /// What came twice in each of some runs, by why; nil where nothing did, or nobody knows why.
    static func duplicates<Row>(
        of rows: [Row], _ note: String, name: @escaping (Row) -> String,
        causes: [(name: String, count: (Row) -> Int)]
    ) -> Figure? {
        let some = rows.filter { row in causes.contains { $0.count(row) > 0 } }
        guard !some.isEmpty else { return nil }
        return Figure(
            title: "Duplicates by cause", note: note,
            .bars(
                BarChart(
                    unit: "rows", parts: causes.map(\.name),
                    some.map { row in .init(name(row), parts: causes.map { Double($0.count(row)) }) })),
            table: Table(
                some,
                [.words("run") { name($0) }] + causes.map { cause in .count(cause.name) { cause.count($0) } }))
    }
}

extension MatrixResult {
    /// The command that repeats a cell; nil in results that do not say how they were made.
    func reproduce(_ cell: MatrixCell) -> String? {
        reproduceCell?.replacing("{strategy}", with: cell.strategy).replacing("{sink}", with: cell.sink)
            .replacing("{point}", with: cell.point.pointName)
    }
}

extension String {
    /// A crash point's name without its occurrence.
    fileprivate var pointName: String { split(separator: "@", maxSplits: 1).first.map(String.init) ?? self }
}
