// One setting, or one for each value of what is swept; and the ranges of all of them.
internal import Harness
internal import World

/// What a producer does to its batches; a broker keeps them so.
public enum TopicCompression: String, CaseIterable, Sendable {
    case none, gzip, snappy, lz4, zstd
}

/// A benchmark's settings, perhaps with one of them varied.
public struct BenchSweep: Sendable {
    /// What can be varied, by the names of the options.
    public enum Key: String, CaseIterable, Sendable {
        /// Records produced.
        case records
        /// Bytes of each.
        case recordBytes = "record-bytes"
        /// Partitions of the topic.
        case partitions
        /// Copies of the log.
        case replicas
        /// How the topic is compressed, by name.
        case topicCompression = "topic-compression"
        /// zstd's level, 0 for none.
        case zstdLevel = "zstd-level"
        /// Records of a block.
        case blockRecords = "block-records"
        /// Records of a batch.
        case batchRecords = "batch-records"
        /// Blocks of one sync and one commit.
        case groupCommitBlocks = "group-commit-blocks"
        /// Milliseconds between two blocks.
        case blockInterval = "block-interval"
        /// Milliseconds between two batches.
        case batchInterval = "batch-interval"

        /// The names of its values; nil where they are numbers.
        var names: [String]? { self == .topicCompression ? TopicCompression.allCases.map(\.rawValue) : nil }

        /// What its values may be, or the places of their names.
        public var range: ClosedRange<Int> {
            switch self {
            case .topicCompression: 0...TopicCompression.allCases.count - 1
            case .records: ScenarioLimits.records
            case .recordBytes: BenchSettings.recordBytesRange
            case .partitions: ScenarioLimits.partitions
            case .replicas: 1...3
            case .zstdLevel: 0...19
            case .blockRecords: ScenarioLimits.blockRecords
            case .batchRecords: ScenarioLimits.batchRecords
            case .groupCommitBlocks: ScenarioLimits.groupCommitBlocks
            case .blockInterval, .batchInterval: ScenarioLimits.intervalMilliseconds
            }
        }
    }

    /// The settings that all points share.
    public var base: BenchSettings
    /// What is varied; nil: nothing.
    public var key: Key?
    /// Its values, in the order they are measured.
    public var values: [Int] = []

    /// Makes a sweep, by default of one setting.
    public init(base: BenchSettings, key: Key? = nil, values: [Int] = []) {
        self.base = base
        self.key = key
        self.values = values
    }

    /// Reads `KEY=V1,V2,...`.
    ///
    /// - Throws: ``Diagnosis`` naming the key or the value.
    public static func parse(_ text: String) throws -> (key: Key, values: [Int]) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let key = Key(rawValue: parts[0]) else {
            throw Diagnosis(
                cause: "--sweep: '\(text)' names nothing that can be swept",
                fix: "write KEY=V1,V2 with a KEY of \(Key.allCases.map(\.rawValue).joined(separator: ", "))",
                exitCode: .usage)
        }
        let values = try parts[1].split(separator: ",", omittingEmptySubsequences: false).map { word in
            if let names = key.names {
                guard let place = names.firstIndex(of: String(word)) else {
                    throw Diagnosis(
                        cause: "--sweep \(key.rawValue): there is no '\(word)'",
                        fix: "choose from \(names.joined(separator: ", ")), joined by commas", exitCode: .usage)
                }
                return place
            }
            guard let value = Int(word), key.range.contains(value) else {
                throw Diagnosis(
                    cause: "--sweep \(key.rawValue): '\(word)' is not within \(key.range.lowerBound) to "
                        + "\(key.range.upperBound)",
                    fix: "give whole numbers from \(key.range.lowerBound) to \(key.range.upperBound), joined by commas",
                    exitCode: .usage)
            }
            return value
        }
        guard Set(values).count == values.count else {
            throw Diagnosis(
                cause: "--sweep \(key.rawValue): '\(parts[1])' has a value twice", fix: "give each value once",
                exitCode: .usage)
        }
        return (key, values)
    }

    /// The points by their names.
    ///
    /// - Throws: ``Diagnosis`` for a value out of its range.
    func settings() throws -> [(name: String, settings: BenchSettings)] {
        guard let key else {
            try base.check()
            return [("", base)]
        }
        return try values.map { value in
            var settings = base
            settings.set(key, to: value)
            try settings.check()
            return ("\(key.rawValue)=\(key.names?[value] ?? "\(value)")", settings)
        }
    }
}

extension BenchSettings {
    /// Sets one of the settings to one of its key's values.
    public mutating func set(_ key: BenchSweep.Key, to value: Int) {
        switch key {
        case .records: records = value
        case .recordBytes: recordBytes = value
        case .partitions: partitions = value
        case .replicas: logReplicas = value
        case .topicCompression: topicCompression = TopicCompression.allCases[value]
        case .zstdLevel: zstdLevel = value == 0 ? nil : value
        case .blockRecords: blockRecords = value
        case .batchRecords: batchRecords = value
        case .groupCommitBlocks: groupCommitBlocks = value
        case .blockInterval: blockInterval = value
        case .batchInterval: batchInterval = value
        }
    }
}
