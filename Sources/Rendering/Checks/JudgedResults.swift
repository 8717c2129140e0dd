// The cases of every kind of result that judges.
internal import Judgement
package import Results

extension JudgeResult: Judged {
    package var suite: String { "kbench judge \(pipeline)" }

    package var checks: [Check] {
        runs.map { run in
            let standing: Check.Standing =
                if let empty = run.emptiness {
                    .invalid(empty)
                } else if let broken = run.broken {
                    .failed(broken)
                } else {
                    .passed
                }
            return Check(run.name, standing, reproduce: run.reproduce, seconds: run.seconds)
        }
    }

    package var remarks: [String] { findings.map { "\($0.name): \($0.detail)" } }
}

extension LeagueResult: Judged {
    package var suite: String { "kbench league" }

    package var checks: [Check] {
        pipelines.map { entry in
            let broken = entry.worst.map { "\($0.kill): \($0.duplicates) duplicates and \($0.lost) lost" }
            let standing: Check.Standing =
                switch entry.outcome {
                case .pass: .passed
                case .fail: .failed(entry.reason ?? broken ?? "")
                default: .invalid(entry.reason ?? "\(entry.left) runs are left")
                }
            return Check(entry.pipeline, standing, reproduce: entry.worst?.reproduce ?? "", file: entry.file)
        }
    }
}

extension ScenarioResult: Judged {
    package var suite: String { "kbench scenario \(scenario)" }

    package var checks: [Check] {
        var checks = runs.map { run -> Check in
            let standing: Check.Standing =
                switch run.outcome {
                case .ok, .refused: .passed
                case .differs: .failed(run.difference)
                case .invalid: .invalid(run.invalidReason ?? "")
                }
            let killed = run.crashPoint.map { ", killed at \($0)" } ?? ""
            return Check(run.label + killed, standing, reproduce: reproduce)
        }
        if let reason = experiment.invalidReason {
            checks.append(Check("the experiment", .invalid(reason), reproduce: reproduce))
        } else if !experiment.complaints.isEmpty || checks.isEmpty {
            let complaints = experiment.complaints.joined(separator: "\n")
            checks.append(
                Check("the experiment", complaints.isEmpty ? .passed : .failed(complaints), reproduce: reproduce))
        }
        return checks
    }

    package var remarks: [String] { experiment.notes }
}

extension RunResult {
    /// What was counted where something else was expected.
    fileprivate var difference: String {
        if let refusal, !expected.refused { return "it would not go on: \(refusal)" }
        let duplicates = expected.duplicates.map { Numbers.grouped($0) } ?? "any number"
        return
            "\(Numbers.grouped(self.duplicates)) duplicates and \(Numbers.grouped(lost)) lost, where \(duplicates) and "
            + "\(Numbers.grouped(expected.lost)) were expected\(expected.refused ? ", and that it would not go on" : "")"
            + (corrupted > 0 ? "; \(Numbers.grouped(corrupted)) corrupted" : "")
    }
}

extension MatrixResult: Judged {
    package var suite: String { "kbench matrix" }

    package var checks: [Check] {
        cells.map { cell in
            let measured = cell.measured
            let standing: Check.Standing =
                if !cell.crashFired {
                    .invalid("the crash did not fire")
                } else if let fault = cell.fault {
                    .failed(fault)
                } else if !cell.agrees {
                    .failed(
                        "\(measured.duplicates) duplicates (\(measured.ingestDuplicates) ingested twice) and "
                            + "\(measured.lost) lost, where \(cell.expected.duplicates) "
                            + "(\(cell.expected.ingestDuplicates)) and \(cell.expected.lost) were expected")
                } else if cell.worldsAgree == false {
                    .failed("the simulated world counts something else")
                } else {
                    .passed
                }
            return Check(
                "\(cell.strategy)/\(cell.sink) at \(cell.point)\(cell.outage.map { ", \($0)" } ?? "")", standing,
                reproduce: reproduce(cell) ?? "")
        }
    }
}

extension ReferenceResult: Judged {
    package var suite: String { "kbench matrix --against \(against)" }

    /// The rows that were run.
    package var checks: [Check] {
        rows.compactMap { row -> Check? in
            guard let measured = row.measured else { return nil }
            let counts =
                "\(measured.duplicates) duplicates and \(measured.lost) lost, where \(against) has "
                + "\(row.reference.duplicates) and \(row.reference.lost)"
            let standing: Check.Standing =
                if row.agrees != true {
                    .failed(counts)
                } else if row.worldsAgree == false {
                    .failed("the simulated world counts something else")
                } else {
                    .passed
                }
            return Check("\(row.row), \(row.sink)", standing)
        }
    }

    package var remarks: [String] {
        rows.filter { $0.measured == nil }.map { "\($0.row), \($0.sink) was not run: \($0.reason)" }
    }
}

extension BenchResult: Judged {
    package var suite: String { "kbench bench" }

    package var checks: [Check] {
        var checks = rows.map { row -> Check in
            let name = "\(row.strategy)/\(row.sink)\(settings.count > 1 ? ", \(row.setting)" : "")"
            let counts =
                "\(row.duplicates) duplicates, \(row.lost) lost and \(row.corrupted) corrupted without a crash"
            let isSound = row.duplicates + row.lost + row.corrupted == 0
            return Check(
                name, row.agrees ? .passed : .failed(isSound ? "the crash did not do what it must" : counts),
                reproduce: reproduce)
        }
        if !valid { checks.append(Check("the measurement", .invalid(invalidReason ?? ""), reproduce: reproduce)) }
        return checks
    }

    package var remarks: [String] { notes }
}

extension RecoveryResult: Judged {
    package var suite: String { "kbench bench recovery" }

    package var checks: [Check] {
        rows.map { row in
            let standing: Check.Standing =
                if let reason = row.invalidReason {
                    .invalid(reason)
                } else if row.duplicates + row.lost > 0 {
                    .failed("\(row.duplicates) records came twice and \(row.lost) not at all")
                } else {
                    .passed
                }
            let name = "\(Numbers.count(row.records, "record")) in \(Numbers.count(row.partitions, "partition"))"
            return Check(name, standing, reproduce: reproduce)
        }
    }
}

extension CapacityResult: Judged {
    package var suite: String { "kbench capacity" }

    package var checks: [Check] {
        rows.map { row in
            let broken = row.probes.filter { $0.duplicates + $0.lost > 0 }.map {
                "\($0.words): \($0.duplicates) duplicates and \($0.lost) lost"
            }
            let standing: Check.Standing =
                if !broken.isEmpty {
                    .failed(broken.joined(separator: "\n"))
                } else if row.sustainedRecordsPerSecond == nil {
                    .invalid("no rate was sustained, down to the least that was tried")
                } else {
                    .passed
                }
            return Check("\(row.strategy)/\(row.sink)", standing, reproduce: reproduce)
        }
    }
}

extension AtlasResult: Judged {
    package var suite: String { "kbench atlas" }

    package var checks: [Check] {
        var places: [String] = []
        for cell in cells {
            let place = "\(cell.strategy)/\(cell.sink)"
            if !places.contains(place) { places.append(place) }
        }
        var checks = places.map { place -> Check in
            let broken = violations.filter { "\($0.strategy)/\($0.sink)" == place }
            let text = broken.map {
                "\($0.breach) in \($0.schedules) schedules, first in \($0.first): \($0.duplicates) duplicates, "
                    + "\($0.lost) lost"
            }
            let capsule = broken.compactMap(\.capsule).first
            return Check(
                place, broken.isEmpty ? .passed : .failed(text.joined(separator: "\n")),
                reproduce: capsule.map { "kbench replay \($0)" } ?? "", file: capsule)
        }
        if !isComplete || checks.isEmpty {
            checks.append(Check("the whole", .invalid("\(unitsDone) of \(units) units were run")))
        }
        return checks
    }
}

extension SwarmResult: Judged {
    package var suite: String { "kbench swarm" }

    package var checks: [Check] {
        let again = capsule.map { "kbench replay \($0)" } ?? ""
        var checks = [
            Check(
                "seeds \(from) to \(through)",
                brokenSeed.map { .failed("seed \($0): \(breach ?? "")\n\(schedule ?? "")") } ?? .passed,
                reproduce: again, seconds: seconds, file: capsule)
        ]
        for fault in script ?? [] {
            checks.append(Check(fault.fault, fault.struck > 0 ? .passed : .invalid("it never struck")))
        }
        return checks
    }
}

extension MutantsResult: Judged {
    package var suite: String { "kbench mutants" }

    package var checks: [Check] {
        bugs.map { bug in
            Check(
                bug.name, bug.found ? .passed : .failed("the planted bug was not found in \(bug.schedules) schedules"),
                reproduce: bug.capsule.map { "kbench replay \($0)" } ?? "", seconds: bug.seconds, file: bug.capsule)
        } + [
            Check(
                "the sound engine",
                falseAlarms == 0 ? .passed : .failed("\(falseAlarms) false alarms in \(soundSchedules) schedules"))
        ]
    }
}

extension ClaimsResult: Judged {
    package var suite: String { "kbench claims" }

    /// A claim that does not hold was measured as well as one that does.
    package var checks: [Check] {
        claims.map { claim in
            Check(
                "\(claim.id): \(claim.claim)", claim.verdict == .notMeasured ? .invalid(claim.because) : .passed,
                reproduce: claim.command ?? "")
        }
    }

    package var remarks: [String] { claims.map { "\($0.id): \($0.verdict.rawValue), \($0.because)" } }
}

extension BuildComparison: Judged {
    package var suite: String { "kbench compare" }

    package var checks: [Check] {
        metrics.map { Check($0.name, $0.standing(isRed: true, margin: marginPercent)) }
            + brokenGuarantees.map { Check($0, .failed("a guarantee is broken")) }
    }

    package var remarks: [String] { differences }
}

extension CalibrationResult: Judged {
    package var suite: String { "kbench compare --calibrate" }

    package var checks: [Check] {
        [
            Check(
                "\(base) beside itself",
                holds ? .passed : .failed("\(slower) of \(comparisons) comparisons call it slower than itself"))
        ]
    }
}

extension GateResult: Judged {
    package var suite: String { "kbench gate" }

    package var checks: [Check] {
        rows.map { row in
            Check(
                row.metric.name, row.metric.standing(isRed: row.marginPercent != nil, margin: row.marginPercent ?? 0))
        } + brokenGuarantees.map { Check($0, .failed("a guarantee is broken")) }
            + rulesWithoutMetric.map { Check($0, .invalid("the comparison has no metric for this rule")) }
    }
}

extension GateMetric {
    /// What a change means where it counts, and only where it does.
    fileprivate func standing(isRed: Bool, margin: Double) -> Check.Standing {
        guard isRed else { return .passed }
        let ratio =
            "\(Numbers.fixed(self.ratio.median, places: 3)) of the base "
            + "(\(Numbers.fixed(self.ratio.low, places: 3)) to \(Numbers.fixed(self.ratio.high, places: 3)), "
            + "margin \(Numbers.fixed(margin, places: 1)) %)"
        return switch verdict {
        case .same: .passed
        case .slower: .failed("worse: \(ratio)")
        case .inconclusive: .invalid("it cannot be told: \(ratio)")
        }
    }
}
