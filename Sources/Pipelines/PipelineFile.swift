// Reads a pipeline file: YAML text in, a checked pipeline or one precise refusal out.
internal import BrokerScript
internal import Foundation
package import Harness
internal import Results

/// Reads pipelines from YAML.
package enum PipelineFile {
    private static let keys = [
        "pipeline", "version", "setup", "command", "env", "input", "output", "identity", "offsets", "guarantee",
        "drain", "kill",
        "script",
    ]

    /// The kinds of output.
    private static let kinds = ["files", "topic", "sqlite", "command"]

    private enum Answer: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    /// Who keeps the offsets.
    private enum OffsetOwner: String, CaseIterable { case group, elsewhere }

    /// Reads the pipeline in the file at `path`, in whose folder its commands start.
    ///
    /// - Throws: ``ScenarioError``, also when there is no such file.
    package static func read(_ path: String) throws(ScenarioError) -> Pipeline {
        let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
        return try pipeline(in: YAMLValue.root(ofFile: path), folder: folder)
    }

    /// Reads the pipeline in `text`; `file` is what errors call it.
    ///
    /// - Throws: ``ScenarioError``.
    package static func parse(_ text: String, file: String, folder: String) throws(ScenarioError) -> Pipeline {
        try pipeline(in: YAMLValue.root(of: text, file: file), folder: folder)
    }

    private static func pipeline(in root: YAMLValue, folder: String) throws(ScenarioError) -> Pipeline {
        let top = try root.mapping(known: keys)
        var pipeline = Pipeline(
            name: try top.required("pipeline").text(), folder: folder, command: try words(top.required("command")))
        pipeline.version = try top["version"].map(words)
        if let setup = top["setup"] {
            guard setup.isList else {
                throw setup.error(.wrongType, "it is not a list of commands", fix: "begin each command with '- '")
            }
            for command in try setup.elements() { pipeline.setup.append(try words(command)) }
        }
        for (name, value) in try top["env"]?.mapping().values ?? [] {
            pipeline.environment.append((name, try filled(value)))
        }
        if let input = top["input"] { pipeline.load = try load(input) }
        if let output = top["output"] {
            let mapping = try output.mapping(known: kinds + ["query", "read-committed", "ignore"])
            pipeline.output = try self.output(mapping, of: output)
            pipeline.reading.ignored = try mapping["ignore"].map(pattern)
        }
        if let identity = top["identity"] { pipeline.reading.identity = try self.identity(identity) }
        let owner = try top["offsets"]?.name(of: "keeper of offsets", "keepers of offsets", as: OffsetOwner.self)
        pipeline.offsetsAreGroups = owner != .elsewhere
        pipeline.guarantee =
            try top["guarantee"]?.name(of: "guarantee", "guarantees", as: PipelineGuarantee.self) ?? .atLeastOnce
        if let drain = top["drain"] { pipeline.drain = try self.drain(drain) }
        if let script = top["script"] {
            pipeline.script = try script.elements().map { event throws(ScenarioError) in try words(ofEvent: event) }
        }
        if let kill = top["kill"] { try addKills(kill, to: &pipeline) }
        return pipeline
    }

    /// A command: a list of words, or a line for the shell.
    private static func words(_ value: YAMLValue) throws(ScenarioError) -> [String] {
        guard value.isList else { return ["sh", "-c", try filled(value)] }
        var words: [String] = []
        for word in try value.elements() { words.append(try filled(word)) }
        return words
    }

    /// A text whose placeholders are all known.
    private static func filled(_ value: YAMLValue) throws(ScenarioError) -> String {
        let text = try value.text()
        if let unknown = Placeholders.unknown(in: text).first {
            throw value.error(
                .unknownName, "there is no placeholder {\(unknown)}",
                fix: "use {bootstrap}, {topic}, {output-topic}, {group}, {output} or {state}")
        }
        return text
    }

    /// The words of an event of the broker's, which mean something with the names of a run.
    private static func words(ofEvent event: YAMLValue) throws(ScenarioError) -> EventWords {
        do throws(WordError) {
            let words = try event.eventWords()
            _ = try BrokerHost.events([words], topic: "topic", group: "group")
            return words
        } catch {
            throw event.translate(error)
        }
    }

    private static func output(
        _ mapping: YAMLMapping, of value: YAMLValue
    ) throws(ScenarioError) -> PipelineOutput {
        let named = kinds.filter { mapping[$0] != nil }
        guard named.count <= 1 else {
            throw value.error(
                .impossibleValue, "it is at several places: \(named.joined(separator: ", "))", fix: "name one of them")
        }
        let kind = named.first ?? "files"
        for (key, owner) in [("query", "sqlite"), ("read-committed", "topic")] where kind != owner {
            guard let stray = mapping[key] else { continue }
            throw stray.error(.impossibleValue, "'\(key)' goes with '\(owner)' only", fix: "leave it out")
        }
        switch kind {
        case "topic":
            let topic = try filled(mapping.required("topic"))
            guard topic.contains("{output-topic}") else {
                throw value.error(
                    .impossibleValue, "the topic '\(topic)' would be the same in each run",
                    fix: "write '{output-topic}', which is made for each run, and let the pipeline write to it")
            }
            let isCommitted = try mapping["read-committed"]?.name(of: "answer", "answers", as: Answer.self)
            return .topic(topic, isCommitted: isCommitted != .no)
        case "sqlite":
            return .sqlite(try filled(mapping.required("sqlite")), query: try filled(mapping.required("query")))
        case "command": return .command(try words(mapping.required("command")))
        default: return .files(try mapping["files"].map(filled) ?? Placeholders.output)
        }
    }

    private static func load(_ value: YAMLValue) throws(ScenarioError) -> PipelineLoad {
        let mapping = try value.mapping(known: [
            "records", "partitions", "record-bytes", "batch-records", "trim", "lockstep",
        ])
        var load = PipelineLoad()
        load.records = try mapping["records"]?.integer(in: PipelineLimits.records) ?? load.records
        load.partitions = try mapping["partitions"]?.integer(in: ScenarioLimits.partitions) ?? load.partitions
        load.recordBytes = try mapping["record-bytes"]?.integer(in: PipelineLimits.recordBytes) ?? load.recordBytes
        load.batchRecords = try mapping["batch-records"]?.integer(in: PipelineLimits.batchRecords) ?? load.batchRecords
        load.trims = try mapping["trim"]?.name(of: "answer", "answers", as: Answer.self) == .yes
        load.isInLockstep = try mapping["lockstep"]?.name(of: "answer", "answers", as: Answer.self) == .yes
        return load
    }

    private static func identity(_ value: YAMLValue) throws(ScenarioError) -> RowIdentity {
        guard value.isMapping else {
            guard try value.text() == "value" else {
                throw value.error(
                    .unknownName, "it is not 'value', and names no place in a row",
                    fix: "write 'value', or one of json, column and pattern")
            }
            return .token
        }
        let mapping = try value.mapping(known: ["json", "column", "pattern"])
        guard mapping.values.count == 1, let (key, place) = mapping.values.first else {
            throw value.error(.impossibleValue, "it names several places", fix: "write one of json, column and pattern")
        }
        switch key {
        case "json": return .json(try place.text().split(separator: ".").map(String.init))
        case "column": return .column(try place.integer(in: 1...10_000))
        default: return .pattern(try pattern(place))
        }
    }

    private static func pattern(_ value: YAMLValue) throws(ScenarioError) -> RowPattern {
        let text = try value.text()
        guard let pattern = RowPattern(text) else {
            throw value.error(.syntax, "'\(text)' is no regular expression", fix: "write one, in single quotes")
        }
        return pattern
    }

    private static func drain(_ value: YAMLValue) throws(ScenarioError) -> DrainLimits {
        let mapping = try value.mapping(known: ["quiet-ms", "commit-ms", "timeout-s", "stop-s"])
        var drain = DrainLimits()
        let milliseconds = 0...3_600_000
        drain.quietMilliseconds = try mapping["quiet-ms"]?.integer(in: milliseconds) ?? drain.quietMilliseconds
        drain.commitMilliseconds = try mapping["commit-ms"]?.integer(in: milliseconds) ?? drain.commitMilliseconds
        drain.timeoutSeconds = try mapping["timeout-s"]?.integer(in: 1...86_400) ?? drain.timeoutSeconds
        drain.stopSeconds = try mapping["stop-s"]?.integer(in: 0...3_600) ?? drain.stopSeconds
        return drain
    }

    private static func addKills(_ value: YAMLValue, to pipeline: inout Pipeline) throws(ScenarioError) {
        let mapping = try value.mapping(known: ["points", "occurrences", "command", "docker"])
        if let command = mapping["command"] { pipeline.killer = try words(command) }
        if let container = mapping["docker"] {
            guard pipeline.killer == nil else {
                throw container.error(.impossibleValue, "'docker' goes beside no 'command'", fix: "name one of them")
            }
            pipeline.killer = ["docker", "kill", try filled(container)]
        }
        for point in try mapping["points"]?.elements() ?? [] {
            let text = try point.text()
            do throws(Diagnosis) {
                if PipelineTrial.moment(named: text) == nil { _ = try PipelineTrigger(text) }
            } catch {
                throw point.error(.unknownName, error.cause, fix: error.fix)
            }
            pipeline.points.append(text)
        }
        guard let occurrences = mapping["occurrences"] else { return }
        pipeline.occurrences = []
        for word in try occurrences.elements() {
            guard let occurrence = Occurrence(try word.text()) else {
                throw word.error(
                    .unknownName, "it is no occurrence", fix: "write first, middle, last, all or a number from 1 on")
            }
            pipeline.occurrences.append(occurrence)
        }
    }
}

/// What a pipeline file's numbers may be.
package enum PipelineLimits {
    package static let records = 1...10_000_000
    package static let recordBytes = PipelineLoad.leastBytes...1_000_000
    package static let batchRecords = 1...100_000
}
