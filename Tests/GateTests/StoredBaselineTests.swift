// What was measured now, held against what was stored: as ratios to a run's own ceiling, and only on the same machine.
import Foundation
import Harness
import Results
import Testing
import World

@testable import Gate

@Suite("A baseline from a file") struct StoredBaselineTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let reference = root.appendingPathComponent("results/bench/bench.json").path
    private static let row = "rows/receiver-wal/append"

    private static func policy(
        _ metric: String, _ margin: Double = 5, direction: GateMetric.Better? = nil, otherMachineIsRed: Bool = true
    ) -> GatePolicy {
        GatePolicy(
            rules: [.init(metric: metric, tier: 1, marginPercent: margin, direction: direction)],
            inconclusiveIsRed: true, otherMachineIsRed: otherMachineIsRed)
    }

    /// The reference with something changed.
    private static func changed(_ change: (inout BenchResult) -> Void) throws -> Data {
        var bench = try BenchResult(json: Data(contentsOf: URL(fileURLWithPath: reference)))
        change(&bench)
        return try JSONEncoder().encode(bench)
    }

    /// What a policy makes of the reference and a changed one.
    private static func gate(
        _ policy: GatePolicy, _ change: (inout BenchResult) -> Void = { _ in }
    ) throws -> GateResult {
        try inScratch { folder in
            let now = "\(folder)/now.json"
            try changed(change).write(to: URL(fileURLWithPath: now))
            let new = try StoredBaseline(now, option: "--figures")
            let comparison = try StoredBaseline(reference, option: "--baseline", machine: new.machine)
                .compared(with: new, policy: policy)
            return policy.judge(comparison)
        }
    }

    private static func inScratch<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-baseline-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }

    private static func scale(_ interval: Interval, _ factor: Double) -> Interval {
        Interval(median: interval.median * factor, low: interval.low * factor, high: interval.high * factor)
    }

    @Test func aRateIsAShareOfWhatRawReachedInTheSameRun() throws {
        // Everything went half as fast, raw too: the row is where it was.
        let slowMachine = try Self.gate(Self.policy("\(Self.row)/recordsPerSecond", 20)) { bench in
            for index in bench.rows.indices { bench.rows[index].recordsPerSecond /= 2 }
        }
        #expect(slowMachine.rows.map(\.metric.ratio.median) == [1] && slowMachine.verdict == .same)
        let slowRow = try Self.gate(Self.policy("\(Self.row)/recordsPerSecond", 20)) { bench in
            for index in bench.rows.indices {
                bench.rows[index].ratioToRaw = Self.scale(bench.rows[index].ratioToRaw, 0.5)
            }
        }
        #expect(slowRow.verdict == .slower && slowRow.rows.first?.metric.ratio.median == 0.5)
        // What the bounds of both allow decides, so a margin that lies among them decides nothing.
        let near = try Self.gate(Self.policy("\(Self.row)/recordsPerSecond", 1)) { _ in }
        #expect(near.verdict == .inconclusive)
    }

    @Test func aDuplicateMoreIsBrokenWhateverThePolicy() throws {
        let broken = try Self.gate(Self.policy("\(Self.row)/fsyncs", 1000)) { $0.rows[1].duplicates += 1 }
        #expect(broken.verdict == .guaranteeBroken && broken.brokenGuarantees.count == 1)
    }

    /// What of a machine is another, and what that is called.
    static let machines: [(change: @Sendable (inout HostInfo) -> Void, said: String)] = [
        ({ $0.cores = 64 }, "cores: 64, 2 in the baseline"),
        ({ $0.system = "Linux 7" }, "system: Linux 7, "),
        ({ $0.fileSystem = "xfs" }, "file system: xfs, ext4 in the baseline"),
        ({ $0.librdkafka = "9" }, "librdkafka: 9, "),
        ({ $0.processor = "Fast 1" }, "processor: Fast 1, not said in the baseline"),
    ]

    @Test(arguments: machines)
    func onAnotherMachineWhatWasTimedIsNamedAndNotCompared(
        change: @Sendable (inout HostInfo) -> Void, said: String
    ) throws {
        let name = "\(Self.row)/recordsPerSecond"
        let red = try Self.gate(Self.policy("recordsPerSecond", 90)) { change(&$0.host) }
        #expect(red.verdict == .inconclusive && red.verdict.exitCode == .inconclusive)
        #expect(red.otherMachine?.count == 1 && red.otherMachine?[0].hasPrefix(said) == true, "\(red)")
        #expect(red.notComparable?.contains(name) == true && red.rows.isEmpty && red.rulesWithoutMetric == [])
        let passing = try Self.gate(Self.policy("recordsPerSecond", 90, otherMachineIsRed: false)) { change(&$0.host) }
        #expect(passing.verdict == .same && passing.notComparable == red.notComparable, "named all the same")
        // What is counted is the same everywhere.
        let counted = try Self.gate(Self.policy("bytesWrittenLogical", 0)) { change(&$0.host) }
        #expect(counted.verdict == .same && counted.notComparable == nil && !counted.rows.isEmpty)
    }

    @Test func aDirectionIsThePolicysWhereNobodyElseSaysIt() throws {
        let name = "\(Self.row)/offered/records"
        #expect(throws: Diagnosis.self) { try Self.gate(Self.policy(name)) }
        func fewer(_ bench: inout BenchResult) {
            for index in bench.rows.indices { bench.rows[index].offered?.records /= 2 }
        }
        let higher = try Self.gate(Self.policy(name, direction: .higher), fewer)
        #expect(higher.verdict == .slower && higher.rows.first?.metric.better == .higher)
        #expect(try Self.gate(Self.policy(name, direction: .lower), fewer).verdict == .same)
    }

    @Test func anotherLoadIsRefused() throws {
        let error = #expect(throws: Diagnosis.self) {
            try Self.gate(Self.policy("recordsPerSecond")) { $0.settings[0].records = 5 }
        }
        #expect(error?.cause.contains("is of another load") == true && error?.exitCode == .usage)
    }

    @Test func ofAHistoryThoseOfThisMachineAreTaken() throws {
        let here = HostInfo(kbench: "1", librdkafka: "2", system: "here", cores: 2, fileSystem: "ext4")
        var there = here
        there.cores = 8
        try Self.inScratch { folder in
            func entry(_ commit: String, _ rate: Double, _ host: HostInfo?) -> HistoryEntry {
                HistoryEntry(commit: commit, date: commit, figures: ["rows/a/p99": rate], host: host)
            }
            let path = "\(folder)/history.ndjson"
            let history = History(at: path)
            for entry in [entry("1", 10, here), entry("2", 99, there), entry("3", 12, here), entry("4", 99, nil)] {
                try history.append(entry)
            }
            let mine = try StoredBaseline(path, option: "--baseline", machine: here)
            #expect(mine.figures["rows/a/p99"] == Interval(median: 11, low: 10, high: 12) && mine.machine == here)
            let unknown = try StoredBaseline(path, option: "--baseline", machine: nil)
            #expect(unknown.machine == nil, "the newest does not say it")
        }
    }

    @Test func whatIsNoBaselineIsRefused() throws {
        try Self.inScratch { folder in
            try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder)/other"))
            for (name, cause) in [("none", "cannot be read"), ("other", "neither a result")] {
                let error = #expect(throws: Diagnosis.self) {
                    try StoredBaseline("\(folder)/\(name)", option: "--baseline")
                }
                #expect(error?.cause.contains(cause) == true && error?.exitCode == .usage)
            }
        }
    }
}
