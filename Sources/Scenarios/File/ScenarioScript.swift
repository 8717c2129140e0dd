// How a scenario file says what happens at the broker while a run's workers live.
internal import BrokerScript
internal import Harness
internal import Ingestion

extension ScenarioFile {
    /// Reads the list under `script`: the words of a broker's script, in which topic and group are the run's own.
    static func script(_ value: YAMLValue) throws(ScenarioError) -> [EventWords] {
        var events: [EventWords] = []
        for element in try value.elements() {
            do throws(WordError) {
                let words = try element.eventWords()
                let event = try BrokerHost.events([words], topic: "topic", group: "group")[0]
                try refuse(event)
                events.append(words)
            } catch {
                throw element.translate(error)
            }
        }
        return events
    }

    /// Gives the list at the top to every run that says nothing of its own.
    static func shareScript(
        _ top: YAMLMapping, with runs: inout [Scenario.Run], _ experiment: ExperimentKind?
    ) throws(ScenarioError) {
        guard let value = top["script"] else { return }
        guard experiment == nil else {
            throw value.error(
                .impossibleValue, "an experiment says by itself what happens",
                fix: "remove script, or write runs in place of the experiment")
        }
        let events = try script(value)
        for index in runs.indices where runs[index].script.isEmpty && runs[index].strategy.hasOutput {
            runs[index].script = events
        }
    }

    /// Nobody could say what a run has to deliver while the topic itself changes.
    private static func refuse(_ event: ScriptEvent) throws(WordError) {
        switch event.act {
        case .retention, .deleteRecords, .topicAnew, .addPartitions, .uncleanElection, .loseRecords:
            throw WordError(
                impossible: "it changes what there is to read, and so what the run has to deliver",
                fix: "let it happen between two lives, under between, or by a script of kbench broker")
        default: return
        }
    }
}
