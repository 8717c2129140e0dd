// Which way each figure of ours is better, and how a person says it of other programs' figures.
internal import Foundation
internal import Harness
internal import Results
internal import World

/// The directions of metrics.
enum MetricDirection {
    /// Rates, and ratios to something faster.
    private static let higher: Set = [
        "recordsPerSecond", "rawRecordsPerSecond", "diskBytesPerSecond", "zstdBytesPerSecond", "bytesPerSecond",
        "megabytesPerSecond", "sustainedRecordsPerSecond", "refusedRecordsPerSecond", "percentOfRaw", "ratioToRaw",
        "ratioToCeiling", "shareOfMeasuredRate",
    ]
    /// Prices.
    private static let lower: Set = [
        "cpuSecondsPerMillionRecords", "cpu", "cpuSeconds", "wallSeconds", "peakResidentBytes", "p50", "p99", "p999",
        "fsyncs", "fsyncsPerSecond", "writeCalls", "bytesWrittenLogical", "bytesWrittenPhysical",
        "walBytesPerIngestedByte", "walFactor", "walBytesPeak", "walBytesWritten", "walLiveBytes", "checkpointBytes",
        "diskBytesPeak", "orphanBytes", "orphanBytesAtRecovery", "duplicates", "ingestDuplicates",
        "reexecutionDuplicates", "lost", "lostLoudly", "corrupted", "redone", "restarts", "recoverySeconds",
        "detectSeconds", "readSeconds", "refetchSeconds", "openSeconds", "drainSeconds", "replaySeconds",
        "generatorLatenessP99", "generatorLatenessMax", "p99Microseconds", "lagEarly", "lagLate", "fileSyncs",
        "directorySyncs", "fsync", "reads", "writes", "bytesWritten", "virtualNanoseconds", "workingNanoseconds",
        "processorSeconds",
    ]
    /// Parts of an interval, which are better as the whole is.
    private static let parts: Set = ["median", "low", "high"]

    /// Which way a figure is better; nil where nothing says it. `stated` are directions that a person gave, by the name of
    /// a figure or the end of one.
    static func better(_ name: String, stated: [String: GateMetric.Better] = [:]) -> GateMetric.Better? {
        if let entry = stated.sorted(by: { $0.key < $1.key }).first(where: { RunPairs.matches(name, $0.key) }) {
            return entry.value
        }
        let words = name.split(separator: "/").map(String.init)
        guard let last = words.last else { return nil }
        let kind = parts.contains(last) && words.count > 1 ? words[words.count - 2] : last
        if higher.contains(kind) { return .higher }
        return lower.contains(kind) ? .lower : nil
    }

    /// Reads the words of `--metric`: `NAME`, `NAME:higher` or `NAME:lower`.
    ///
    /// - Throws: ``Diagnosis`` for another direction.
    static func parse(_ words: [String]) throws -> (names: [String], stated: [String: GateMetric.Better]) {
        var names: [String] = []
        var stated: [String: GateMetric.Better] = [:]
        for word in words {
            guard let colon = word.lastIndex(of: ":") else {
                names.append(word)
                continue
            }
            let (name, direction) = (String(word[..<colon]), String(word[word.index(after: colon)...]))
            guard !name.isEmpty, let better = GateMetric.Better(rawValue: direction) else {
                throw Diagnosis(
                    cause: "--metric: '\(word)' has no direction that there is",
                    fix: "write NAME:higher where more is better, or NAME:lower where less is", exitCode: .usage)
            }
            names.append(name)
            stated[name] = better
        }
        return (names, stated)
    }

    /// Refuses a figure of which nobody said which way it is better.
    static func missing(_ name: String) -> Diagnosis {
        let kind = FigureTree.kind(of: name)
        return Diagnosis(
            cause: "--metric: nothing says whether more of \(name) is better or worse",
            fix: "say it: --metric \(kind):higher where more is better, or --metric \(kind):lower where less is",
            exitCode: .usage)
    }
}
