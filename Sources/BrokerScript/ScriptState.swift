// A script at work: counts requests, looks at the clock that is passed in, and says what happens now.
package import KafkaWire
internal import World

/// An event whose moment has come.
package struct Firing: Equatable, Sendable {
    /// Which event, counted from 1 as they were written.
    package var number: Int
    package var act: Act
    /// Which partitions of the request it means; nil for an event without a request.
    package var filter: RequestFilter?
}

/// Stepped by one thread. It does nothing itself: whoever steps it carries out what has come, and reports what came of it.
package struct ScriptState: Sendable {
    /// An event and what became of it.
    package struct Entry: Sendable {
        package let event: ScriptEvent
        /// Which of the matching requests it happens at first, where it waits for one.
        package let first: Int
        /// Requests that have matched.
        package fileprivate(set) var matched = 0
        /// How often its moment has come.
        package fileprivate(set) var fired = 0
        /// How often it has happened.
        package fileprivate(set) var happened = 0
        /// Why it did not happen when its moment came, the last time.
        package fileprivate(set) var failure: String?
        fileprivate var happenedAt: ScriptTime?
    }

    package private(set) var entries: [Entry] = []
    private var random: SeededRandom
    private var watched: Set<ApiKey> = []

    /// A script at its beginning; the seed draws the requests that are given by a range.
    package init(_ script: Script = Script(), seed: UInt64 = 1) {
        random = SeededRandom(seed: seed)
        for event in script.events { arm(event) }
    }

    /// Adds an event; what it waits for is counted from now on.
    ///
    /// - Returns: Its number.
    @discardableResult
    package mutating func arm(_ event: ScriptEvent) -> Int {
        var first = 1
        if case .on(let filter) = event.moment { first = Int.random(in: filter.nth, using: &random) }
        entries.append(Entry(event: event, first: first))
        settle()
        return entries.count
    }

    /// Whether an event waits for requests of this kind.
    package func watches(_ api: ApiKey) -> Bool { watched.contains(api) }

    private mutating func settle() {
        watched = []
        for entry in entries {
            guard case .on(let filter) = entry.event.moment, !entry.isSpent(filter) else { continue }
            watched.insert(filter.api)
        }
    }

    // MARK: Moments

    /// When ``due(at:)`` has something to say; nil for nothing.
    package var nextDeadline: ScriptTime? { entries.indices.compactMap(deadline).min() }

    private func deadline(of index: Int) -> ScriptTime? {
        guard entries[index].fired == 0 else { return nil }
        switch entries[index].event.moment {
        case .at(let time): return time
        case .after(let time): return index == 0 ? time : entries[index - 1].happenedAt.map { $0 + time }
        case .on: return nil
        }
    }

    /// The events whose time has come, in the order of their times, each once.
    package mutating func due(at now: ScriptTime) -> [Firing] {
        let ready = entries.indices.compactMap { index in
            deadline(of: index).flatMap { $0 <= now ? (time: $0, index: index) : nil }
        }
        return ready.sorted { ($0.time, $0.index) < ($1.time, $1.index) }.map { _, index in
            entries[index].fired += 1
            return Firing(number: index + 1, act: entries[index].event.act)
        }
    }

    /// The events that happen as this request comes, in the order in which they were written.
    package mutating func request(_ facts: RequestFacts) -> [Firing] {
        var firings: [Firing] = []
        for index in entries.indices {
            guard case .on(let filter) = entries[index].event.moment, filter.matches(facts) else { continue }
            entries[index].matched += 1
            let place = entries[index].matched - entries[index].first
            guard place >= 0, place < filter.times else { continue }
            entries[index].fired += 1
            firings.append(Firing(number: index + 1, act: entries[index].event.act, filter: filter))
            if entries[index].isSpent(filter) { settle() }
        }
        return firings
    }

    // MARK: What came of it

    /// An event has happened.
    package mutating func happened(_ number: Int, at now: ScriptTime) {
        entries[number - 1].happened += 1
        if entries[number - 1].happenedAt == nil { entries[number - 1].happenedAt = now }
    }

    /// An event's moment came, and it could not happen.
    package mutating func failed(_ number: Int, _ reason: String) { entries[number - 1].failure = reason }

    /// The events that have never happened, by number.
    package var missing: [(number: Int, entry: Entry)] {
        entries.enumerated().filter { $1.happened == 0 }.map { ($0 + 1, $1) }
    }
}

extension ScriptState.Entry {
    /// Whether no request can be its moment any more.
    fileprivate func isSpent(_ filter: RequestFilter) -> Bool { matched >= first + filter.times - 1 }

    /// What became of it, in a few words.
    package var outcome: String {
        if happened > 1 { return "happened \(happened) times" }
        if happened == 1 { return "happened" }
        if let failure { return "could not happen: \(failure)" }
        switch event.moment {
        case .on(let filter):
            return "\(matched) of \(first) requests came" + (filter.nth.count > 1 ? ", as the seed drew" : "")
        case .at: return "its time has not come"
        case .after: return "what it follows has not happened, or its time has not come"
        }
    }
}
