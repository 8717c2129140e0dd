// Makes metrics of the figures of pairs of runs: which figures, their ratios, and what chance has to do with it.
internal import Foundation
internal import Harness
internal import Results
internal import Statistics
internal import World

/// The figures of the two programs' runs, pair by pair.
struct RunPairs {
    /// A run of each program, made one directly after the other.
    typealias Pair = (base: [String: Double], new: [String: Double])

    /// The pairs, in the order they were made.
    var pairs: [Pair] = []
    /// Which way figures are better of which that was said, by name or the end of one.
    var directions: [String: GateMetric.Better] = [:]

    /// The names of the figures that both programs have in every run and that are asked for.
    ///
    /// - Throws: ``Diagnosis`` when one that is asked for is nowhere.
    func names(wanted: [String]) throws -> [String] {
        guard let first = pairs.first else { return [] }
        let common = first.base.keys.filter { name in pairs.allSatisfy { $0.base[name] != nil && $0.new[name] != nil } }
        func matching(_ wanted: [String]) -> [String] {
            common.filter { name in wanted.contains { RunPairs.matches(name, $0) } }.sorted()
        }
        if wanted.isEmpty {
            let usual = matching(ComparisonOptions.standardMetrics)
            // The process's own figures are always there.
            return usual.count > 1 ? usual : matching(ComparisonOptions.processMetrics)
        }
        for word in wanted where matching([word]).isEmpty {
            let kinds = Set(common.map(FigureTree.kind)).sorted()
            throw Diagnosis(
                cause: "--metric: the command prints no '\(word)' in every run of both builds",
                fix: Suggestion.fix(for: word, among: Array(kinds.prefix(40)), as: "metrics"), exitCode: .usage)
        }
        return matching(wanted)
    }

    /// Whether `wanted` is the name of a figure, or the end of it.
    static func matches(_ name: String, _ wanted: String) -> Bool { name == wanted || name.hasSuffix("/" + wanted) }

    /// Which way a figure is better.
    ///
    /// - Throws: ``Diagnosis`` where nothing says it.
    func better(_ name: String) throws -> GateMetric.Better {
        guard let better = MetricDirection.better(name, stated: directions) else { throw MetricDirection.missing(name) }
        return better
    }

    /// The best that each figure was in some runs of one program, as far as all have it; of duplicates and losses the worst,
    /// because a guarantee holds in every run or not at all. A figure without a direction is never compared.
    func best(of runs: [[String: Double]]) -> [String: Double] {
        guard var best = runs.first else { return [:] }
        for run in runs.dropFirst() {
            best = best.reduce(into: [:]) { merged, figure in
                guard let value = run[figure.key] else { return }
                let wantsHigh =
                    MetricDirection.better(figure.key, stated: directions) == .higher || RunPairs.isOutcome(figure.key)
                merged[figure.key] = wantsHigh ? max(figure.value, value) : min(figure.value, value)
            }
        }
        return best
    }

    /// Whether a figure counts duplicates or losses that were found.
    static func isOutcome(_ name: String) -> Bool {
        let isExpectation = name.split(separator: "/").contains("expected")
        return ["duplicates", "lost"].contains(FigureTree.kind(of: name)) && !isExpectation
    }

    /// A metric for each name.
    ///
    /// - Throws: ``Diagnosis`` when a figure is not above 0, so that it has no ratio, or has no direction.
    func metrics(named names: [String], seed: UInt64, margin: Double) throws -> [GateMetric] {
        let directions = try names.map { try better($0) }
        let ratios = try names.map { name in
            let (base, new) = (pairs.compactMap { $0.base[name] }, pairs.compactMap { $0.new[name] })
            guard let ratios = PairedRatios(base: base, new: new) else {
                throw Diagnosis(
                    cause: "\(name) is \((base + new).min() ?? 0) in a run: it has no ratio",
                    fix: "choose metrics that are above 0 in every run with --metric", exitCode: .invalidRun)
            }
            return ratios
        }
        let pValues = MultipleTesting.benjaminiHochberg(
            zip(directions, ratios).map { better, ratios in
                PermutationTest.pValue(
                    thatPositive: better == .lower ? ratios.logarithms : ratios.logarithms.map { -$0 })
            })
        return names.indices.map { index in
            var random = SeededRandom(seed: seed, stream: UInt64(index) + 1)
            let interval = ratios[index].interval(random: &random)
            return GateMetric(
                name: names[index], tier: 1, better: directions[index],
                ratio: .init(median: ratios[index].median, low: interval.lowerBound, high: interval.upperBound),
                pAdjusted: pValues[index], minimumDetectableEffect: ratios[index].minimumDetectableEffect,
                margin: margin)
        }
    }

    /// Duplicates and losses of which the new program has more in some run than the base has in any.
    func brokenGuarantees() -> [String] {
        let names = Set(pairs.flatMap { $0.new.keys }).filter(RunPairs.isOutcome)
        return names.sorted().compactMap { name in
            let most = pairs.compactMap { $0.base[name] }.max() ?? 0
            let found = pairs.compactMap { $0.new[name] }.max() ?? 0
            return found > most ? "\(name): \(NumberCheck.plain(found)), \(NumberCheck.plain(most)) before" : nil
        }
    }
}
