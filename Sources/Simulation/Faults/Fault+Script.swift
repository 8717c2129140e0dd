// A broker's script in the simulated world: the faults that come to the same there.
package import BrokerScript
internal import KafkaWire

extension Fault {
    /// A fault repeated for more requests than this is none of a small run's.
    private static let mostTimes = 1_000

    /// What a script comes to in the simulated world, where a life's fetches and commits are counted over all partitions.
    ///
    /// - Parameters:
    ///   - script: The events.
    ///   - seed: Draws the requests that the script gives by a range, as a served broker does.
    /// - Returns: The faults, and the events that nothing there is like, by number.
    package static func faults(of script: Script, seed: UInt64) -> (faults: [Fault], without: [Int]) {
        var faults: [Fault] = []
        var without: [Int] = []
        for (index, entry) in ScriptState(script, seed: seed).entries.enumerated() {
            guard case .on(let filter) = entry.event.moment, filter.countsAll, filter.times <= mostTimes,
                Fault(entry.event.act, of: filter.api, at: entry.first) != nil
            else {
                without.append(index + 1)
                continue
            }
            faults += (0..<filter.times).compactMap { Fault(entry.event.act, of: filter.api, at: entry.first + $0) }
        }
        return (faults, without)
    }

    /// What an act at the k-th fetch or commit comes to there; nil for nothing.
    private init?(_ act: Act, of api: ApiKey, at place: Int) {
        switch (api, act) {
        // The library asks again by itself, so the engine sees a fetch that brings nothing.
        case (.fetch, .fail(let code)): self = code.isRetriable ? .fetchTimesOut(at: place) : .fetchFails(at: place)
        case (.fetch, .cutBefore), (.fetch, .cutAfter), (.fetch, .loseAnswer): self = .fetchTimesOut(at: place)
        case (.fetch, .delay(let time)), (.fetch, .answerDelay(let time)), (.fetch, .blackhole(let time, _)):
            self = .fetchIsSlow(at: place, milliseconds: Int(time))
        case (.fetch, .leaderMoves): self = .election(at: place)
        case (.fetch, .uncleanElection(_, _, let count, _)):
            self = .uncleanElection(at: place, losing: Int(count))
        case (.fetch, .retention(_, _, keep: 0)): self = .retentionAhead(at: place)
        case (.offsetCommit, .fail(let code)) where !code.isRetriable: self = .commitFails(at: place)
        case (.offsetCommit, .loseAnswer): self = .commitAnswerIsLost(at: place)
        case (.offsetCommit, .rebalance), (.offsetCommit, .expelMembers): self = .rebalance(at: place)
        default: return nil
        }
    }
}

extension RequestFilter {
    /// Whether it counts all requests of its kind: a simulated run has one topic, one group and one client.
    fileprivate var countsAll: Bool { partition == nil && client == nil && broker == nil }
}
