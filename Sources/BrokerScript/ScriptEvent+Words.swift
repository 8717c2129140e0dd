// How the words of an event become one: when it happens, and what.
internal import KafkaWire

extension ScriptEvent {
    /// The keys that say which requests; an act at a request takes topic, partition and the like from them.
    package static let filterKeys = [
        "topic", "partition", "client", "broker", "group", "transactional-id", "nth", "times",
    ]
    /// The keys that say when, one of which an event has.
    package static let momentKeys = ["at", "after", "on"]

    /// Reads an event. `implied` are keys, such as a topic, that what happens has unless it names others.
    ///
    /// - Throws: ``WordError`` naming the word.
    package init(_ words: EventWords, implied: [EventWords.Word] = []) throws(WordError) {
        var act: (name: String, value: EventWords.Value)?
        var moments: [(key: String, text: String)] = []
        var filters: [EventWords.Word] = []
        for (key, value) in words.entries {
            if Act.names.contains(key) {
                guard act == nil else {
                    throw WordError(
                        .impossible, at: [key], "there are two things that happen in one event",
                        fix: "make an event of each")
                }
                act = (key, value)
                continue
            }
            guard Self.momentKeys.contains(key) || Self.filterKeys.contains(key) else {
                throw .unknown(
                    .unknownKey, key, of: "words of an event", Self.momentKeys + Self.filterKeys + Act.names, at: [key])
            }
            guard case .text(let text) = value, !text.isEmpty else {
                throw WordError(.wrongType, at: [key], "it has no value", fix: "write one beside \(key)")
            }
            guard !moments.contains(where: { $0.key == key }), !filters.contains(where: { $0.key == key }) else {
                throw WordError(.impossible, at: [key], "it is given twice", fix: "keep one of them")
            }
            if Self.momentKeys.contains(key) {
                moments.append((key, text))
            } else {
                filters.append(EventWords.Word(key, text))
            }
        }
        guard let act else {
            throw WordError(
                .missing, at: [], "it does not say what happens", fix: "events: \(Act.names.joined(separator: ", "))")
        }
        guard let moment = moments.first else {
            throw WordError(
                .missing, at: [], "it does not say when it happens", fix: "add at (such as 2s), after or on (a request)"
            )
        }
        guard moments.count == 1 else {
            throw WordError(
                .impossible, at: [moments[1].key], "there are two moments in one event",
                fix: "keep one of \(moment.key) and \(moments[1].key)")
        }
        try self.init(moment, filters, act, implied, words: words.line)
    }

    private init(
        _ moment: (key: String, text: String), _ filters: [EventWords.Word],
        _ act: (name: String, value: EventWords.Value), _ implied: [EventWords.Word], words: String
    ) throws(WordError) {
        self.words = words
        self.act = try Act(act.name, act.value, inherited: (moment.key == "on" ? filters : []) + implied)
        if moment.key == "on" {
            self.moment = .on(try Self.filter(try WordReader.api(moment.text, at: ["on"]), filters))
        } else {
            if let filter = filters.first {
                throw WordError(
                    .impossible, at: [filter.key], "it has no effect: only requests are told apart by it",
                    fix: "write it within \(act.name), or say on in place of \(moment.key)")
            }
            let time = try WordReader.duration(moment.text, at: [moment.key])
            self.moment = moment.key == "at" ? .at(time) : .after(time)
        }
        try check()
    }

    private static func filter(_ api: ApiKey, _ words: [EventWords.Word]) throws(WordError) -> RequestFilter {
        var filter = RequestFilter(api)
        for word in words {
            let path = [word.key]
            switch word.key {
            case "topic": filter.topic = word.text
            case "partition":
                filter.partition = Int32(
                    try WordReader.integer(word.text, in: 0...EventLimits.mostPartitions - 1, at: path))
            case "client": filter.client = word.text
            case "broker":
                filter.broker = Int32(try WordReader.integer(word.text, in: 1...EventLimits.mostBrokers, at: path))
            case "group": filter.group = word.text
            case "transactional-id": filter.transactionalId = word.text
            case "nth": filter.nth = try WordReader.range(word.text, at: path)
            default:
                filter.times = Int(try WordReader.integer(word.text, in: 1...EventLimits.mostRequests, at: path))
            }
        }
        return filter
    }

    /// Refuses what can never happen.
    private func check() throws(WordError) {
        guard case .on(let filter) = moment else {
            guard !act.isOfRequest else {
                throw WordError(
                    .impossible, at: [], "it happens to a request, and there is none",
                    fix: "say which request, such as on: produce")
            }
            return
        }
        switch act {
        case .loseRecords where filter.api != .produce:
            throw WordError(
                .impossible, at: ["lose"], "only a produce has records to lose", fix: "say on: produce, or lose: answer"
            )
        case .fail where filter.api == .apiVersions:
            // Its answer is read before the versions are known.
            throw WordError(
                .impossible, at: ["fail"], "api-versions cannot be refused by an error", fix: "cut it, or delay it")
        default: return
        }
    }
}
