// The keys of a scenario's load: where records go, what they are made of, and in which transactions they come.
internal import Harness

extension ScenarioKeys {
    /// The keys below `load`.
    static let load: [ScenarioKey] = [
        .init(
            "weights", .list(.integer(ScenarioLimits.weight)),
            "A partition's part of the records, one number for each; 0: an empty partition."),
        .init(
            "keys", .either([.choice(LoadSettings.Keys.words), .mapping(keys)]), default: "none",
            "none, unique: one for each record, or skewed: few keys, one of them with a share of its own."),
        .init("tombstones", .percent, default: "0%", "The share of records whose value is null; they need keys."),
        .init(
            "record-bytes",
            .either([.integer(ScenarioLimits.loadBytes), .mapping(range), .list(.mapping(histogram))]),
            "Bytes of each value: a number, a range, or a histogram."),
        .init("values-from", .text, "A file whose lines are the values, again from the first when they are used up."),
        .init("headers", .named(.text), "Headers of every record, by name."),
        .init("transactions", .mapping(transactions), "Records come in transactions, some of which are aborted."),
        .init(
            "rate", .integer(ScenarioLimits.limitRecords),
            "Records a second that arrive while the engine runs; left out: all are there before."),
    ]

    /// The keys below `load.keys`.
    static let keys: [ScenarioKey] = [.init("skewed", .mapping(skew), required: true, "Few keys, one of them hot.")]

    /// The keys below `load.keys.skewed`.
    static let skew: [ScenarioKey] = [
        .init("count", .integer(ScenarioLimits.keyCount), required: true, "How many keys there are."),
        .init("share", .percent, required: true, "The share of the records that have the first key; the rest is even."),
    ]

    /// The keys of a range in `load.record-bytes`.
    static let range: [ScenarioKey] = [
        .init("min", .integer(ScenarioLimits.loadBytes), required: true, "Fewest bytes."),
        .init("max", .integer(ScenarioLimits.loadBytes), required: true, "Most bytes."),
    ]

    /// The keys of an element of a histogram in `load.record-bytes`.
    static let histogram: [ScenarioKey] = [
        .init("bytes", .integer(ScenarioLimits.loadBytes), required: true, "Bytes of a value."),
        .init("weight", .integer(ScenarioLimits.weight), required: true, "How often, against the others."),
    ]

    /// The keys below `load.transactions`.
    static let transactions: [ScenarioKey] = [
        .init("records", .integer(ScenarioLimits.transactionRecords), required: true, "Records of a transaction."),
        .init("aborted", .percent, default: "0%", "The share of the transactions that are aborted: 0% to 90%."),
    ]
}
