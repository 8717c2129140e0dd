// Orders to a broker that serves: each is a line, and gets lines for an answer, of which the last says how it went.
package import BrokerScript
internal import NIOCore

extension Broker {
    /// Carries out an order; `done` gets the answer, once.
    ///
    /// The last line is `ok` and what was done, or `error` and why not. Lines before it are JSON.
    func obey(_ line: String, _ done: @escaping ([String]) -> Void) {
        let order: ScriptOrder
        do throws(WordError) {
            order = try ScriptOrder(line: line)
        } catch {
            return done(["error \(error.line)"])
        }
        switch order {
        case .act(let act, let words):
            activeScript().tell(act, words: words) { done([$0.map { "error \($0)" } ?? "ok \(words)"]) }
        case .arm(let event):
            let number = activeScript().arm(event)
            done(["ok event \(number) waits: \(event.words)"])
        case .status:
            let events = script?.state.entries ?? []
            let happened = events.filter { $0.happened > 0 }.count
            done(events.indices.map { status($0, events[$0]) } + ["ok \(happened) of \(events.count) events happened"])
        case .log(let from):
            guard let lines = script?.keptLines(from: from) else {
                return done(["error the log is not kept (start the broker with --log FILE)"])
            }
            done(lines + ["ok \(lines.count) lines"])
        }
    }

    /// The script, which is there from the first order on.
    private func activeScript() -> ServedScript {
        if let script { return script }
        let new = ServedScript(ScriptSettings(), self)
        script = new
        return new
    }

    private func status(_ index: Int, _ entry: ScriptState.Entry) -> String {
        "{\"event\":\(index + 1),\"words\":\(EventLog.quoted(entry.event.words)),\"happened\":\(entry.happened),"
            + "\"outcome\":\(EventLog.quoted(entry.outcome))}"
    }
}

/// An event of a script and what became of it.
package struct EventOutcome: Equatable, Sendable {
    /// From 1 on, as they were written.
    package var number: Int
    package var words: String
    /// How often it happened.
    package var happened: Int
    /// What became of it, in a few words.
    package var outcome: String
}

extension KafkaServer {
    /// Carries out an order and waits for the answer; not to be called on the event loop.
    ///
    /// - Returns: Lines of which the last begins with `ok` or `error`; none when the server has been stopped.
    package func tell(_ line: String) -> [String] {
        let answer = try? whileRunning {
            let answer = loop.flatSubmit { [broker, loop] in
                let promise = loop.makePromise(of: [String].self)
                broker.value.obey(line) { promise.succeed($0) }
                return promise.futureResult
            }
            return try? answer.wait()
        }
        return answer ?? []
    }

    /// Lets a script happen from now on, in place of the one before.
    package func begin(_ script: Script, seed: UInt64) {
        // It fails only when the server has been stopped, and then nothing happens any more.
        try? onLoop { broker in
            var settings = ScriptSettings()
            settings.script = script
            settings.seed = seed
            broker.script = ServedScript(settings, broker)
        }
    }

    /// Ends the script; what it has in store for requests under way still happens.
    ///
    /// - Returns: What became of each event.
    package func endScript() -> [EventOutcome] {
        defer { try? onLoop { $0.script = nil } }
        return events
    }

    /// What became of each event so far; none when the server has been stopped.
    package var events: [EventOutcome] {
        let outcomes = try? onLoop { broker in
            (broker.script?.state.entries ?? []).enumerated().map { index, entry in
                EventOutcome(
                    number: index + 1, words: entry.event.words, happened: entry.happened, outcome: entry.outcome)
            }
        }
        return outcomes ?? []
    }
}
