// A broker's script in a YAML file: the words of each event, and the place of the one that means nothing.
package import BrokerScript
internal import Yams

extension YAMLValue {
    /// The script of the file at `path`: a list of events.
    ///
    /// - Throws: ``ScenarioError`` naming file, line and word.
    package static func script(ofFile path: String) throws(ScenarioError) -> Script {
        do throws(ScenarioError) {
            return try root(ofFile: path).script()
        } catch {
            guard error.code == .unreadable else { throw error }
            throw ScenarioError(
                error.code, error.message, fix: "name a .yaml file of events that can be read", at: error.location)
        }
    }

    /// The events of a list.
    ///
    /// - Throws: ``ScenarioError`` naming the word.
    package func script() throws(ScenarioError) -> Script {
        var script = Script()
        for element in try elements() {
            do throws(WordError) {
                script.events.append(try ScriptEvent(try element.eventWords()))
            } catch {
                throw element.translate(error)
            }
        }
        return script
    }

    /// The words of an event: a mapping, or one line of text.
    ///
    /// - Throws: `WordError`.
    package func eventWords() throws(WordError) -> EventWords {
        guard case .mapping(let mapping) = node else {
            return try EventWords(line: node.scalar?.string ?? "")
        }
        var entries: [(key: String, value: EventWords.Value)] = []
        for (key, value) in mapping {
            let words: EventWords.Value =
                switch value {
                case .mapping(let inner):
                    .words(inner.map { EventWords.Word($0.scalar?.string ?? "", $1.scalar?.string ?? "") })
                case .scalar(let scalar): scalar.string.isEmpty ? .nothing : .text(scalar.string)
                default: .nothing
                }
            entries.append((key.scalar?.string ?? "", words))
        }
        return EventWords(entries)
    }

    /// What is wrong with a word of this event, with its place.
    package func translate(_ error: WordError) -> ScenarioError {
        var place = self
        for key in error.path {
            guard case .mapping(let mapping) = place.node,
                let found = mapping.first(where: { $0.key.scalar?.string == key })
            else { break }
            // Where the key itself is wrong, it is the place; its value may be on another line.
            let node = error.unknown?.word == key ? found.key : found.value
            place = YAMLValue(node: node, file: file, key: place.key.isEmpty ? key : "\(place.key).\(key)")
        }
        let code: ScenarioError.Code =
            switch error.kind {
            case .missing: .missingKey
            case .unknownKey: .unknownKey
            case .unknownName: .unknownName
            case .wrongType: .wrongType
            case .impossible: .impossibleValue
            }
        return ScenarioError(code, error.message, fix: error.fixWithGuess, at: place.location)
    }
}

extension WordError {
    /// The fix, with the word that was probably meant.
    package var fixWithGuess: String {
        let guess = unknown.flatMap { Suggestion.closest(to: $0.word, among: $0.candidates) }
        return (guess.map { "did you mean \($0)? " } ?? "") + fix
    }
}
