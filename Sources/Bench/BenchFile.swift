// Reads a benchmark's bench.json, whoever wrote it, and holds every number in it against its range.
internal import Foundation
public import Harness
public import Results
internal import World

/// Reads benchmarks.
public enum BenchFile {
    /// What to do about a file that is none.
    public static let fix = "make one with kbench bench --out DIR, and name it: --from DIR/bench.json"

    /// Reads `bytes`, the file at `path`.
    ///
    /// - Throws: ``Diagnosis`` for what is no result of a benchmark, or has a number that none has.
    public static func read(_ bytes: [UInt8], from path: String) throws(Diagnosis) -> BenchResult {
        let result: BenchResult
        do {
            result = try BenchResult(json: Data(bytes))
        } catch {
            throw Diagnosis(cause: "--from \(path): this is no result of kbench bench", fix: fix, exitCode: .usage)
        }
        do {
            for (index, setting) in result.settings.enumerated() { try check(setting, "settings[\(index)]") }
            for (index, row) in result.rows.enumerated() { try check(row, "rows[\(index)]") }
        } catch {
            throw Diagnosis(cause: "--from \(path): \(error.cause)", fix: fix, exitCode: .usage)
        }
        return result
    }

    /// Reads `bytes`, the league's file at `path`.
    ///
    /// - Throws: ``Diagnosis`` for what is no result of a league, or has a number that none has.
    public static func league(_ bytes: [UInt8], from path: String) throws(Diagnosis) -> LeagueResult {
        let fix = "make one with kbench league --format json"
        guard let result = try? LeagueResult(json: Data(bytes)) else {
            throw Diagnosis(cause: "--league \(path): this is no result of kbench league", fix: fix, exitCode: .usage)
        }
        do {
            for (index, entry) in result.pipelines.enumerated() {
                let name = "pipelines[\(index)]"
                if let rate = entry.recordsPerSecond {
                    try NumberCheck.check(rate, slowest...figures.upperBound, "\(name).recordsPerSecond")
                }
                try NumberCheck.check(entry.recoverySeconds ?? 0, figures, "\(name).recoverySeconds")
                for kill in entry.kills {
                    try NumberCheck.check(Double(kill.duplicates), figures, "\(name).kills: duplicates")
                    try NumberCheck.check(Double(kill.lost), figures, "\(name).kills: lost")
                }
            }
        } catch {
            throw Diagnosis(cause: "--league \(path): \(error.cause)", fix: fix, exitCode: .usage)
        }
        return result
    }

    /// What a measured figure may be: more than any machine does, and products of a few still fit.
    private static let figures = 0.0...1e15

    private static func check(_ setting: BenchSetting, _ name: String) throws(NumberError) {
        try NumberCheck.check(setting.records, 0...1_000_000_000_000, "\(name).records")
        try NumberCheck.check(setting.bytes, 0...1_000_000_000_000_000, "\(name).bytes")
        // A topic of somebody else's may have more of them than kbench makes.
        try NumberCheck.check(setting.partitions, 0...1_000_000, "\(name).partitions")
        try NumberCheck.check(setting.logReplicas, 1...3, "\(name).logReplicas")
        try NumberCheck.check(setting.ceilings.diskBytesPerSecond, figures, "\(name).ceilings.diskBytesPerSecond")
        let (block, batch) = (setting.blockIntervalMilliseconds, setting.batchIntervalMilliseconds)
        try NumberCheck.check(block, ScenarioLimits.intervalMilliseconds, "\(name).blockIntervalMilliseconds")
        try NumberCheck.check(batch, ScenarioLimits.intervalMilliseconds, "\(name).batchIntervalMilliseconds")
        // The closed forms walk through every block of a batch.
        try NumberCheck.check(batch / block, 0...mostBlocks, "\(name): blocks of a batch")
    }

    private static let mostBlocks = 1_000
    /// A record a day: whatever is slower is no measurement.
    private static let slowest = 1e-5

    private static func check(_ row: BenchRow, _ name: String) throws(NumberError) {
        let numbers: [(String, Double)] = [
            ("recordsPerSecond", row.recordsPerSecond), ("cpu.median", row.cpu.median), ("cpu.low", row.cpu.low),
            ("cpu.high", row.cpu.high), ("walFactor.median", row.walFactor.median),
            ("walFactor.low", row.walFactor.low),
            ("walFactor.high", row.walFactor.high), ("walBytesPerIngestedByte", row.walBytesPerIngestedByte),
            ("crash.recoverySeconds", row.crash?.recoverySeconds ?? 0),
        ]
        for (key, value) in numbers { try NumberCheck.check(value, figures, "\(name).\(key)") }
        // It is divided by; a row that measured nothing says 0 and is left out.
        if row.recordsPerSecond > 0 {
            try NumberCheck.check(row.recordsPerSecond, slowest...figures.upperBound, "\(name).recordsPerSecond")
        }
    }
}
