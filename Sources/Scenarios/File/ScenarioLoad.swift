// How a scenario file says that its load is of another shape.
internal import Engine
internal import Evidence
internal import Foundation
public import Harness
internal import World

/// Files that hold a load and nothing else: what `--load` names.
public enum LoadFile {
    /// Reads the file at `path`: a mapping with the key `load`, as in a scenario. `partitions` is what its weights have to
    /// agree with.
    ///
    /// - Throws: ``ScenarioError``.
    public static func read(_ path: String, partitions: Int) throws(ScenarioError) -> LoadSettings {
        let top = try YAMLValue.root(ofFile: path).mapping(known: ["load"])
        return try ScenarioFile.load(top.required("load"), partitions: partitions)
    }
}

extension ScenarioFile {
    /// Reads the mapping under `load`; `partitions` is what weights have to agree with, nil where that is not known.
    static func load(_ value: YAMLValue, partitions: Int?) throws(ScenarioError) -> LoadSettings {
        let keys = try value.mapping(known: ScenarioKeys.load)
        var load = LoadSettings()
        load.weights = try keys["weights"].map { value throws(ScenarioError) in try weights(value, partitions) }
        load.keys = try keys["keys"].map(recordKeys) ?? .none
        load.tombstonePercent = try keys["tombstones"]?.percent(in: 0...100) ?? 0
        load.sizes = try keys["record-bytes"].map(sizes)
        load.lines = try keys["values-from"].map(lines)
        load.headers = try keys["headers"].map(headers) ?? []
        load.transactions = try keys["transactions"].map(transactions)
        load.rate = try keys["rate"]?.integer(in: ScenarioLimits.limitRecords)
        if load.tombstonePercent > 0, load.keys == .none, let tombstones = keys["tombstones"] {
            throw tombstones.error(
                .impossibleValue, "a record with neither key nor value says nothing",
                fix: "add 'keys: unique' or skewed keys, or remove tombstones")
        }
        if load.lines != nil, let bytes = keys["record-bytes"] {
            throw bytes.error(
                .impossibleValue, "the values' sizes are those of the lines of values-from",
                fix: "remove record-bytes from load, or values-from")
        }
        return load
    }

    private static func weights(_ value: YAMLValue, _ partitions: Int?) throws(ScenarioError) -> [Int] {
        var weights: [Int] = []
        for element in try value.elements() { weights.append(try element.integer(in: ScenarioLimits.weight)) }
        if let partitions, weights.count != partitions {
            throw value.error(
                .impossibleValue, "\(weights.count) weights for \(partitions) partitions",
                fix: "give one weight for each partition, 0 for one that stays empty")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw value.error(
                .impossibleValue, "no partition gets any record", fix: "give at least one partition a weight above 0")
        }
        let sum = weights.reduce(0, +)
        guard sum <= LoadPattern.largestSumOfWeights else {
            throw value.error(
                .impossibleValue,
                "the weights are \(sum) together, and \(LoadPattern.largestSumOfWeights) are the most",
                fix: "give smaller numbers: only their ratios count")
        }
        // Who comes next is worked out for a whole round of records, looking at every partition for each.
        let round = weights.reduce(0, greatestCommonDivisor)
        guard sum / max(1, round) * weights.count <= ScenarioLimits.roundSteps else {
            throw value.error(
                .impossibleValue,
                "\(weights.count) weights that are \(sum) together are too fine to be worked out",
                fix: "give smaller numbers: only their ratios count")
        }
        return weights
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        second == 0 ? first : greatestCommonDivisor(second, first % second)
    }

    private static func recordKeys(_ value: YAMLValue) throws(ScenarioError) -> LoadSettings.Keys {
        guard value.isMapping else {
            switch try value.text() {
            case "none": return .none
            case "unique": return .unique
            case let word:
                throw value.error(
                    .unknownName, "no kind of keys is called '\(word)'",
                    fix: "write none, unique, or {skewed: {count: N, share: P%}}")
            }
        }
        let skewed = try value.mapping(known: ScenarioKeys.keys).required("skewed")
        let keys = try skewed.mapping(known: ScenarioKeys.skew)
        return .skewed(
            count: try keys.required("count").integer(in: ScenarioLimits.keyCount),
            hotPercent: try keys.required("share").percent(in: 0...100))
    }

    private static func sizes(_ value: YAMLValue) throws(ScenarioError) -> LoadSettings.Sizes {
        if value.isMapping {
            let keys = try value.mapping(known: ScenarioKeys.range)
            let least = try keys.required("min").integer(in: ScenarioLimits.loadBytes)
            let largest = try keys.required("max")
            let most = try largest.integer(in: ScenarioLimits.loadBytes)
            guard least <= most else {
                throw largest.error(
                    .impossibleValue, "at most \(most) bytes are less than at least \(least)",
                    fix: "make max at least \(least)")
            }
            return .range(least...most)
        }
        guard value.isList else { return .fixed(try value.integer(in: ScenarioLimits.loadBytes)) }
        var bins: [LoadSettings.Sizes.Bin] = []
        for element in try value.elements() {
            let keys = try element.mapping(known: ScenarioKeys.histogram)
            bins.append(
                .init(
                    bytes: try keys.required("bytes").integer(in: ScenarioLimits.loadBytes),
                    weight: try keys.required("weight").integer(in: ScenarioLimits.weight)))
        }
        guard bins.contains(where: { $0.weight > 0 }) else {
            throw value.error(
                .impossibleValue, "no size ever comes", fix: "give at least one element a weight above 0")
        }
        return .histogram(bins)
    }

    private static func headers(_ value: YAMLValue) throws(ScenarioError) -> [LoadSettings.Header] {
        var headers: [LoadSettings.Header] = []
        for (name, value) in try value.mapping().values {
            guard name != RecordContents.identityHeader else {
                throw value.error(
                    .impossibleValue, "\(name) is the header in which kbench says which record it is",
                    fix: "give the header another name")
            }
            headers.append(.init(name: name, value: try value.text()))
        }
        guard !headers.isEmpty else {
            throw value.error(
                .impossibleValue, "no header is named", fix: "write 'NAME: VALUE' there, or remove headers")
        }
        return headers
    }

    private static func transactions(_ value: YAMLValue) throws(ScenarioError) -> LoadSettings.Transactions {
        let keys = try value.mapping(known: ScenarioKeys.transactions)
        return .init(
            records: try keys.required("records").integer(in: ScenarioLimits.transactionRecords),
            abortedPercent: try keys["aborted"]?.percent(in: ScenarioLimits.abortedPercent) ?? 0)
    }

    /// The lines of a file; its path is seen from the folder of the file that names it.
    private static func lines(_ value: YAMLValue) throws(ScenarioError) -> LoadSettings.Lines {
        let name = try value.text()
        let folder = URL(fileURLWithPath: value.file).deletingLastPathComponent()
        let url = name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appendingPathComponent(name)
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int else {
            throw value.error(.unreadable, "'\(name)' is no file", fix: "name a file of lines, seen from this one")
        }
        guard size <= ScenarioLimits.valueFileBytes else {
            throw value.error(
                .impossibleValue, "'\(name)' has \(size) bytes, and \(ScenarioLimits.valueFileBytes) are the most",
                fix: "take a part of it: the lines are used again and again")
        }
        guard let data = try? Data(contentsOf: url) else {
            throw value.error(
                .unreadable, "'\(name)' cannot be read", fix: "check that you may read it")
        }
        var values = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        // What ends with a line's end has no further line behind it.
        if values.last?.isEmpty == true { values.removeLast() }
        guard !values.isEmpty else {
            throw value.error(.impossibleValue, "'\(name)' has no lines", fix: "give it at least one")
        }
        if let long = values.firstIndex(where: { $0.count > ScenarioLimits.loadBytes.upperBound }) {
            throw value.error(
                .impossibleValue,
                "line \(long + 1) of '\(name)' has \(values[long].count) bytes, and "
                    + "\(ScenarioLimits.loadBytes.upperBound) are the most", fix: "leave that line out")
        }
        return .init(path: name, values: values)
    }

    /// Refuses a beginning at a moment where nothing is known of it beforehand.
    static func refuseImpossibleStart(_ value: YAMLValue, of scenario: Scenario) throws(ScenarioError) {
        let other =
            scenario.load?.rate != nil
            ? "load.rate" : scenario.arrivals > 0 ? "arrivals" : scenario.experiment.map { "experiment \($0.rawValue)" }
        guard let other else { return }
        throw value.error(
            .impossibleValue, "where a run begins is looked up once, when all of its records are there",
            fix: "remove \(other), or start-timestamp")
    }

    /// Refuses what a scenario and its load cannot both be.
    static func refuseImpossible(_ load: LoadSettings, _ value: YAMLValue, of scenario: Scenario) throws(ScenarioError)
    {
        if load.rate != nil, scenario.arrivals > 0 {
            throw value.error(
                .impossibleValue, "records that arrive at a rate do so all the time, also after a crash",
                fix: "remove arrivals, or load.rate")
        }
        if load.transactions != nil, scenario.records > ScenarioLimits.recordsInTransactions {
            throw value.error(
                .impossibleValue,
                "where each of \(scenario.records) records in transactions lies is more than can be worked out",
                fix: "use at most \(ScenarioLimits.recordsInTransactions) records")
        }
        if let experiment = scenario.experiment {
            throw value.error(
                .impossibleValue, "the experiment \(experiment.rawValue) makes its own records, evenly spread",
                fix: "remove load, or write runs in place of the experiment")
        }
    }
}
