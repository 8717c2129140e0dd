// Lets a script happen at the embedded broker while a run's workers live, and tells what became of it.
package import BrokerScript
internal import KafkaServer
internal import World

extension BrokerHost {
    /// What the words of a run's script mean for its topic and its group, which they need not name.
    ///
    /// - Throws: `WordError` naming the word.
    package static func events(
        _ words: [EventWords], topic: String, group: String
    ) throws(WordError) -> [ScriptEvent] {
        var events: [ScriptEvent] = []
        let implied = [EventWords.Word("topic", topic), EventWords.Word("group", group)]
        for words in words { events.append(try ScriptEvent(words, implied: implied)) }
        return events
    }

    /// Begins a script: its times and requests are counted from now.
    ///
    /// - Throws: ``Diagnosis`` where the broker is none of ours.
    package func beginScript(_ words: [EventWords], topic: String, group: String, seed: UInt64) throws {
        guard let embedded else {
            throw Diagnosis(
                cause: "script: only the embedded broker can be told what goes wrong",
                fix: "leave out script, or --brokers and --embedded-brokers", exitCode: .usage)
        }
        do throws(WordError) {
            embedded.begin(Script(try Self.events(words, topic: topic, group: group)), seed: seed)
        } catch {
            throw Diagnosis(cause: "script: \(error.line)", fix: error.fixWithGuess, exitCode: .usage)
        }
    }

    /// Ends the script under way.
    ///
    /// - Parameter label: The run that it was of, for the notes.
    /// - Returns: Why the run shows nothing: an event that never happened; nil when all did.
    package func endScript(_ label: String) -> String? {
        let events = embedded?.endScript() ?? []
        scriptNotes += events.filter { $0.happened > 0 }.map { "\(label): \($0.words) \($0.outcome)" }
        return events.first { $0.happened == 0 }.map {
            "event \($0.number) of the script never happened: \($0.words): \($0.outcome)"
        }
    }

    /// What happened by scripts, each once.
    package func takeScriptNotes() -> [String] {
        defer { scriptNotes = [] }
        return scriptNotes
    }
}
