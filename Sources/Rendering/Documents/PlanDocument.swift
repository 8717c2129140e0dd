// A plan: what a load needs, what it costs, and what that assumes.
package import Results

extension PlanResult: Presentable {
    /// The table and what it assumes.
    package var document: Document {
        var document = Document(data: data)
        document.add(
            .verdict(
                "plan: \(Numbers.plain(recordsPerSecond)) records/s of \(Numbers.fixed(recordBytes, places: 0)) bytes over "
                    + "\(Numbers.count(partitions, "partition")), kept \(Numbers.plain(retentionSeconds / 3600)) hours, "
                    + "\(Numbers.plain(crashesPerDay)) crashes a day; from \(source)"))
        document.add(.prose("Kafka keeps \(Numbers.fixed(kafkaBytes / 1e9, places: 2)) GB for each replica."))
        document.add(
            .table(
                Table(
                    rows,
                    [
                        .words("strategy") { $0.strategy }, .words("sink") { $0.sink },
                        .words("guarantee", rank: 1) { $0.guarantee },
                        .figures("cores") { $0.cores.plain(places: 2) },
                        .number("of one worker", rank: 4, places: 2) { $0.shareOfOneWorker },
                        .figures("log on disk", unit: "GB", rank: 2) { $0.logBytesLive.plain(per: 1e9, places: 2) },
                        .figures("log written", unit: "GB/day", rank: 3) {
                            $0.logBytesPerDay.plain(per: 1e9, places: 1)
                        },
                        .figures("duplicates/day") { $0.duplicatesPerDay.plain(places: 0) },
                        .figures("lost/day") { $0.lostPerDay.plain(places: 0) },
                    ])))
        document.add(.prose("In brackets: from the lowest to the highest."))
        addCosts(to: &document)
        document.add(.list(assumptions))
        return document
    }

    /// What it costs, with sliders on a page; nothing in a plan of an older kbench.
    private func addCosts(to document: inout Document) {
        guard let inputs else { return }
        let known: [(row: Calculator.Row, costs: CostRange<CostFigures>)] =
            rows.compactMap { row in
                guard let basis = row.basis, let costs = row.costs else { return nil }
                return (.init(name: "\(row.strategy) / \(row.sink)", guarantee: row.guarantee, basis: basis), costs)
            }
            + (pipelines ?? []).map { (.init(name: $0.name, guarantee: $0.guarantee, basis: $0.basis), $0.costs) }
        guard !known.isEmpty else { return }
        document.add(.heading("What it costs", level: 2), for: .report)
        document.add(.prose("Change a number, and the table follows."), for: .page)
        document.add(.calculator(Calculator(inputs, known.map(\.row))))
        typealias Part = (name: String, money: @Sendable (CostFigures) -> Double?)
        let parts: [Part] = [
            ("cores", { $0.coresMoney }), ("disk", { $0.diskMoney }), ("duplicates and losses", { $0.damageMoney }),
            ("being behind", { $0.recoveryMoney }),
        ]
        let priced = known.filter { $0.costs.median.money != nil }
        guard !priced.isEmpty else { return }
        document.add(
            .figure(
                Figure(
                    title: "\(inputs.prices.currency) a month, by what it is for",
                    note: "As planned, whatever the sliders say.",
                    .bars(
                        BarChart(
                            unit: "\(inputs.prices.currency)/month", parts: parts.map(\.name),
                            priced.map { row in
                                .init(row.row.name, parts: parts.map { $0.money(row.costs.median) ?? 0 })
                            })),
                    table: Table(
                        priced,
                        [.words("what") { $0.row.name }]
                            + parts.map { part in .number(part.name, places: 2) { part.money($0.costs.median) } }))),
            for: .page)
    }

    private var data: Table {
        func bounds(_ name: String, _ interval: @escaping (PlanRow) -> Interval) -> [Column<PlanRow>] {
            [
                .exact("\(name)_median") { interval($0).median }, .exact("\(name)_low") { interval($0).low },
                .exact("\(name)_high") { interval($0).high },
            ]
        }
        let names: [Column<PlanRow>] = [
            .exact("strategy") { $0.strategy }, .exact("sink") { $0.sink }, .exact("guarantee") { $0.guarantee },
            .exact("share_of_one_worker") { $0.shareOfOneWorker }, .exact("crash_point") { $0.crashPoint },
        ]
        return Table(
            rows,
            names + bounds("cores") { $0.cores } + bounds("log_live_bytes") { $0.logBytesLive }
                + bounds("log_written_bytes_per_day") { $0.logBytesPerDay }
                + bounds("duplicate_records_per_day") { $0.duplicatesPerDay }
                + bounds("lost_records_per_day") { $0.lostPerDay }
                + [
                    .exact("kafka_bytes") { $0.costs?.median.kafkaBytes },
                    .exact("workers") { $0.costs?.median.workers },
                    .exact("recovery_seconds") { $0.costs?.median.recoverySeconds },
                    .exact("money_per_month_median") { $0.costs?.median.money },
                    .exact("money_per_month_low") { $0.costs?.low.money },
                    .exact("money_per_month_high") { $0.costs?.high.money },
                ])
    }
}
