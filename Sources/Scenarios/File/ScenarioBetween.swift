// How a scenario file says what happens at the broker between the death of a worker and its next life.
internal import Engine
internal import Harness
internal import Ingestion
internal import World

extension ScenarioFile {
    /// Reads the list under `between`.
    static func between(_ value: YAMLValue) throws(ScenarioError) -> [BrokerEvent] {
        var events: [BrokerEvent] = []
        for element in try value.elements() { events.append(try event(element)) }
        return events
    }

    /// Gives the list at the top to every run that dies and says nothing of its own.
    static func shareBetween(
        _ top: YAMLMapping, with runs: inout [Scenario.Run], _ experiment: ExperimentKind?
    ) throws(ScenarioError) {
        if let experiment, let value = top["experiment"],
            top["between"] != nil || runs.contains(where: { !$0.between.isEmpty })
        {
            throw value.error(
                .impossibleValue, "the experiment \(experiment.rawValue) says by itself what happens between two lives",
                fix: "remove between, or write runs in place of the experiment")
        }
        guard let value = top["between"] else { return }
        let events = try between(value)
        let dying = runs.indices.filter {
            runs[$0].between.isEmpty && runs[$0].stop == nil && runs[$0].crashes.first?.point.isDeath == true
                && runs[$0].strategy.hasOutput
        }
        guard !dying.isEmpty else {
            throw value.error(
                .impossibleValue, "no run has a first death for this to happen after, and nothing of its own",
                fix: "give a run a crash, or remove between")
        }
        for index in dying { runs[index].between = events }
    }

    /// An event: a name, or a mapping with one name and what it takes.
    private static func event(_ value: YAMLValue) throws(ScenarioError) -> BrokerEvent {
        guard value.isMapping else {
            switch try value.text() {
            case BrokerEvent.topicAnew.name: return .topicAnew
            case BrokerEvent.forgetOffsets.name: return .forgetOffsets
            case let word:
                throw value.error(
                    BrokerEvent.names.contains(word) ? .missingKey : .unknownName,
                    BrokerEvent.names.contains(word)
                        ? "\(word) does not say how much" : "no event is called '\(word)'",
                    fix: BrokerEvent.names.contains(word)
                        ? "write it as a mapping: \(example(of: word))"
                        : Suggestion.fix(for: word, among: BrokerEvent.names, as: "events"))
            }
        }
        let mapping = try value.mapping(known: ScenarioKeys.event, kind: "events")
        guard mapping.values.count == 1, let (name, detail) = mapping.values.first else {
            throw value.error(
                .impossibleValue, "\(mapping.values.count) events in one element",
                fix: "begin each event with '- ': they happen one after the other")
        }
        switch name {
        case "retention":
            let keys = try detail.mapping(known: ScenarioKeys.retention)
            return .retention(keep: Int64(try keys.required("keep").integer(in: ScenarioLimits.eventOffsets)))
        case "delete-records":
            let keys = try detail.mapping(known: ScenarioKeys.deletion)
            return .deleteRecords(
                partition: Partition(try keys.required("partition").integer(in: ScenarioLimits.partitionNumber)),
                before: Offset(try keys.required("before").integer(in: ScenarioLimits.eventOffsets)))
        case "move-offsets":
            let keys = try detail.mapping(known: ScenarioKeys.move)
            let distance = try keys.required("by")
            let by = try distance.integer(in: ScenarioLimits.offsetDistance)
            guard by != 0 else {
                throw distance.error(
                    .impossibleValue, "offsets that are moved by 0 stay where they are",
                    fix: "write a number below 0 to go back, above 0 to go on")
            }
            let partition = try keys["partition"]?.integer(in: ScenarioLimits.partitionNumber)
            return .moveOffsets(partition: partition.map { Partition($0) }, by: Offset(by))
        default: return .addPartitions(try detail.integer(in: ScenarioLimits.addedPartitions))
        }
    }

    private static func example(of name: String) -> String {
        switch name {
        case "retention": "retention: {keep: 500}"
        case "delete-records": "delete-records: {partition: 0, before: 1200}"
        case "move-offsets": "move-offsets: {by: -100}"
        default: "\(name): 2"
        }
    }
}
