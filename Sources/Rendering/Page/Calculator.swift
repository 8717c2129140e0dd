// Figures that whoever looks at the page may change what they follow from: sliders, and the table that they move.
internal import Foundation
internal import Results

/// A plan whose load and prices can be changed on the page. Without the page's script it is the table.
package struct Calculator: Equatable, Sendable {
    /// A number that can be changed.
    package struct Slider: Codable, Equatable, Sendable {
        /// Its name in the inputs, such as `prices.coreHour`.
        var key: String
        /// What it is, with its unit.
        var label: String
        /// The least and the most; a step is a part of what it is at, unless the least is 0.
        var low: Double
        var high: Double
        /// How many of these units one of the input's is.
        var scale: Double
    }

    /// A row of the table.
    package struct Row: Codable, Equatable, Sendable {
        var name: String
        var guarantee: String
        var basis: CostRange<CostBasis>
    }

    /// What the page's script gets.
    private struct Model: Encodable {
        var inputs: CostInputs
        var sliders: [Slider]
        var columns: [Figure]
        var rows: [Row]
    }

    let inputs: CostInputs
    let rows: [Row]

    /// Makes a calculator that begins with `inputs`.
    init(_ inputs: CostInputs, _ rows: [Row]) {
        self.inputs = inputs
        self.rows = rows
    }

    /// The sliders.
    var sliders: [Slider] {
        let money = inputs.prices.currency
        return [
            Slider(key: "recordsPerSecond", label: "records a second", low: 1, high: 1e7, scale: 1),
            Slider(key: "recordBytes", label: "bytes of a record", low: 1, high: 1e6, scale: 1),
            Slider(key: "crashesPerDay", label: "crashes a day", low: 0, high: 1000, scale: 1),
            Slider(key: "batchSeconds", label: "ms from batch to batch", low: 1, high: 600_000, scale: 1000),
            Slider(key: "retentionSeconds", label: "hours that Kafka keeps", low: 0, high: 8760, scale: 1.0 / 3600),
            Slider(key: "prices.replicas", label: "replicas in Kafka", low: 1, high: 10, scale: 1),
            Slider(key: "prices.busyShare", label: "% that a worker may be busy", low: 1, high: 100, scale: 100),
            Slider(key: "prices.coreHour", label: "\(money) for a core and hour", low: 0, high: 10, scale: 1),
            Slider(key: "prices.diskGigabyteMonth", label: "\(money) for a GB and month", low: 0, high: 10, scale: 1),
            Slider(
                key: "prices.millionDuplicates", label: "\(money) for a million duplicates", low: 0, high: 1e6, scale: 1
            ),
            Slider(key: "prices.millionLost", label: "\(money) for a million lost", low: 0, high: 1e6, scale: 1),
            Slider(key: "prices.hourBehind", label: "\(money) for an hour behind", low: 0, high: 1e5, scale: 1),
        ]
    }

    /// A column of figures: what it is, and how it is written.
    struct Figure: Encodable, Sendable {
        var title: String
        var unit = ""
        /// Its name among the figures, for the script.
        var key: String
        var per = 1.0
        var places: Int
        var value: @Sendable (CostFigures) -> Double?

        private enum CodingKeys: String, CodingKey { case key, per, places }
    }

    /// The figures, in the order of the table and of the script.
    var figures: [Figure] {
        [
            Figure(title: "cores", key: "cores", places: 2) { $0.cores },
            Figure(title: "workers", key: "workers", places: 0) { $0.workers },
            Figure(title: "log", unit: "GB", key: "logBytes", per: 1e9, places: 2) { $0.logBytes },
            Figure(title: "Kafka", unit: "GB", key: "kafkaBytes", per: 1e9, places: 1) { $0.kafkaBytes },
            Figure(title: "duplicates/day", key: "duplicatesPerDay", places: 0) { $0.duplicatesPerDay },
            Figure(title: "lost/day", key: "lostPerDay", places: 0) { $0.lostPerDay },
            Figure(title: "recovery", unit: "s", key: "recoverySeconds", places: 2) { $0.recoverySeconds },
            Figure(title: "\(inputs.prices.currency)/month", key: "money", places: 2) { $0.money },
        ]
    }

    /// The table for what the sliders begin with.
    var table: Table {
        typealias Line = (row: Row, costs: CostRange<CostFigures>)
        let lines: [Line] = rows.map { ($0, $0.basis.figures(inputs)) }
        // What gives way first at a terminal is what stands elsewhere already.
        let columns: [Column<Line>] = figures.enumerated().map { place, figure in
            .figures(figure.title, unit: figure.unit, rank: [5, 1, 6, 7, 3, 4, 2, 0][place]) { line in
                line.costs.interval(figure.value)?.plain(per: figure.per, places: figure.places)
            }
        }
        return Table(
            lines, [.words("what") { $0.row.name }, .words("guarantee", rank: 8) { $0.row.guarantee }] + columns)
    }

    /// The table, and what the script makes sliders of.
    func html(caption: String) -> String {
        let model = Model(inputs: inputs, sliders: sliders, columns: figures, rows: rows)
        // A number that is none leaves the table as it is.
        let json = (try? JSONText.of(model, formatting: [.sortedKeys])) ?? "{}"
        return """
            <div class="calculator">
            <script type="application/json">\(json.replacing("<", with: "\\u003c"))</script>
            \(table.html(caption: caption))</div>

            """
    }
}

extension Interval {
    /// The median, with its bounds where they differ from it.
    func plain(per unit: Double = 1, places: Int) -> String {
        let words = [median, low, high].map { Numbers.fixed($0 / unit, places: places) }
        return Set(words).count == 1 ? words[0] : text(per: unit, places: places)
    }
}
