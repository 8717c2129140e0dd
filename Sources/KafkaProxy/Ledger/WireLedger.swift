// What went over the wire: what was fetched, produced and committed, in or out of which transaction, in which order.

/// What became of a request.
package enum WireOutcome: Equatable, Sendable {
    /// It went to the broker; no answer came back.
    case sent
    /// The broker did it, and the client was told.
    case done
    /// The error that the broker answered.
    case refused(Int16)
    /// The broker did it, and the client was not told, as traffic had stopped.
    case doneUntold

    init(error: Int16, isTold: Bool) { self = error != 0 ? .refused(error) : isTold ? .done : .doneUntold }

    /// Whether the broker has it, as far as is known.
    package var isInEffect: Bool { self == .done || self == .doneUntold }
}

/// The account of all connections, life after life.
package struct WireLedger: Equatable, Sendable {
    /// Records that came to a client.
    package struct Read: Equatable, Sendable {
        package var life: Int
        package var connection: Int
        package var place: WirePlace
        package var range: Range<Int64>
        /// Its place among all entries; of several answers that follow each other, the first one's.
        package var order: Int
    }

    /// An offset that a group was to keep.
    package struct Commit: Equatable, Sendable {
        package var life: Int
        package var connection: Int
        package var group: String
        package var place: WirePlace
        package var next: Int64
        /// The transaction that it is part of; nil: a plain commit.
        package var transaction: String?
        package var outcome: WireOutcome
        package var order: Int
    }

    /// A batch that a broker was to append.
    package struct Output: Equatable, Sendable {
        package var life: Int
        package var connection: Int
        package var place: WirePlace
        package var records: Int32
        /// The transactional id of its request.
        package var transaction: String?
        /// Whether the batch itself is part of a transaction.
        package var isTransactional: Bool
        /// Where it lies; nil until the broker says so.
        package var base: Int64?
        package var outcome: WireOutcome
        package var order: Int
    }

    /// A transaction's end that a client asked for.
    package struct Ending: Equatable, Sendable {
        package var life: Int
        package var transaction: String
        package var isCommit: Bool
        package var outcome: WireOutcome
        package var order: Int
    }

    /// The ends of a partition, as the last answer to Fetch told them.
    package struct Ends: Equatable, Sendable {
        package var high: Int64
        /// -1 where no answer said it.
        package var stable: Int64
    }

    /// The requests whose answers are waited for, by what they have put in.
    package struct Ticket: Equatable, Sendable {
        fileprivate enum Entries: Equatable {
            case commits(Range<Int>)
            case outputs(Range<Int>)
            case ending(Int)
            case fetch
            case join(group: String, isStatic: Bool)
            case leave(group: String, members: [String])
            case heartbeat(group: String, member: String, epoch: Int32, instance: String?)
        }
        fileprivate var entries: Entries
        fileprivate var connection: Int
    }

    package private(set) var reads: [Read] = []
    package private(set) var commits: [Commit] = []
    /// How many of the commits brokers have taken.
    package private(set) var takenCommits = 0
    package private(set) var outputs: [Output] = []
    package private(set) var endings: [Ending] = []
    /// From which offset each partition was asked for last, in this life.
    package private(set) var positions: [WirePlace: Int64] = [:]
    package private(set) var ends: [WirePlace: Ends] = [:]
    /// A member of a group.
    package struct Membership: Equatable, Sendable {
        /// Over which it joined.
        package var connection: Int
        /// Whether the group has Kafka 4's own protocol (KIP-848).
        package var isHeldByBroker = false
        /// The name that outlives its process, in such a group; nil: it has none.
        package var instance: String?
    }

    /// The members of each group that have joined and not left, by name. Static ones of classic groups are not here: their
    /// next life takes their place.
    package private(set) var members: [String: [String: Membership]] = [:]
    /// In the order in which they came.
    package private(set) var transactionalIds: [String] = []
    /// Counted from 1.
    package private(set) var life = 1
    private var order = 0
    /// The last read of each connection and partition.
    private var lastReads: [ReadPlace: Int] = [:]

    private struct ReadPlace: Hashable {
        var connection: Int
        var place: WirePlace
    }

    package init() {}

    /// The next life begins: nobody is anywhere, and nobody is a member.
    package mutating func beginLife() {
        life += 1
        positions = [:]
        members = [:]
        lastReads = [:]
    }

    /// Nobody of this group is left.
    package mutating func forgetMembers(of group: String) { members[group] = nil }

    private mutating func nextOrder() -> Int {
        order += 1
        return order
    }

    /// The end of the transaction that a commit is part of; nil where its life did not ask for one, or where it is part of
    /// none.
    package func ending(of commit: Commit) -> Ending? {
        guard let transaction = commit.transaction else { return nil }
        // What a killed life has left open is not ended by the ends of the next one.
        return endings.first { $0.transaction == transaction && $0.life == commit.life && $0.order > commit.order }
    }

    /// Enters a request that goes on to the broker.
    ///
    /// - Returns: What its answer is entered with; nil where that says nothing more.
    package mutating func enter(_ request: RequestFacts, connection: Int) -> Ticket? {
        switch request {
        case .produce(let batches, let transaction, let acks):
            let start = outputs.count
            for batch in batches {
                outputs.append(
                    Output(
                        life: life, connection: connection, place: batch.place, records: batch.records,
                        transaction: transaction, isTransactional: batch.isTransactional, base: nil, outcome: .sent,
                        order: nextOrder()))
            }
            return acks == 0 ? nil : Ticket(entries: .outputs(start..<outputs.count), connection: connection)
        case .fetch(let asked):
            for position in asked { positions[position.place] = position.offset }
            return Ticket(entries: .fetch, connection: connection)
        case .commit(let asked, let group, let transaction):
            let start = commits.count
            for position in asked {
                commits.append(
                    Commit(
                        life: life, connection: connection, group: group, place: position.place, next: position.offset,
                        transaction: transaction, outcome: .sent, order: nextOrder()))
            }
            return Ticket(entries: .commits(start..<commits.count), connection: connection)
        case .endTransaction(let transaction, let isCommit):
            endings.append(
                Ending(life: life, transaction: transaction, isCommit: isCommit, outcome: .sent, order: nextOrder()))
            return Ticket(entries: .ending(endings.count - 1), connection: connection)
        case .initProducer(let transaction):
            if let transaction, !transactionalIds.contains(transaction) { transactionalIds.append(transaction) }
            return nil
        case .join(let group, _, let isStatic):
            return Ticket(entries: .join(group: group, isStatic: isStatic), connection: connection)
        case .leave(let group, let members):
            return Ticket(entries: .leave(group: group, members: members), connection: connection)
        case .heartbeat(let group, let member, let epoch, let instance):
            return Ticket(
                entries: .heartbeat(group: group, member: member, epoch: epoch, instance: instance),
                connection: connection)
        case .addPartitions: return nil
        }
    }

    /// Enters the answer to the request of `ticket`; `isTold` is false when it does not come to the client.
    package mutating func enter(_ response: ResponseFacts, of ticket: Ticket, isTold: Bool) {
        switch (ticket.entries, response) {
        case (.outputs(let range), .outcomes(let outcomes)):
            var next = outcomes.reduce(into: [WirePlace: Int64]()) { $0[$1.place] = $1.baseOffset }
            for index in range {
                guard let found = outcomes.first(where: { $0.place == outputs[index].place }) else { continue }
                outputs[index].outcome = WireOutcome(error: found.error, isTold: isTold)
                guard found.error == 0, let base = next[found.place], base >= 0 else { continue }
                outputs[index].base = base
                next[found.place] = base.addingReportingOverflow(Int64(outputs[index].records)).partialValue
            }
        case (.commits(let range), .outcomes(let outcomes)):
            for index in range {
                guard let found = outcomes.first(where: { $0.place == commits[index].place }) else { continue }
                commits[index].outcome = WireOutcome(error: found.error, isTold: isTold)
                if commits[index].outcome.isInEffect { takenCommits += 1 }
            }
        case (.ending(let index), .done(let error)):
            endings[index].outcome = WireOutcome(error: error, isTold: isTold)
        case (.fetch, .fetched(let parts)):
            for part in parts where part.error == 0 {
                ends[part.place] = Ends(high: part.highWatermark, stable: part.lastStableOffset)
                if isTold, !part.range.isEmpty { enterRead(part, ticket.connection) }
            }
        case (.join(let group, let isStatic), .joined(let member, let error)):
            // Whoever is told only its name (MEMBER_ID_REQUIRED, KIP-394) is waited for, too.
            let isMember = (error == 0 || error == 79) && !member.isEmpty
            if isMember, !isStatic {
                members[group, default: [:]][member] = Membership(connection: ticket.connection)
            }
        case (.heartbeat(let group, let asked, let epoch, let instance), .joined(let named, 0)):
            // Which of the two gives the name depends on the version.
            let member = named.isEmpty ? asked : named
            guard epoch >= 0 else {
                members[group]?[member] = nil
                return
            }
            members[group, default: [:]][member] = Membership(
                connection: ticket.connection, isHeldByBroker: true, instance: instance)
        case (.leave(let group, let left), .done(0)):
            for member in left { members[group]?[member] = nil }
        default: break
        }
    }

    private mutating func enterRead(_ part: FetchedPart, _ connection: Int) {
        let key = ReadPlace(connection: connection, place: part.place)
        if let last = lastReads[key], reads[last].range.upperBound == part.range.lowerBound {
            reads[last].range = reads[last].range.lowerBound..<part.range.upperBound
            return
        }
        lastReads[key] = reads.count
        reads.append(
            Read(life: life, connection: connection, place: part.place, range: part.range, order: nextOrder()))
    }
}
