// Reads a scenario file: YAML text in, a checked scenario or one precise refusal out.
internal import Engine
internal import Foundation
public import Harness
internal import Ingestion
internal import Judgement

/// Reads scenarios from YAML.
public enum ScenarioFile {
    /// Reads the scenario in the file at `path`.
    ///
    /// - Throws: ``ScenarioError``, also when there is no such file.
    public static func read(_ path: String) throws(ScenarioError) -> Scenario {
        try scenario(in: YAMLValue.root(ofFile: path), file: path)
    }

    /// Reads the scenario in `text`; `file` is what errors call it, and its last part must agree with the name.
    ///
    /// - Throws: ``ScenarioError``.
    public static func parse(_ text: String, file: String) throws(ScenarioError) -> Scenario {
        try scenario(in: YAMLValue.root(of: text, file: file), file: file)
    }

    private static func scenario(in root: YAMLValue, file: String) throws(ScenarioError) -> Scenario {
        let top = try root.mapping(known: ScenarioKeys.top)
        let number = { (key: String, range: ClosedRange<Int>, standard: Int) throws(ScenarioError) -> Int in
            try top[key]?.integer(in: range) ?? standard
        }
        let experiment = try top["experiment"]?.name(
            of: "experiment", "experiments", as: ExperimentKind.self)
        let job = try top["job"]?.name(of: "job", "jobs", as: Job.self) ?? .identity
        var runs: [Scenario.Run] = []
        let store = try top["offset-store"]?.offsetStore()
        // An experiment decides by itself what runs.
        if let list = experiment == nil ? try top.required("runs") : top["runs"] {
            for element in try list.elements() { runs.append(try run(element, job: job, store)) }
        }
        try shareBetween(top, with: &runs, experiment)
        try shareScript(top, with: &runs, experiment)
        var fidelities: [Fidelity] = []
        for element in try top["fidelities"]?.elements() ?? [] { fidelities.append(try fidelity(element)) }
        let strategies = try names(top["strategies"], of: "strategy", "strategies", as: Strategy.self)
        let sinks = try names(top["sinks"], of: "sink", "sinks", as: SinkKind.self)
        let partitions = try top.required("partitions").integer(in: ScenarioLimits.partitions)
        let load = try top["load"].map { value throws(ScenarioError) in try self.load(value, partitions: partitions) }
        var scenario = Scenario(
            name: try name(top.required("name"), file: file),
            summary: try top.required("summary").text(),
            explanation: trimmed(try top["explanation"]?.text() ?? ""),
            records: try top.required("records").integer(in: ScenarioLimits.records),
            partitions: partitions, recordBytes: try recordBytes(top, load),
            cuts: try cuts(top),
            groupCommitBlocks: try number("group-commit-blocks", ScenarioLimits.groupCommitBlocks, 1),
            walCompressionLevel: try top["wal-compression"].flatMap(compression),
            checkpointLagTasks: try number("checkpoint-lag-tasks", ScenarioLimits.checkpointLagTasks, 0),
            fidelity: try top["fidelity"].map(fidelity) ?? .sound,
            autoCommitBlocks: try number("auto-commit-blocks", ScenarioLimits.autoCommitBlocks, 10),
            onDataLoss: try top["on-data-loss"]?.name(
                of: "way to meet data loss", "ways to meet data loss", as: DataLossPolicy.self) ?? .fail,
            membership: try membership(top),
            limits: try limits(top),
            tasks: try tasks(top),
            programVersion: try number("program-version", ScenarioLimits.programVersion, 1),
            seed: UInt64(try number("seed", ScenarioLimits.seed, 1)),
            runs: runs, experiment: experiment, strategies: strategies, sinks: sinks,
            fidelities: fidelities, claim: try top["claim"].map(claim), job: job)
        scenario.client = try top["client"]?.name(of: "client", "clients", as: ClientKind.self) ?? .librdkafka
        scenario.arrivals = try number("arrivals", ScenarioLimits.arrivals, 0)
        scenario.restartBatch =
            try top["restart-batch"]?.name(of: "restart batch", "restart batches", as: Outage.RestartBatch.self)
            ?? .limited
        scenario.reset = try top["reset"]?.name(of: "reset", "resets", as: Outage.Reset.self) ?? .earliest
        scenario.taskAttempts = try number("task-attempts", ScenarioLimits.taskAttempts, 4)
        scenario.startTimestamp = try top["start-timestamp"]?.timestamp()
        if let load, let value = top["load"] { try refuseImpossible(load, value, of: scenario) }
        scenario.load = load
        if scenario.startTimestamp != nil, let value = top["start-timestamp"] {
            try refuseImpossibleStart(value, of: scenario)
        }
        scenario.commitIntervalMilliseconds = try commitInterval(top, scenario)
        return scenario
    }

    /// The bytes of each value; where the load says what values are, those of a value on average.
    private static func recordBytes(_ top: YAMLMapping, _ load: LoadSettings?) throws(ScenarioError) -> Int {
        guard load?.sizes != nil || load?.lines != nil else {
            return try top.required("record-bytes").integer(in: ScenarioLimits.recordBytes)
        }
        if let value = top["record-bytes"] {
            throw value.error(
                .impossibleValue, "the load says already what values are", fix: "remove record-bytes here, or from load"
            )
        }
        return load?.meanBytes ?? 0
    }

    private static func names<Named: RawRepresentable & CaseIterable>(
        _ value: YAMLValue?, of kind: String, _ plural: String, as type: Named.Type
    ) throws(ScenarioError) -> [Named] where Named.RawValue == String {
        var names: [Named] = []
        for element in try value?.elements() ?? [] { names.append(try element.name(of: kind, plural, as: type)) }
        return names
    }

    private static func claim(_ value: YAMLValue) throws(ScenarioError) -> ClaimStatement {
        let mapping = try value.mapping(known: ScenarioKeys.claim)
        let id = try mapping.required("id")
        let name = try id.text()
        guard ClaimCatalogue.text(of: name) != nil else {
            throw id.error(
                .unknownName, "no claim is called '\(name)'",
                fix: Suggestion.fix(for: name, among: ClaimCatalogue.ids, as: "claims"))
        }
        guard let condition = mapping["holds-when"] else { return ClaimStatement(id: name, conditions: []) }
        let text = try condition.text()
        guard let conditions = ClaimCondition.parse(text) else {
            throw condition.error(
                .impossibleValue, "'\(text)' is no condition", fix: ClaimCondition.fix)
        }
        return ClaimStatement(id: name, conditions: conditions)
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

    private static func name(_ value: YAMLValue, file: String) throws(ScenarioError) -> String {
        let name = try value.text()
        // The name becomes part of a folder's name, and of commands.
        guard name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }) else {
            throw value.error(
                .impossibleValue, "'\(name)' is no name",
                fix: "use only small letters, digits and '-'")
        }
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        guard name == stem else {
            throw value.error(
                .impossibleValue, "'\(name)' is not the name of the file",
                fix: "write 'name: \(stem)' or call the file \(name).yaml")
        }
        return name
    }

    static func cuts(_ top: YAMLMapping) throws(ScenarioError) -> Scenario.Cuts {
        let byTime = top["block-interval-ms"] ?? top["batch-interval-ms"]
        if top["block-records"] == nil, top["batch-records"] == nil, byTime != nil {
            return .time(
                blockMilliseconds: try top.required("block-interval-ms").integer(
                    in: ScenarioLimits.intervalMilliseconds),
                batchMilliseconds: try top.required("batch-interval-ms").integer(
                    in: ScenarioLimits.intervalMilliseconds))
        }
        if let byTime {
            throw byTime.error(
                .impossibleValue, "blocks and batches are cut by count already",
                fix: "keep either block-records and batch-records or block-interval-ms and batch-interval-ms")
        }
        let block = try top.required("block-records").integer(in: ScenarioLimits.blockRecords)
        let batchValue = try top.required("batch-records")
        let batch = try batchValue.integer(in: ScenarioLimits.batchRecords)
        guard batch >= block else {
            throw batchValue.error(
                .impossibleValue, "a batch of \(batch) records cannot hold one block of \(block)",
                fix: "make batch-records at least \(block)")
        }
        return .count(block: block, batch: batch)
    }

    private static func compression(_ value: YAMLValue) throws(ScenarioError) -> Int? {
        let text = try value.text()
        if text == "none" { return nil }
        let range = ScenarioLimits.compressionLevel
        guard text.hasPrefix("zstd:"), let level = Int(text.dropFirst("zstd:".count)), range.contains(level) else {
            throw value.error(
                .impossibleValue, "'\(text)' is no compression",
                fix: "write none, or zstd:LEVEL with a level from \(range.lowerBound) to \(range.upperBound)")
        }
        return level
    }

    private static func fidelity(_ value: YAMLValue) throws(ScenarioError) -> Fidelity {
        let text = try value.text()
        guard let fidelity = Fidelity(named: text) else {
            throw value.error(.impossibleValue, "'\(text)' is no fidelity", fix: Fidelity.fix)
        }
        return fidelity
    }

    private static func run(
        _ value: YAMLValue, job: Job, _ store: OffsetStoreKind?
    ) throws(ScenarioError) -> Scenario.Run {
        let mapping = try value.mapping(known: ScenarioKeys.run)
        let strategy = try mapping.required("strategy").name(of: "strategy", "strategies", as: Strategy.self)
        let crashes = try mapping["crash"]?.crashes() ?? []
        let own = try mapping["offset-store"]?.offsetStore()
        if own != nil, !strategy.commitsOffsets, let key = mapping["offset-store"] {
            throw key.error(
                .impossibleValue, "\(strategy.rawValue) commits no offsets: it keeps them itself",
                fix: "remove offset-store from this run")
        }
        let (stop, stopAt) = try stopping(mapping, strategy)
        guard strategy.hasOutput else {
            if let expect = mapping["expect"] {
                throw expect.error(
                    .impossibleValue, "raw has no sink: it drops what it polls", fix: "remove expect from this run")
            }
            if let between = mapping["between"] {
                throw between.error(
                    .impossibleValue, "raw has no second life that goes on from anywhere",
                    fix: "remove between from this run")
            }
            return Scenario.Run(strategy: strategy, sinks: [], crashes: crashes)
        }
        let expect = try mapping.required("expect")
        // A state stands in for a sink that takes every offset once.
        let known = job.keepsState ? ["state"] : SinkKind.allCases.map(\.rawValue)
        let sinks = try expect.mapping(known: known, kind: "sinks")
        guard !sinks.values.isEmpty else {
            throw expect.error(.impossibleValue, "no sink is named", fix: "name at least one sink, such as append")
        }
        var expectations: [Scenario.Expectation] = []
        for (name, value) in sinks.values {
            guard let sink = job.keepsState ? .offsetKeyed : SinkKind(rawValue: name) else { continue }
            guard job.keepsState || strategy.canWrite(to: sink) else {
                throw value.error(
                    .impossibleValue, "\(strategy.rawValue) cannot write to \(name): it keeps its offsets in the sink",
                    fix: "use the sink transactional with it, or another strategy with this sink")
            }
            if !value.isMapping, try value.text() == Scenario.Expectation.refused {
                var refusal = Scenario.Expectation(sink: sink, duplicates: SymbolSum(), lost: SymbolSum())
                refusal.isRefusal = true
                expectations.append(refusal)
                continue
            }
            let counts = try value.mapping(known: ScenarioKeys.counts)
            expectations.append(
                Scenario.Expectation(
                    sink: sink, duplicates: try counts.required("duplicates").sum(),
                    lost: try counts.required("lost").sum()))
        }
        var run = Scenario.Run(
            strategy: strategy, sinks: expectations, crashes: crashes,
            offsetStore: strategy.commitsOffsets ? own ?? store ?? .kafka : .kafka)
        run.damage = try mapping["damage"]?.name(of: "damage", "damages", as: Damage.self)
        (run.stop, run.stopAt) = (stop, stopAt)
        run.crashAfterMilliseconds = try crashAfter(mapping)
        run.between = try mapping["between"].map(between) ?? []
        run.script = try mapping["script"].map(script) ?? []
        run.failures = try mapping["failures"]?.integer(in: ScenarioLimits.taskAttempts) ?? 1
        return run
    }
}
