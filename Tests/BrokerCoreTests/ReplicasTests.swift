// Who leads after brokers went down and came up, and who coordinates which group.
import BrokerCore
import Testing

@Suite("Replicas") struct ReplicasTests {
    /// What happens to brokers 1, 2 and 3 that hold a partition.
    enum Event: Sendable {
        case down(Int32)
        case up(Int32)
        case move(Int32)
        case force(Int32)
    }

    struct Case: Sendable {
        var events: [Event]
        var leader: Int32?
        var inSync: [Int32]
        /// How often the leader changed.
        var changes: Int
    }

    static let cases: [Case] = [
        Case(events: [], leader: 1, inSync: [1, 2, 3], changes: 0),
        Case(events: [.down(2)], leader: 1, inSync: [1, 3], changes: 0),
        Case(events: [.down(1)], leader: 2, inSync: [2, 3], changes: 1),
        // It comes back as a follower.
        Case(events: [.down(1), .up(1)], leader: 2, inSync: [1, 2, 3], changes: 1),
        Case(events: [.down(1), .up(1), .move(1)], leader: 1, inSync: [1, 2, 3], changes: 2),
        Case(events: [.down(1), .move(1)], leader: 2, inSync: [2, 3], changes: 1),
        Case(events: [.down(1), .down(2), .down(3)], leader: nil, inSync: [3], changes: 3),
        // Only who was in sync to the last may lead without loss.
        Case(events: [.down(1), .down(2), .down(3), .up(1), .up(2)], leader: nil, inSync: [3], changes: 3),
        Case(events: [.down(1), .down(2), .down(3), .up(1), .up(3)], leader: 3, inSync: [1, 3], changes: 4),
        Case(events: [.down(1), .down(2), .down(3), .up(1), .force(1)], leader: 1, inSync: [1], changes: 4),
        Case(events: [.force(2)], leader: 2, inSync: [1, 2, 3], changes: 1),
        Case(events: [.move(4), .force(4), .up(4)], leader: 1, inSync: [1, 2, 3], changes: 0),
    ]

    @Test("are led by the next in sync", arguments: cases) func leaders(of example: Case) {
        var live: Set<Int32> = [1, 2, 3]
        var replicas = Replicas([1, 2, 3], live: live)
        var changes = 0
        for event in example.events {
            let hasChanged: Bool
            switch event {
            case .down(let broker):
                live.remove(broker)
                hasChanged = replicas.lose(broker)
            case .up(let broker):
                live.insert(broker)
                hasChanged = replicas.regain(broker, live: live)
            case .move(let broker): hasChanged = replicas.move(to: broker)
            case .force(let broker): hasChanged = replicas.force(broker, live: live)
            }
            if hasChanged { changes += 1 }
        }
        #expect(replicas.leader == example.leader)
        #expect(replicas.inSync == example.inSync)
        #expect(changes == example.changes)
    }

    @Test("are spread over brokers, those that are down left out") func spread() {
        #expect(
            (0..<4).map { Replicas.spread($0, factor: 2, over: [1, 2, 3]) } == [[1, 2], [2, 3], [3, 1], [1, 2]])
        let replicas = Replicas([1, 2, 3], live: [2, 3])
        #expect(replicas.leader == 2)
        #expect(replicas.inSync == [2, 3])
    }

    @Test(
        "of a group are found by its name, as Kafka finds them",
        // What `Utils.abs(name.hashCode) % 50` is in Java.
        arguments: [("", 0), ("g", 3), ("my-group", 36), ("consumer-group-1", 20)])
    func slots(name: String, slot: Int) {
        #expect(Coordinators.slot(of: name) == slot)
    }

    @Test("of groups move with the broker, and by hand") func coordinators() {
        var coordinators = Coordinators(brokers: [1, 2, 3])
        let names = (0..<100).map { "group \($0)" }
        let before = names.map { coordinators.broker(of: .group, $0) }
        #expect(Set(before) == [1, 2, 3])
        coordinators.lose(2)
        for (name, old) in zip(names, before) {
            #expect(coordinators.broker(of: .group, name) == (old == 2 ? 3 : old))
            #expect(coordinators.broker(of: .transaction, name) == (old == 2 ? 3 : old))
        }
        let moves = [coordinators.move(.group, "group 0", to: 2), coordinators.move(.group, "group 0", to: 1)]
        #expect(moves == [false, true])
        #expect(coordinators.broker(of: .group, "group 0") == 1)
    }
}
