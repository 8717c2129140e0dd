// What a script is made of: when something happens, and what.
package import KafkaWire

/// Milliseconds since the script began.
package typealias ScriptTime = Int64

/// Requests of one kind, and which of those that come.
package struct RequestFilter: Equatable, Sendable {
    package var api: ApiKey
    package var topic: String?
    package var partition: Int32?
    /// The client's name for itself.
    package var client: String?
    /// The broker that is asked, from 1 on.
    package var broker: Int32?
    package var group: String?
    package var transactionalId: String?
    /// Which of the requests that match, counted from 1; one of a range is drawn by the seed.
    package var nth: ClosedRange<Int> = 1...1
    /// How many of them in a row, from the nth on.
    package var times = 1

    package init(_ api: ApiKey) { self.api = api }

    /// Whether a request is one of these.
    package func matches(_ facts: RequestFacts) -> Bool {
        guard facts.api == api, client == nil || client == facts.client, broker == nil || broker == facts.broker,
            group == nil || facts.groups.contains(group ?? ""),
            transactionalId == nil || transactionalId == facts.transactionalId
        else { return false }
        guard topic != nil || partition != nil else { return true }
        return facts.places.contains { includes($0.topic, $0.partition) }
    }

    /// Whether a partition of a request is meant; of a request that names a topic alone, the topic.
    package func includes(_ topic: String, _ partition: Int32?) -> Bool {
        (self.topic == nil || self.topic == topic)
            && (self.partition == nil || partition == nil || self.partition == partition)
    }
}

/// When an event happens.
package enum Moment: Equatable, Sendable {
    /// So long after the script began.
    case at(ScriptTime)
    /// So long after the event before it in the script happened for the first time.
    case after(ScriptTime)
    /// As a request comes.
    case on(RequestFilter)
}

/// What happens.
package enum Act: Equatable, Sendable {
    // MARK: To the request that it happens at

    /// It is refused with this code and has no effect; of a request about partitions, those that the filter names.
    case fail(ErrorCode)
    /// It is carried out so much later, and so is what follows it on its connection.
    case delay(ScriptTime)
    /// It is carried out, and answered so much later.
    case answerDelay(ScriptTime)
    /// The connection is closed and the request has no effect.
    case cutBefore
    /// The request is carried out, and the connection closed in place of an answer.
    case cutAfter
    /// A produce is answered as if its records were there, and they are not.
    case loseRecords
    /// The request is carried out, and neither it nor what follows on its connection is ever answered.
    case loseAnswer

    // MARK: To brokers

    /// A broker, or all, answers nothing for so long. What comes meanwhile is carried out afterwards.
    case blackhole(ScriptTime, broker: Int32?)
    case brokerDown(Int32)
    case brokerUp(Int32)

    // MARK: To partitions and topics

    case leaderMoves(topic: String, partition: Int32, to: Int32)
    /// A leader is elected that lacks the newest records, so many of them; nil: any other broker leads, or the same.
    case uncleanElection(topic: String, partition: Int32, lose: Int64, to: Int32?)
    /// The oldest offsets go until so many are left; nil: of each partition.
    case retention(topic: String, partition: Int32?, keep: Int64)
    case deleteRecords(topic: String, partition: Int32, before: Int64)
    /// The topic is deleted and made again under its name, with as many partitions.
    case topicAnew(topic: String)
    case addPartitions(topic: String, count: Int)

    // MARK: To groups and producers

    /// What a group has committed is gone; nil: for all topics.
    case forgetOffsets(group: String, topic: String?)
    /// What a group has committed moves by so much, but not below 0; nil: all topics, all partitions.
    case moveOffsets(group: String, topic: String?, partition: Int32?, by: Int64)
    case groupMoves(group: String, to: Int32)
    case transactionsMove(transactionalId: String, to: Int32)
    /// All members have to join again.
    case rebalance(group: String)
    /// All members are forgotten, as if their sessions were over.
    case expelMembers(group: String)
    /// Whoever has this transactional id now is fenced off, as if another had come with it.
    case fenceProducer(transactionalId: String)

    /// Whether it happens to a request, and so only at one.
    package var isOfRequest: Bool {
        switch self {
        case .fail, .delay, .answerDelay, .cutBefore, .cutAfter, .loseRecords, .loseAnswer: true
        default: false
        }
    }
}

/// One event of a script.
package struct ScriptEvent: Equatable, Sendable {
    package var moment: Moment
    package var act: Act
    /// How it was written, on one line.
    package var words: String

    package init(_ moment: Moment, _ act: Act, words: String) {
        self.moment = moment
        self.act = act
        self.words = words
    }
}

/// Events in the order in which they were written.
package struct Script: Equatable, Sendable {
    package var events: [ScriptEvent]

    package init(_ events: [ScriptEvent] = []) { self.events = events }
}

extension ScriptEvent {
    /// Whether clients ride it out: they try again, or wait, and nothing is lost or forgotten.
    package var isRiddenOut: Bool {
        switch act {
        case .delay, .answerDelay, .cutBefore, .cutAfter, .loseAnswer, .blackhole, .leaderMoves: true
        case .fail(let code): code.isRetriable
        default: false
        }
    }
}
