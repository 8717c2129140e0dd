// From the figures of pairs of runs to verdicts: planted slowdowns are found, and none where there is none.
import Foundation
import Harness
import Results
import Testing
import World

@testable import Gate

@Suite struct RunPairsTests {
    /// Pairs of a rate and a price around 1,000, the new program `slowdown` slower, with `noise` on every figure and with
    /// what every pair shares, as runs made one after the other do.
    static func pairs(_ count: Int, slowdown: Double, noise: Double, seed: UInt64) -> RunPairs {
        var random = SeededRandom(seed: seed)
        var pairs = RunPairs()
        for _ in 0..<count {
            let machine = Double.random(in: 0.7...1.3, using: &random)
            func figures(_ slowdown: Double) -> [String: Double] {
                let (one, other) = (
                    1 + Double.random(in: -noise...noise, using: &random),
                    1 + Double.random(in: -noise...noise, using: &random)
                )
                return [
                    "rows/a/recordsPerSecond": 1000 * machine * one / (1 + slowdown),
                    "process/cpuSeconds": 1000 / machine * other * (1 + slowdown),
                ]
            }
            pairs.pairs.append((figures(0), figures(slowdown)))
        }
        return pairs
    }

    /// What a whole comparison of such pairs comes to, with its confirmation.
    static func verdicts(slowdown: Double, noise: Double, seed: UInt64, margin: Double = 0.02) throws -> [GateMetric] {
        let first = pairs(10, slowdown: slowdown, noise: noise, seed: seed)
        let second = pairs(10, slowdown: slowdown, noise: noise, seed: seed &+ 1_000_000)
        var metrics = try first.metrics(named: first.names(wanted: []), seed: seed, margin: margin)
        for index in metrics.indices where metrics[index].needsConfirmation(margin: margin) {
            let again = try second.metrics(named: [metrics[index].name], seed: seed, margin: margin)[0]
            metrics[index].confirmation = .init(ratio: again.ratio, pAdjusted: again.pAdjusted)
            metrics[index].verdict = metrics[index].verdict(margin: margin)
        }
        return metrics
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func aSlowdownOfFivePerCentIsCalledSlower(seed: UInt64) throws {
        let metrics = try Self.verdicts(slowdown: 0.05, noise: 0.02, seed: seed)
        #expect(metrics.count == 2)
        #expect(metrics.allSatisfy { $0.verdict == .slower }, "seed \(seed): \(metrics)")
    }

    /// Quiet or noisy, a program is never called slower than itself. Seeds 1 to 60.
    @Test(arguments: [0.002, 0.02, 0.1])
    func aProgramIsNeverSlowerThanItself(noise: Double) throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let metrics = try Self.verdicts(slowdown: 0, noise: noise, seed: seed)
            #expect(metrics.allSatisfy { $0.verdict != .slower }, "seed \(seed): \(metrics)")
        }
    }

    /// Noise that hides what is asked for is said to, and never called the same.
    @Test func noiseIsInconclusive() throws {
        let metrics = try Self.verdicts(slowdown: 0.03, noise: 0.4, seed: 3)
        #expect(metrics.allSatisfy { $0.verdict == .inconclusive && $0.minimumDetectableEffect > 0.03 }, "\(metrics)")
    }

    @Test(arguments: [
        (-0.05, GateMetric.Change.same), (0, .same), (0.01, .same), (0.06, .slower),
    ])
    func quietMachinesDecide(slowdown: Double, verdict: GateMetric.Change) throws {
        let metrics = try Self.verdicts(slowdown: slowdown, noise: 0.002, seed: 1)
        #expect(metrics.allSatisfy { $0.verdict == verdict }, "\(metrics)")
    }

    static let namings: [(wanted: [String], names: [String])] = [
        ([], ["process/cpuSeconds", "rows/a/recordsPerSecond"]),
        (["recordsPerSecond"], ["rows/a/recordsPerSecond"]), (["a/recordsPerSecond"], ["rows/a/recordsPerSecond"]),
        (["process/cpuSeconds"], ["process/cpuSeconds"]),
    ]

    @Test(arguments: namings)
    func metricsAreNamedByTheirEnds(wanted: [String], names: [String]) throws {
        let pairs = Self.pairs(7, slowdown: 0, noise: 0.01, seed: 1)
        #expect(try pairs.names(wanted: wanted) == names)
    }

    @Test func aMetricThatNobodyPrintsIsRefused() throws {
        let pairs = Self.pairs(7, slowdown: 0, noise: 0.01, seed: 1)
        let error = #expect(throws: Diagnosis.self) { try pairs.names(wanted: ["recordsPerSecnd"]) }
        #expect(error?.cause.contains("recordsPerSecnd") == true)
        #expect(error?.fix.contains("did you mean recordsPerSecond?") == true)
        #expect(error?.exitCode == .usage)
    }

    @Test func aFigureOfNothingHasNoRatio() throws {
        let pairs = RunPairs(pairs: [(["x": 0], ["x": 1])], directions: ["x": .lower])
        let error = #expect(throws: Diagnosis.self) { try pairs.metrics(named: ["x"], seed: 1, margin: 0) }
        #expect(error?.exitCode == .invalidRun)
    }

    @Test func aDuplicateMoreIsABrokenGuarantee() {
        let name = "runs/direct/append/duplicates"
        let expectation = "runs/direct/append/expected/duplicates"
        let worse = RunPairs(pairs: [([name: 2, expectation: 0], [name: 2, expectation: 9]), ([name: 2], [name: 3])])
        #expect(worse.brokenGuarantees() == ["\(name): 3, 2 before"])
        #expect(RunPairs(pairs: [([name: 2], [name: 1])]).brokenGuarantees() == [])
    }

    @Test func everyNumberOfATextHasAName() {
        let text = """
            {"ceilings": {"rawRecordsPerSecond": 5}, "rows": [{"strategy": "direct", "sink": "append", "lost": 0,
            "isFast": true, "note": "12", "ratioToRaw": {"median": 0.5}, "sizes": [1, 2]}]}
            """
        #expect(
            FigureTree.figures(in: text) == [
                "ceilings/rawRecordsPerSecond": 5, "rows/direct/append/lost": 0,
                "rows/direct/append/ratioToRaw/median": 0.5, "rows/direct/append/sizes/0": 1,
                "rows/direct/append/sizes/1": 2,
            ])
        // Rows of two clients, and of a sweep, are told apart.
        let several = """
            {"rows": [{"strategy": "raw", "sink": "none", "client": "librdkafka", "setting": "", "fsyncs": 1},
            {"strategy": "raw", "sink": "none", "client": "native", "setting": "", "fsyncs": 2},
            {"strategy": "raw", "sink": "none", "client": null, "setting": "replicas=2", "fsyncs": 3}]}
            """
        #expect(
            FigureTree.figures(in: several) == [
                "rows/raw/none/fsyncs": 1, "rows/raw/none/native/fsyncs": 2, "rows/raw/none/replicas=2/fsyncs": 3,
            ])
        #expect(FigureTree.figures(in: "no JSON") == [:])
        // The version of a form is no figure; that of anything else may be one.
        #expect(FigureTree.figures(in: #"{"schema": "kbench.bench", "version": 1, "lost": 0}"#) == ["lost": 0])
        #expect(FigureTree.figures(in: #"{"version": 1}"#) == ["version": 1])
    }

    @Test(arguments: [
        ("rows/a/recordsPerSecond", GateMetric.Better.higher), ("ratioToRaw/median", .higher),
        ("runs/percentOfRaw", .higher), ("process/cpuSeconds", .lower), ("fsyncs", .lower),
    ])
    func ratesAreBetterWhenHigher(name: String, better: GateMetric.Better) {
        #expect(MetricDirection.better(name) == better)
    }

    @Test(
        "N11: a direction is stated for every metric of ours",
        arguments: [
            ("rows/direct/append/fsyncsPerSecond", GateMetric.Better.lower),
            ("rows/direct/append/ratioToRaw/median", .higher), ("rows/direct/append/cpu/median", .lower),
            ("rows/direct/append/latencyMicroseconds/p99", .lower), ("ceilings/diskBytesPerSecond", .higher),
        ])
    func everyMetricHasADirection(name: String, better: GateMetric.Better) {
        #expect(MetricDirection.better(name) == better)
    }

    @Test("N11: more syncs a second is slower, and a rate of others is what --metric says it is")
    func directionsDecide() throws {
        func verdict(_ name: String, _ new: Double, _ stated: [String: GateMetric.Better] = [:]) throws -> String {
            var pairs = RunPairs(directions: stated)
            for _ in 0..<10 { pairs.pairs.append(([name: 100], [name: new])) }
            var metric = try pairs.metrics(named: [name], seed: 1, margin: 0.02)[0]
            metric.confirmation = .init(ratio: metric.ratio, pAdjusted: metric.pAdjusted)
            return metric.verdict(margin: 0.02).rawValue
        }
        #expect(try verdict("rows/a/fsyncsPerSecond", 110) == "slower")
        #expect(try verdict("rows/a/fsyncsPerSecond", 90) == "same")
        #expect(try verdict("throughput", 90, ["throughput": .higher]) == "slower")
        #expect(try verdict("throughput", 90, ["throughput": .lower]) == "same")
    }

    @Test(
        "N11: a metric without a direction is refused, with the words that give it one",
        arguments: ["throughput", "publishRate"])
    func aMetricWithoutADirectionIsRefused(name: String) {
        let pairs = RunPairs(pairs: [([name: 1], [name: 1])])
        let error = #expect(throws: Diagnosis.self) { try pairs.metrics(named: [name], seed: 1, margin: 0) }
        #expect(error?.cause.contains(name) == true)
        #expect(error?.fix.contains("--metric \(name):higher") == true)
        #expect(error?.exitCode == .usage)
    }

    @Test("N11: --metric reads NAME, NAME:higher and NAME:lower, and nothing else")
    func metricsCarryDirections() throws {
        let read = try MetricDirection.parse(["fsyncs", "throughput:higher", "a/b:lower"])
        #expect(read.names == ["fsyncs", "throughput", "a/b"])
        #expect(read.stated == ["throughput": .higher, "a/b": .lower])
        for word in ["x:up", ":higher", "x:"] {
            #expect(throws: Diagnosis.self, "\(word)") { try MetricDirection.parse([word]) }
        }
    }

    @Test func theBestOfSomeRunsIsTheHighestRateAndTheLowestPriceAndTheWorstOutcome() {
        let runs: [[String: Double]] = [
            ["rows/a/recordsPerSecond": 5, "process/cpuSeconds": 3, "rows/a/lost": 0, "only/here": 1],
            ["rows/a/recordsPerSecond": 7, "process/cpuSeconds": 4, "rows/a/lost": 2],
            ["rows/a/recordsPerSecond": 6, "process/cpuSeconds": 2, "rows/a/lost": 1],
        ]
        #expect(
            RunPairs().best(of: runs) == ["rows/a/recordsPerSecond": 7, "process/cpuSeconds": 2, "rows/a/lost": 2])
        #expect(RunPairs().best(of: [runs[0]]) == runs[0])
        #expect(RunPairs().best(of: []) == [:])
    }
}
