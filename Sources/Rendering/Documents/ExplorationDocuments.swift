// What exploration found: an atlas, a swarm, and the hunt for planted bugs.
package import Results

extension AtlasResult: Presentable {
    /// The verdict line, what was broken, and the worst of each crash point.
    package var document: Document {
        var document = Document()
        document.add(.heading("Atlas of crashes", level: 1), for: .page)
        document.add(
            .verdict(
                "\(violations.isEmpty ? (isComplete ? "PASS" : "INCOMPLETE") : "FAIL") atlas of depth \(depth): "
                    + "\(Numbers.grouped(schedules)) schedules, \(Numbers.grouped(worlds)) of them with a world of their own, "
                    + "\(violations.count) kinds of broken promises (fidelity \(fidelity), seed \(seed))"))
        document.add(
            .prose(
                "units \(unitsDone) of \(units), trace root \(traceRoot), \(repeated) schedules run twice with the same hash"
            ))
        let worst = Table(cells, AtlasResult.columns)
        document.data = worst
        if !violations.isEmpty {
            document.add(.table(Table(violations, AtlasResult.violationColumns)))
            for capsule in violations.compactMap(\.capsule) {
                document.add(.code("kbench replay \(capsule)", label: "replay"))
            }
        }
        document.add(.table(worst), for: .plain)
        if !cells.isEmpty { document.add(.figure(.crashes(of: self)), for: .page) }
        return document
    }

    static var columns: [Column<Cell>] {
        [
            .words("strategy") { $0.strategy }, .words("sink") { $0.sink },
            .words("crashed at", name: "crash_point", wraps: true) {
                $0.point + ($0.arrivals > 0 ? ", \($0.arrivals) arrive" : "")
            },
            .count("schedules", rank: 1) { $0.schedules },
            .count("duplicates", name: "worst_duplicate_records") { $0.worst.duplicates },
            .count("lost", name: "worst_lost_records") { $0.worst.lost },
            .words("worst schedule", rank: 2, wraps: true) { $0.worst.lostEnding ?? $0.worst.duplicatesEnding },
        ]
    }

    private static var violationColumns: [Column<Violation>] {
        [
            .words("strategy") { $0.strategy }, .words("sink") { $0.sink }, .words("broken") { $0.breach },
            .words("because of", wraps: true) { $0.cause }, .count("schedules", rank: 2) { $0.schedules },
            .count("duplicates", rank: 1) { $0.duplicates }, .count("lost", rank: 1) { $0.lost },
            .words("first schedule", rank: 3, wraps: true) { $0.first },
        ]
    }

    /// How long it took and how fast that was, in one line.
    package var speed: String {
        "\(Numbers.duration(seconds: seconds)), \(Numbers.fixed(schedulesPerSecond, places: 0)) schedules per second"
    }
}

extension SwarmResult: Presentable {
    /// The verdict line, what clean seeds are worth, and the trace root.
    package var document: Document {
        var document = Document(
            data: Table(
                [self],
                [
                    .exact("first_seed") { $0.from }, .exact("last_seed") { $0.through }, .exact("seeds") { $0.seeds },
                    .exact("repeated_seeds") { $0.repeated }, .exact("seconds") { $0.seconds },
                    .exact("seeds_per_second") { $0.seedsPerSecond }, .exact("trace_root") { $0.traceRoot },
                    .exact("chance_of_unseen_below") { $0.chanceOfUnseenBelow },
                    .exact("broken_seed") { $0.brokenSeed }, .exact("breach") { $0.breach },
                    .exact("schedule") { $0.schedule }, .exact("capsule") { $0.capsule },
                ]))
        if let brokenSeed {
            document.add(
                .verdict(
                    "FAIL swarm: seed \(brokenSeed) breaks a promise (\(breach ?? "")), after \(Numbers.grouped(seeds)) seeds"
                ))
            document.add(.prose(schedule ?? ""))
            if let capsule { document.add(.code("kbench replay \(capsule)", label: "replay")) }
        } else {
            document.add(
                .verdict("PASS swarm: seeds \(from) to \(through), \(Numbers.grouped(seeds)) runs, no promise broken"))
        }
        var points: [String] = []
        if let chanceOfUnseenBelow {
            points.append(
                "with a confidence of 95 %, fewer than \(Numbers.fixed(chanceOfUnseenBelow * 1e6, places: 0)) of a million "
                    + "such runs break one")
        }
        for fault in script ?? [] {
            points.append(
                "by the script: \(fault.fault), which struck in \(Numbers.grouped(fault.struck)) of "
                    + "\(Numbers.grouped(seeds)) seeds")
        }
        document.add(
            .list(points + ["trace root \(traceRoot), \(repeated) seeds run twice with the same hash"]))
        return document
    }

    /// How long it took and how fast that was, in one line.
    package var speed: String {
        "\(Numbers.duration(seconds: seconds)), \(Numbers.fixed(seedsPerSecond, places: 0)) seeds per second"
    }
}

extension MutantsResult: Presentable {
    /// The verdict line and a table with one row per planted bug.
    package var document: Document {
        var document = Document()
        document.add(
            .verdict(
                "\(holds ? "PASS" : "FAIL") mutants: \(bugs.count(where: \.found)) of \(bugs.count) planted bugs found, "
                    + "\(falseAlarms) false alarms in \(Numbers.grouped(soundSchedules)) schedules of a sound engine (seed \(seed))"
            ))
        document.add(
            .table(
                Table(
                    bugs,
                    [
                        .words("planted bug") { $0.name }, .words("found") { $0.found ? "yes" : "NO" },
                        .count("schedules") { $0.schedules }, .number("seconds", rank: 1, places: 2) { $0.seconds },
                        .words("by") { $0.by }, .words("breaks") { $0.breach }, .words("in", rank: 2) { $0.place },
                        .words("schedule", rank: 3, wraps: true) { $0.schedule },
                    ]
                ) { !$0.found }))
        return document
    }
}
