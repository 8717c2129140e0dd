// What a topic's configuration says, by the names that Kafka has for it, as far as it is honoured here.

/// How the logs of a topic are kept.
package struct TopicRules: Equatable, Sendable {
    /// The type of a value, numbered as in answers to DescribeConfigs.
    package enum ValueType: Int8, Sendable {
        case boolean = 1
        case string = 2
        case int = 3
        case long = 5
        case double = 6
        case list = 7
    }

    /// One name, its standard value, and what it means.
    package struct Setting: Sendable {
        package let name: String
        package let type: ValueType
        package let standard: String
        /// Puts a value into the rules; false for one that is none, or not honoured.
        fileprivate let apply: @Sendable (_ rules: inout TopicRules, _ value: String) -> Bool
    }

    /// How long records are kept; nil: for ever.
    package private(set) var retentionTime: Milliseconds?
    /// How large a log may be; nil: as large as it gets.
    package private(set) var retentionBytes: Int64?
    /// Whether old segments are deleted.
    package private(set) var deletes = true
    /// Whether of the records of a key only the newest stays.
    package private(set) var compacts = false
    /// How long a tombstone stays after compaction has met it.
    package private(set) var tombstoneTime: Milliseconds = 0
    /// How long a record stays uncompacted at least.
    package private(set) var compactionLag: Milliseconds = 0
    /// After how long a record is compacted, however little there is.
    package private(set) var longestLag: Milliseconds = .max
    /// How much of a log must have come since its last compaction for another, from 0 to 1.
    package private(set) var dirtyRatio = 0.5
    /// The size from which on a log gets another segment; memory sets a lower limit.
    package private(set) var segmentBytes = Int.max
    /// The largest batch that is taken.
    package private(set) var largestBatch = Int.max
    /// How many brokers must be in sync for an append that all of them are to acknowledge.
    package private(set) var leastInSync = 1
    /// Whether records get the broker's time in place of their producer's.
    package private(set) var stampsAppendTime = false
    /// What was given in place of the standard, by name.
    package private(set) var given: [String: String] = [:]

    /// The standard, which is Kafka's.
    package init() {
        for setting in Self.settings { _ = setting.apply(&self, setting.standard) }
    }

    package static let standard = TopicRules()

    /// The value of a name; nil for one that is not honoured.
    package subscript(name: String) -> String? {
        given[name] ?? Self.settings.first { $0.name == name }?.standard
    }

    /// Sets a value, nil for the standard; false, and nothing changes, for one that is not honoured.
    package mutating func set(_ name: String, _ value: String?) -> Bool {
        guard let setting = Self.settings.first(where: { $0.name == name }) else { return false }
        guard setting.apply(&self, value ?? setting.standard) else { return false }
        // What may have been compacted is known to be so for good: there may be gaps.
        given[name] = value ?? (name == "cleanup.policy" && given[name] != nil ? setting.standard : nil)
        return true
    }

    /// The same; returns what is wrong, in Kafka's words.
    package mutating func fault(_ name: String, _ value: String?) -> String? {
        guard Self.settings.contains(where: { $0.name == name }) else { return "Unknown topic config name: \(name)" }
        return set(name, value) ? nil : "Invalid value \(value ?? "") for configuration \(name)"
    }

    /// All that is honoured, and what changes nothing that a client could see, in the order of the names.
    package static let settings: [Setting] = (honoured + unseen).sorted { $0.name < $1.name }

    /// How Kafka keeps its files, or copies them: taken and remembered.
    private static let unseen: [Setting] = [
        unseen("file.delete.delay.ms", .long, "60000"), unseen("flush.messages", .long, "9223372036854775807"),
        unseen("flush.ms", .long, "9223372036854775807"), unseen("index.interval.bytes", .int, "4096"),
        unseen("preallocate", .boolean, "false"),
        unseen("segment.index.bytes", .int, "10485760"), unseen("segment.jitter.ms", .long, "0"),
        unseen("segment.ms", .long, "604800000"),
        unseen("unclean.leader.election.enable", .boolean, "false"),
    ]

    private static func unseen(_ name: String, _ type: ValueType, _ standard: String) -> Setting {
        Setting(name: name, type: type, standard: standard) { _, value in
            switch type {
            case .boolean: value == "true" || value == "false"
            case .double: Double(value) != nil
            case .int, .long: Int64(value) != nil
            case .string, .list: true
            }
        }
    }

    private static let honoured: [Setting] = [
        Setting(name: "cleanup.policy", type: .list, standard: "delete") { rules, value in
            let words = Set(value.split(separator: ",").map { String($0.filter { $0 != " " }) })
            guard !words.isEmpty, words.isSubset(of: ["delete", "compact"]) else { return false }
            (rules.deletes, rules.compacts) = (words.contains("delete"), words.contains("compact"))
            return true
        },
        Setting(name: "compression.type", type: .string, standard: "producer") { _, value in value == "producer" },
        Setting(name: "delete.retention.ms", type: .long, standard: "86400000") { rules, value in
            number(value, 0).map { rules.tombstoneTime = $0 } != nil
        },
        Setting(name: "max.compaction.lag.ms", type: .long, standard: "9223372036854775807") { rules, value in
            number(value, 1).map { rules.longestLag = $0 } != nil
        },
        Setting(name: "max.message.bytes", type: .int, standard: "1048588") { rules, value in
            number(value, 0, Int64(Int32.max)).map { rules.largestBatch = Int($0) } != nil
        },
        Setting(name: "message.timestamp.type", type: .string, standard: "CreateTime") { rules, value in
            guard value == "CreateTime" || value == "LogAppendTime" else { return false }
            rules.stampsAppendTime = value == "LogAppendTime"
            return true
        },
        Setting(name: "min.cleanable.dirty.ratio", type: .double, standard: "0.5") { rules, value in
            guard let ratio = Double(value), (0...1).contains(ratio) else { return false }
            rules.dirtyRatio = ratio
            return true
        },
        Setting(name: "min.compaction.lag.ms", type: .long, standard: "0") { rules, value in
            number(value, 0).map { rules.compactionLag = $0 } != nil
        },
        Setting(name: "min.insync.replicas", type: .int, standard: "1") { rules, value in
            number(value, 1, Int64(Int32.max)).map { rules.leastInSync = Int($0) } != nil
        },
        Setting(name: "retention.bytes", type: .long, standard: "-1") { rules, value in
            number(value, -1).map { rules.retentionBytes = $0 < 0 ? nil : $0 } != nil
        },
        // As of a Kafka with log.retention.ms=-1: what is tested with often carries times of long ago.
        Setting(name: "retention.ms", type: .long, standard: "-1") { rules, value in
            number(value, -1).map { rules.retentionTime = $0 < 0 ? nil : $0 } != nil
        },
        Setting(name: "segment.bytes", type: .int, standard: "1073741824") { rules, value in
            number(value, 14, Int64(Int32.max)).map { rules.segmentBytes = Int($0) } != nil
        },
    ]

    private static func number(_ text: String, _ least: Int64, _ most: Int64 = .max) -> Int64? {
        Int64(text).flatMap { (least...most).contains($0) ? $0 : nil }
    }
}
