// What becomes of committed offsets: those of transactions, and those that nobody needs any more.
import BrokerCore
import KafkaWire
import Testing

private let place = TopicPartition(topic: "t", partition: 0)

@Suite("Committed offsets") struct OffsetTests {
    /// One commit, of a producer's transaction or of nobody's, or the end of a transaction.
    private enum Step {
        case store(Int64, by: Int64?)
        case end(Int64, commits: Bool)
    }

    @Test("of a transaction count when it commits, unless a later one is there already")
    func transactions() {
        let cases: [(steps: [Step], offset: Int64?, isUnstable: Bool)] = [
            ([.store(1, by: nil)], 1, false), ([.store(1, by: 7)], nil, true),
            ([.store(1, by: nil), .store(2, by: 7)], 1, true),
            ([.store(1, by: nil), .store(2, by: 7), .end(7, commits: true)], 2, false),
            ([.store(1, by: nil), .store(2, by: 7), .end(7, commits: false)], 1, false),
            ([.store(1, by: nil), .store(2, by: 7), .end(8, commits: true)], 1, true),
            ([.store(2, by: 7), .store(1, by: nil), .end(7, commits: true)], 1, false),
            ([.store(2, by: 7), .store(3, by: 7), .end(7, commits: true)], 3, false),
            ([.store(2, by: 7), .store(3, by: 8), .end(7, commits: true)], 2, true),
            ([.store(2, by: 7), .store(3, by: 8), .end(8, commits: true), .end(7, commits: true)], 3, false),
            ([.end(7, commits: true)], nil, false),
        ]
        for (steps, offset, isUnstable) in cases {
            var groups = GroupCoordinator()
            for step in steps {
                switch step {
                case .store(let offset, let producer):
                    groups.store(CommittedOffset(offset: offset), "g", for: place, inTransactionOf: producer, at: 0)
                case .end(let producer, let commits): groups.endTransaction(of: producer, in: "g", commits: commits)
                }
            }
            #expect(groups.offset("g", for: place)?.offset == offset, "\(steps)")
            #expect(groups.isUnstable("g", for: place) == isUnstable, "\(steps)")
        }
    }

    @Test("may be stored in a transaction by who is in the group's generation, or says nothing of it (KIP-447)")
    func membership() throws {
        var groups = GroupCoordinator()
        let wish = JoinWish(
            memberId: "", clientId: "c", sessionTimeout: 10, rebalanceTimeout: 10, protocolType: "consumer",
            ways: [JoinWish.Way(name: "range", metadata: [])], isNamedFirst: false)
        groups.join("g", wish, 1, at: 0)
        guard case .joined(_, let joined)? = groups.takeReplies().first else {
            Issue.record("no answer")
            return
        }
        let id = joined.memberId
        let cases: [(id: String, generation: Int32, plain: ErrorCode, transactional: ErrorCode)] = [
            ("", -1, .unknownMemberId, .none), (id, 1, .rebalanceInProgress, .none),
            (id, 0, .illegalGeneration, .illegalGeneration), ("other", 1, .unknownMemberId, .unknownMemberId),
            ("other", -1, .unknownMemberId, .unknownMemberId), (id, -1, .illegalGeneration, .illegalGeneration),
        ]
        for (id, generation, plain, transactional) in cases {
            let claim = MemberClaim(memberId: id, generation: generation)
            #expect(groups.mayCommit("g", claim, at: 0) == plain, "\(id), \(generation)")
            #expect(groups.mayCommit("g", claim, isTransactional: true, at: 0) == transactional, "\(id), \(generation)")
        }
        #expect(groups.mayCommit("new", MemberClaim(memberId: "m", generation: 3), at: 0) == .illegalGeneration)
        #expect(groups.mayCommit("new", MemberClaim(memberId: "", generation: -1), at: 0) == .none)
    }

    @Test("are forgotten when nobody has been in the group for long, and not before")
    func expiry() throws {
        var rules = GroupRules()
        rules.offsetRetention = 100
        var groups = GroupCoordinator(rules)
        groups.store(CommittedOffset(offset: 1), "g", for: place, at: 0)
        groups.store(CommittedOffset(offset: 2), "g", for: TopicPartition(topic: "u", partition: 0), at: 50)
        #expect(groups.nextDeadline == 100)
        groups.tick(at: 99)
        #expect(groups.offsets("g").map(\.offset.offset) == [1, 2])
        groups.tick(at: 100)
        #expect(groups.offsets("g").map(\.offset.offset) == [2])
        #expect(groups.nextDeadline == 150)
        // A member keeps them, and so it does for a time after it has left.
        let wish = JoinWish(
            memberId: "", clientId: "c", sessionTimeout: 500, rebalanceTimeout: 500, protocolType: "consumer",
            ways: [JoinWish.Way(name: "range", metadata: [])], isNamedFirst: false)
        groups.join("g", wish, 1, at: 120)
        guard case .joined(_, let joined)? = groups.takeReplies().first else {
            Issue.record("no answer")
            return
        }
        groups.tick(at: 300)
        #expect(groups.offsets("g").map(\.offset.offset) == [2])
        #expect(groups.leave("g", memberId: joined.memberId, instanceId: nil, at: 300) == .none)
        #expect(groups.nextDeadline == 400)
        groups.tick(at: 399)
        #expect(groups.removalRefusal("g") == .none)
        groups.tick(at: 400)
        #expect(groups.offsets("g").isEmpty)
        #expect(groups.removalRefusal("g") == .groupIdNotFound)
        #expect(groups.nextDeadline == nil)
    }

    @Test("wait for an open transaction before they are forgotten, and can be forgotten by command")
    func pending() {
        var rules = GroupRules()
        rules.offsetRetention = 100
        var groups = GroupCoordinator(rules)
        groups.store(CommittedOffset(offset: 1), "g", for: place, at: 0)
        groups.store(CommittedOffset(offset: 2), "g", for: place, inTransactionOf: 7, at: 10)
        groups.tick(at: 1000)
        #expect(groups.offset("g", for: place)?.offset == 1)
        groups.endTransaction(of: 7, in: "g", commits: true)
        #expect(groups.offset("g", for: place)?.offset == 2)
        groups.tick(at: groups.nextDeadline ?? 0)
        #expect(groups.offset("g", for: place) == nil)
        groups.store(CommittedOffset(offset: 1), "g", for: place, at: 5000)
        groups.forgetOffsets(of: "g")
        #expect(groups.offset("g", for: place) == nil)
    }
}
