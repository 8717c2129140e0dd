// The keys of what happens at the broker while workers live: those of a broker's script.
internal import BrokerScript

extension ScenarioKeys {
    /// The value of `script`, at the top and in a run.
    static let script = ScenarioKey.Kind.list(.either([.text, .mapping(scriptEvent)]))

    /// The keys of an event.
    private static let scriptEvent: [ScenarioKey] =
        [
            ScenarioKey("at", time, "So long after the first worker's start."),
            ScenarioKey("after", time, "So long after the event before it happened."),
            ScenarioKey("on", .text, "As a request of this kind comes."),
            ScenarioKey(
                "nth", .form("^[1-9][0-9_]*([.][.][1-9][0-9_]*)?$"), default: "1", "Which of those that match."),
            ScenarioKey("times", .form("^[1-9][0-9_]*$"), default: "1", "How many in a row."),
        ]
        + ScriptEvent.filterKeys.filter { $0 != "nth" && $0 != "times" }
        .map { ScenarioKey($0, .text, "Only requests with this \($0).") }
        + Act.table.map { act in
            let keys = (act.required + act.optional).map { ScenarioKey($0, .text, "See the page on scripts.") }
            return ScenarioKey(act.name, .either([.text, .mapping(keys)]), "\(act.does).")
        }

    private static let time = ScenarioKey.Kind.form("^[0-9]+(ms|s|m)$")
}
