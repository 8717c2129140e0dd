// Groups as members see them: generations, assignments, sessions, and who may commit.
import BrokerCore
import KafkaWire
import Testing

/// A coordinator and its clock, with one group, and what it has answered.
private final class Members {
    var coordinator: GroupCoordinator
    var now: Milliseconds = 0
    var tickets: Ticket = 0
    var joined: [Ticket: Joined] = [:]
    var synced: [Ticket: Synced] = [:]

    init(initialDelay: Milliseconds = 0) {
        var rules = GroupRules()
        rules.initialDelay = initialDelay
        coordinator = GroupCoordinator(rules)
    }

    private func take() {
        for reply in coordinator.takeReplies() {
            switch reply {
            case .joined(let ticket, let answer): joined[ticket] = answer
            case .synced(let ticket, let answer): synced[ticket] = answer
            }
        }
    }

    func pass(_ time: Milliseconds) {
        now += time
        coordinator.tick(at: now)
        take()
    }

    func join(
        _ memberId: String = "", instance: String? = nil, client: String = "c", session: Milliseconds = 100,
        rebalance: Milliseconds = 300, type: String = "consumer", ways: [String] = ["range"], named: Bool = false
    ) -> Ticket {
        tickets += 1
        let wish = JoinWish(
            memberId: memberId, instanceId: instance, clientId: client, sessionTimeout: session,
            rebalanceTimeout: rebalance, protocolType: type,
            ways: ways.map { JoinWish.Way(name: $0, metadata: Array($0.utf8)) }, isNamedFirst: named)
        coordinator.join("g", wish, tickets, at: now)
        take()
        return tickets
    }

    func sync(_ member: Joined, _ assignments: [String: [UInt8]] = [:]) -> Ticket {
        tickets += 1
        let claim = MemberClaim(memberId: member.memberId, generation: member.generation)
        coordinator.sync("g", claim, assignments: assignments, tickets, at: now)
        take()
        return tickets
    }

    func beat(_ member: Joined, instance: String? = nil) -> ErrorCode {
        let claim = MemberClaim(memberId: member.memberId, instanceId: instance, generation: member.generation)
        defer { take() }
        return coordinator.heartbeat("g", claim, at: now)
    }

    func leave(_ memberId: String, instance: String? = nil) -> ErrorCode {
        defer { take() }
        return coordinator.leave("g", memberId: memberId, instanceId: instance, at: now)
    }

    func commit(_ memberId: String, _ generation: Int32) -> ErrorCode {
        coordinator.mayCommit("g", MemberClaim(memberId: memberId, generation: generation), at: now)
    }

    /// Two members of a stable group, the leader first.
    func pair() throws -> (Joined, Joined) {
        let one = try #require(joined[join()])
        let two = join()
        let again = join(one.memberId)
        let (leader, other) = (try #require(joined[again]), try #require(joined[two]))
        let waiting = sync(other)
        #expect(synced[waiting] == nil)
        let led = sync(leader, [leader.memberId: [1], other.memberId: [2]])
        #expect(synced[led]?.assignment == [1])
        #expect(synced[waiting]?.assignment == [2])
        return (leader, other)
    }
}

@Suite("A group") struct GroupTests {
    @Test("makes the first member its leader and gives it everybody's metadata")
    func alone() throws {
        let world = Members()
        let member = try #require(world.joined[world.join()])
        #expect(member.error == .none)
        #expect(member.generation == 1)
        #expect(member.leader == member.memberId)
        #expect(member.members.map(\.metadata) == [Array("range".utf8)])
        let synced = world.synced[world.sync(member, [member.memberId: [9]])]
        #expect(synced?.assignment == [9])
        #expect(synced?.protocolName == "range")
        #expect(world.beat(member) == .none)
    }

    @Test("tells members by their heartbeats to join again, and begins when all have")
    func newcomer() throws {
        let world = Members()
        let first = try #require(world.joined[world.join()])
        _ = world.sync(first)
        let second = world.join()
        #expect(world.joined[second] == nil)
        #expect(world.beat(first) == .rebalanceInProgress)
        let again = world.join(first.memberId)
        #expect(world.joined[again]?.generation == 2)
        #expect(world.joined[again]?.members.count == 2)
        #expect(world.joined[second]?.generation == 2)
        #expect(world.joined[second]?.members == [])
        #expect(world.beat(first) == .illegalGeneration)
    }

    @Test("waits a while for more members where it is told to")
    func delay() throws {
        let world = Members(initialDelay: 50)
        let (first, second) = (world.join(), world.join())
        #expect(world.coordinator.nextDeadline == 50)
        world.pass(49)
        #expect(world.joined.isEmpty)
        world.pass(1)
        #expect(world.joined[first]?.members.count == 2)
        #expect(world.joined[second]?.generation == 1)
    }

    @Test("forgets who has not joined again in time")
    func late() throws {
        let world = Members()
        let (leader, other) = try world.pair()
        let third = world.join()
        let again = world.join(other.memberId)
        // The leader lives, but does not join.
        for _ in 0..<5 {
            world.pass(50)
            #expect(world.beat(leader) == .rebalanceInProgress)
        }
        world.pass(50)
        #expect(world.joined[third]?.generation == 3)
        #expect(world.joined[again]?.leader == other.memberId)
        #expect(world.beat(leader) == .unknownMemberId)
    }

    @Test("takes a member for dead whose session is over, and nobody who waits for an answer")
    func sessions() throws {
        let world = Members()
        let (leader, other) = try world.pair()
        world.pass(99)
        #expect(world.beat(leader) == .none)
        world.pass(1)
        #expect(world.beat(other) == .unknownMemberId)
        #expect(world.beat(leader) == .rebalanceInProgress)
        let again = world.join(leader.memberId)
        #expect(world.joined[again]?.members.count == 1)
    }

    @Test("removes who never asks for its assignment")
    func neverSyncs() throws {
        let world = Members()
        let member = try #require(world.joined[world.join(session: 10_000)])
        #expect(world.coordinator.nextDeadline == 300)
        world.pass(300)
        #expect(world.beat(member) == .unknownMemberId)
        #expect(world.coordinator.nextDeadline == nil)
    }

    @Test("sends those who wait for their assignment back to joining when somebody comes")
    func interrupted() throws {
        let world = Members()
        let one = try #require(world.joined[world.join()])
        let two = world.join()
        _ = world.join(one.memberId)
        let waiting = world.sync(try #require(world.joined[two]))
        _ = world.join()
        #expect(world.synced[waiting]?.error == .rebalanceInProgress)
    }

    @Test("gives back a leaver's partitions at once")
    func leaves() throws {
        let world = Members()
        let (leader, other) = try world.pair()
        #expect(world.leave(other.memberId) == .none)
        #expect(world.leave(other.memberId) == .unknownMemberId)
        #expect(world.beat(leader) == .rebalanceInProgress)
        let again = world.join(leader.memberId)
        #expect(world.joined[again]?.generation == 3)
        #expect(world.leave(leader.memberId) == .none)
        #expect(world.commit("", -1) == .none)
    }

    @Test("answers again, without a new generation, a member that changes nothing")
    func asksAgain() throws {
        let world = Members()
        let (leader, other) = try world.pair()
        let again = world.join(other.memberId)
        #expect(world.joined[again]?.generation == leader.generation)
        // The leader asks for a new one by that.
        _ = world.join(leader.memberId)
        #expect(world.beat(other) == .rebalanceInProgress)
    }

    @Test("chooses the way that all know and most like best")
    func ways() throws {
        let world = Members()
        let one = try #require(world.joined[world.join(ways: ["range", "sticky", "own"])])
        let two = world.join(ways: ["sticky", "range"])
        let three = world.join(ways: ["sticky", "range", "odd"])
        _ = world.join(one.memberId, ways: ["range", "sticky", "own"])
        #expect(world.joined[two]?.protocolName == "sticky")
        #expect(world.joined[three]?.protocolName == "sticky")
        #expect(world.joined[world.join(ways: ["own"])]?.error == .inconsistentGroupProtocol)
        #expect(world.joined[world.join(type: "connect")]?.error == .inconsistentGroupProtocol)
        #expect(world.joined[world.join(ways: [])]?.error == .inconsistentGroupProtocol)
    }

    @Test("names a newcomer first where it can be told to, and forgets a name that nobody takes")
    func names() throws {
        let world = Members()
        let told = try #require(world.joined[world.join(client: "app", named: true)])
        #expect(told.error == .memberIdRequired)
        #expect(told.memberId.hasPrefix("app-"))
        #expect(world.joined[world.join(told.memberId, named: true)]?.generation == 1)
        let other = try #require(world.joined[world.join(named: true)])
        world.pass(100)
        #expect(world.joined[world.join(other.memberId, named: true)]?.error == .unknownMemberId)
        #expect(world.joined[world.join("never-heard-of")]?.error == .unknownMemberId)
    }

    @Test("keeps the place of a static member that comes back, and fences the one it replaces")
    func staticMembers() throws {
        let world = Members()
        let one = try #require(world.joined[world.join()])
        let two = world.join(instance: "i")
        let leader = try #require(world.joined[world.join(one.memberId)])
        let old = try #require(world.joined[two])
        _ = world.sync(leader, [leader.memberId: [1], old.memberId: [2]])
        let new = try #require(world.joined[world.join(instance: "i")])
        #expect(new.generation == old.generation)
        #expect(new.memberId != old.memberId)
        #expect(world.synced[world.sync(new)]?.assignment == [2])
        #expect(world.beat(old, instance: "i") == .fencedInstanceId)
        #expect(world.joined[world.join(old.memberId, instance: "i")]?.error == .fencedInstanceId)
        #expect(world.beat(leader) == .none)
        #expect(world.leave("", instance: "i") == .none)
        #expect(world.beat(leader) == .rebalanceInProgress)
    }

    @Test("refuses a join without a name of the group, or with a session that is not allowed")
    func refusals() {
        var rules = GroupRules()
        rules.sessionTimeouts = 10...20
        var coordinator = GroupCoordinator(rules)
        let cases: [(group: String, session: Milliseconds, error: ErrorCode)] = [
            ("", 15, .invalidGroupId), ("g", 9, .invalidSessionTimeout), ("g", 21, .invalidSessionTimeout),
            ("g", 20, .none),
        ]
        for (group, session, error) in cases {
            let wish = JoinWish(
                memberId: "", clientId: "c", sessionTimeout: session, rebalanceTimeout: 10, protocolType: "consumer",
                ways: [JoinWish.Way(name: "range", metadata: [])], isNamedFirst: false)
            coordinator.join(group, wish, 1, at: 0)
            guard case .joined(1, let joined)? = coordinator.takeReplies().first else {
                Issue.record("\(group), \(session): no answer")
                continue
            }
            #expect(joined.error == error, "\(group), \(session)")
        }
    }

    @Test("lets members commit, and others only while it has none")
    func commits() throws {
        let world = Members()
        #expect(world.commit("", -1) == .none)
        let (leader, other) = try world.pair()
        let cases: [(member: String, generation: Int32, error: ErrorCode)] = [
            ("", -1, .unknownMemberId), (other.memberId, other.generation, .none),
            (other.memberId, other.generation - 1, .illegalGeneration), ("stranger", 2, .unknownMemberId),
        ]
        for (member, generation, error) in cases {
            #expect(world.commit(member, generation) == error, "\(member), \(generation)")
        }
        _ = world.join()
        // Members may still store what they have done before they join again.
        #expect(world.commit(leader.memberId, leader.generation) == .none)
    }

    @Test("remembers what was committed, until its topic is gone")
    func offsets() {
        var coordinator = GroupCoordinator()
        let places = [("b", 1), ("a", 2), ("a", 0)].map { TopicPartition(topic: $0.0, partition: Int32($0.1)) }
        for (index, place) in places.enumerated() {
            coordinator.store(CommittedOffset(offset: Int64(index), metadata: "m"), "g", for: place, at: 0)
        }
        #expect(coordinator.offset("g", for: places[1]) == CommittedOffset(offset: 1, metadata: "m"))
        #expect(coordinator.offset("h", for: places[1]) == nil)
        #expect(coordinator.offsets("g").map(\.offset.offset) == [2, 1, 0])
        coordinator.forgetOffsets(ofTopic: "a")
        #expect(coordinator.offsets("g").map(\.place) == [places[0]])
    }

    @Test("keeps the offsets of topics that its members read")
    func offsetsOfMembers() throws {
        var subscription = ConsumerSubscription()
        subscription.topics = ["read"]
        let words = try subscription.encode(version: 1).array
        let cases: [(type: String, metadata: [UInt8], refusal: ErrorCode, isRead: Bool)] = [
            ("consumer", words, .none, true), ("consumer", [1], .none, false),
            ("connect", words, .nonEmptyGroup, false),
        ]
        for (type, metadata, refusal, isRead) in cases {
            var coordinator = GroupCoordinator()
            #expect(coordinator.offsetRemovalRefusal("g") == .groupIdNotFound)
            let wish = JoinWish(
                memberId: "", clientId: "c", sessionTimeout: 100, rebalanceTimeout: 100, protocolType: type,
                ways: [JoinWish.Way(name: "range", metadata: metadata)], isNamedFirst: false)
            coordinator.join("g", wish, 1, at: 0)
            #expect(coordinator.offsetRemovalRefusal("g") == refusal, "\(type)")
            #expect(coordinator.isRead("read", by: "g") == isRead, "\(type)")
            #expect(!coordinator.isRead("other", by: "g"))
        }
    }
}
