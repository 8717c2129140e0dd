// The readers of what is told to a broker: scripts in files, and orders on a line.
internal import BrokerScript
internal import Harness
internal import World

extension Reader {
    private static let scriptWords = [
        "on: ", "on=", "nth=", "1..9", "times=", "fail=", "cut=after", "lose=answer", "delay=", "1440m", "-1",
        "retention ", "keep=", "topic=", "partition=", "9223372036854775807", "\"", "unclean-election ", "at=0s",
    ]

    /// A script, which says of each event what it would say on a line.
    static func script() -> Reader {
        let small = """
            - on: produce
              nth: 3..5
              topic: orders
              partition: 0
              fail: not-leader-or-follower
            - at: 30s
              retention: {topic: orders, keep: 100}
            - {after: 2s, unclean-election: {topic: t, partition: 1, lose: 7, to: 2}}
            - on=heartbeat group=billing nth=5 times=2 rebalance
            """
        return Reader(
            "script", isNamedByPerson: true, corpus: [Array(small.utf8)], words: scriptWords + ["- ", "{", "}", ": "]
        ) { bytes, _, _ in
            let script = try YAMLValue.root(of: String(decoding: bytes, as: UTF8.self), file: "script.yaml").script()
            var state = ScriptState(script, seed: 1)
            _ = state.due(at: 1_000)
            _ = state.entries.map(\.outcome)
        }
    }

    /// A line that a broker is told, which is written as it is read.
    static func order() -> Reader {
        let corpus = [
            "status", "log from=3", "topic-anew=orders", "on=produce topic=\"a b\" nth=2..4 cut=after",
            "delete-records topic=t partition=1 before=70", "at=2s move-offsets group=g by=-3",
            "on=fetch broker=2 times=5 delay=500ms", "coordinator-moves group=g to=1",
        ]
        return Reader(
            "order", isNamedByPerson: true, corpus: corpus.map { Array($0.utf8) }, words: scriptWords
        ) { bytes, _, _ in
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            do throws(WordError) {
                guard case .arm(let event) = try ScriptOrder(line: line) else { return }
                let again = try ScriptOrder(line: event.words)
                precondition(again == .arm(event), "an event changes when it is written")
            } catch {
                throw Diagnosis(cause: error.message, fix: error.fix, exitCode: .usage)
            }
        }
    }
}
