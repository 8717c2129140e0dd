// Scripts in YAML: mappings and lines mean the same, and a mistake is told with its line.
import BrokerScript
import Foundation
import Harness
import Testing

@Suite("A script's file") struct ScriptFileTests {
    @Test("is a list of events, each a mapping or a line")
    func forms() throws {
        let text = """
            - on: produce
              nth: 3
              topic: orders
              cut: after
            - at: 2s
              leader-moves: {topic: orders, partition: 0, to: 2}
            - {on: fetch, topic: orders, topic-anew: }
            - after=1s broker-down=2
            """
        let lines = [
            "on=produce nth=3 topic=orders cut=after", "at=2s leader-moves topic=orders partition=0 to=2",
            "on=fetch topic=orders topic-anew", "after=1s broker-down=2",
        ]
        let events = try lines.map { try ScriptEvent(EventWords(line: $0)) }
        #expect(try YAMLValue.root(of: text, file: "s.yaml").script() == Script(events))
    }

    static let mistakes: [(text: String, cause: String, fix: String)] = [
        (
            "- on: prodce\n  cut: after\n", "s.yaml:1: [0].on: 'prodce' is none of the requests",
            "did you mean produce? "
        ),
        (
            "- on: produce\n  cutt: after\n", "s.yaml:2: [0].cutt: 'cutt' is none of the words of an event",
            "did you mean cut? "
        ),
        (
            "- at: 1s\n  leader-moves:\n    topic: t\n    partiton: 0\n",
            "s.yaml:4: [0].leader-moves.partiton: 'partiton' is none of the keys", "did you mean partition? "
        ),
        (
            "- on: produce\n  fail: not-leader-of-follower\n", "s.yaml:2: [0].fail: no error is called",
            "did you mean not-leader-or-follower? "
        ),
        (
            "- on: produce\n  nth: 0\n  cut: after\n", "s.yaml:2: [0].nth: 0 is not within 1 to",
            "give nth a whole number"
        ),
        ("- at=1s broker-down=2\n- at=1s\n", "s.yaml:2: [1]: it does not say what happens", "events: fail, "),
        ("- [1, 2]\n", "s.yaml:1: [0]: there is no word", "write such as "),
        ("on: produce\n", "s.yaml:1: a mapping is not a list", "begin each element"),
        ("", "s.yaml: not YAML: the file is empty", "check"),
    ]

    @Test("is refused with file, line and word, and the word that was meant", arguments: mistakes)
    func refusals(text: String, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) { try YAMLValue.root(of: text, file: "s.yaml").script() }
        #expect(error?.cause.hasPrefix(cause) == true, "\(error?.cause ?? "")")
        #expect(error?.fix.hasPrefix(fix) == true, "\(error?.fix ?? "")")
    }

    @Test("has a page that names every event and every word")
    func page() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/kbench.docc/BrokerScripts.md")
        let page = try String(contentsOf: path, encoding: .utf8)
        for word in Act.names + ScriptEvent.momentKeys + ScriptEvent.filterKeys {
            #expect(page.contains("`\(word)"), "\(word)")
        }
        let sample = try #require(page.components(separatedBy: "```").first { $0.hasPrefix("yaml\n# faults.yaml") })
        let script = try YAMLValue.root(of: String(sample.dropFirst(5)), file: "faults.yaml").script()
        #expect(script.events.count == 6)
    }
}
