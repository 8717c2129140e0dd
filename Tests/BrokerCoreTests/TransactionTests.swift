// What producers of a transactional id are answered, in every state their transaction can be in.
import BrokerCore
import KafkaWire
import Testing

/// A coordinator in which id `t` is in one of its states, with the producer that has it.
private struct World {
    var coordinator = TransactionCoordinator()
    var producer = ProducerIdentity.none

    /// As Kafka calls it; "New" for an id that nobody has had.
    init(_ state: String) {
        if state == "New" { return }
        producer = initialize().producer
        if state == "Empty" { return }
        _ = coordinator.add([place], to: "t", producer, at: 100)
        if state == "Ongoing" { return }
        _ = coordinator.end("t", producer, state.hasSuffix("Commit") ? .commit : .abort)
        if state.hasPrefix("Complete") { complete() }
    }

    var state: String? { coordinator.summary(of: "t")?.state }

    mutating func initialize(
        _ known: ProducerIdentity = .none, at now: Milliseconds = 0
    ) -> (producer: ProducerIdentity, error: ErrorCode) {
        coordinator.initProducer("t", timeout: 60, known: known, at: now)
    }

    @discardableResult
    mutating func complete() -> [TransactionEnd] {
        let ends = coordinator.takeEnds()
        for end in ends {
            coordinator.noteWritten(end.transactionalId, partitions: end.partitions, groups: end.groups)
        }
        return ends
    }
}

private let place = TopicPartition(topic: "a", partition: 0)

@Suite("Transactions") struct TransactionTests {
    static let states = [
        "Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort",
    ]

    @Test("are in the state that their requests have brought them to", arguments: states)
    func reach(state: String) { #expect(World(state).state == state) }

    @Test("answer each request as the state of the id demands")
    func table() {
        typealias Ask = (inout World) -> ErrorCode
        let requests: [(name: String, ask: Ask, answers: [ErrorCode], after: [String])] = [
            (
                "add", { $0.coordinator.add([place], to: "t", $0.producer, at: 0) },
                [.none, .none, .concurrentTransactions, .concurrentTransactions, .none, .none],
                ["Ongoing", "Ongoing", "PrepareCommit", "PrepareAbort", "Ongoing", "Ongoing"]
            ),
            (
                "add a group", { $0.coordinator.add(group: "g", to: "t", $0.producer, at: 0) },
                [.none, .none, .concurrentTransactions, .concurrentTransactions, .none, .none],
                ["Ongoing", "Ongoing", "PrepareCommit", "PrepareAbort", "Ongoing", "Ongoing"]
            ),
            (
                "commit", { $0.coordinator.end("t", $0.producer, .commit) },
                [.invalidTxnState, .none, .concurrentTransactions, .invalidTxnState, .none, .invalidTxnState],
                ["Empty", "PrepareCommit", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort"]
            ),
            (
                "abort", { $0.coordinator.end("t", $0.producer, .abort) },
                [.invalidTxnState, .none, .invalidTxnState, .concurrentTransactions, .invalidTxnState, .none],
                ["Empty", "PrepareAbort", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort"]
            ),
            (
                "begin anew", { $0.initialize().error },
                [.none, .concurrentTransactions, .concurrentTransactions, .concurrentTransactions, .none, .none],
                ["Empty", "PrepareAbort", "PrepareCommit", "PrepareAbort", "Empty", "Empty"]
            ),
            (
                "go on", { $0.initialize($0.producer).error },
                [.none, .concurrentTransactions, .concurrentTransactions, .concurrentTransactions, .none, .none],
                ["Empty", "PrepareAbort", "PrepareCommit", "PrepareAbort", "Empty", "Empty"]
            ),
            (
                "write", { $0.coordinator.mayWrite($0.producer, to: place) },
                [
                    .invalidTxnState, .none, .invalidTxnState, .invalidTxnState, .invalidTxnState,
                    .invalidTxnState,
                ], Self.states
            ),
            (
                "write elsewhere",
                { $0.coordinator.mayWrite($0.producer, to: TopicPartition(topic: "a", partition: 1)) },
                Array(repeating: .invalidTxnState, count: 6), Self.states
            ),
            (
                "store offsets", { $0.coordinator.mayWrite($0.producer, toGroup: "g") },
                Array(repeating: .invalidTxnState, count: 6), Self.states
            ),
        ]
        for (name, ask, answers, after) in requests {
            for (index, state) in Self.states.enumerated() {
                var world = World(state)
                #expect(ask(&world) == answers[index], "\(name) in \(state)")
                #expect(world.state == after[index], "\(name) in \(state)")
            }
        }
    }

    @Test("refuse who is fenced, unknown or nobody, in every state", arguments: states)
    func strangers(state: String) {
        let cases: [(name: String, shift: (id: Int64, epoch: Int16), error: ErrorCode)] = [
            ("t", (0, -1), .producerFenced), ("t", (0, 1), .producerFenced), ("t", (1, 0), .invalidProducerIdMapping),
            ("other", (0, 0), .invalidProducerIdMapping), ("", (0, 0), .invalidRequest),
        ]
        for (name, shift, error) in cases {
            var world = World(state)
            let stranger = ProducerIdentity(
                id: world.producer.id + shift.id, epoch: world.producer.epoch + shift.epoch)
            #expect(world.coordinator.add([place], to: name, stranger, at: 0) == error, "\(name) \(shift)")
            #expect(world.coordinator.add(group: "g", to: name, stranger, at: 0) == error, "\(name) \(shift)")
            #expect(world.coordinator.end(name, stranger, .commit) == error, "\(name) \(shift)")
            #expect(world.state == state, "\(name) \(shift)")
        }
        let world = World(state)
        let zombie = ProducerIdentity(id: world.producer.id, epoch: world.producer.epoch - 1)
        #expect(world.coordinator.mayWrite(zombie, to: place) == .invalidProducerEpoch)
        #expect(world.coordinator.mayWrite(ProducerIdentity(id: 99, epoch: 0), to: place) == .invalidProducerIdMapping)
    }

    @Test("end in all their partitions and groups, and are over when all markers are written")
    func ends() {
        var world = World("Empty")
        let places = (0..<3).map { TopicPartition(topic: "a", partition: 2 - $0) }
        #expect(world.coordinator.add(places, to: "t", world.producer, at: 0) == .none)
        #expect(world.coordinator.add(group: "g", to: "t", world.producer, at: 0) == .none)
        #expect(world.coordinator.mayWrite(world.producer, toGroup: "g") == .none)
        world.coordinator.move()
        #expect(world.coordinator.end("t", world.producer, .commit) == .none)
        let ends = world.coordinator.takeEnds()
        #expect(ends.map(\.transactionalId) == ["t"] && ends.map(\.producer) == [world.producer])
        #expect(ends.map(\.marker) == [ControlMarker(.commit, coordinatorEpoch: 1)])
        #expect(ends.map(\.partitions) == [places.reversed()] && ends.map(\.groups) == [["g"]])
        let more = world.coordinator.takeEnds()
        #expect(more == [])
        world.coordinator.noteWritten("t", partitions: places)
        #expect(world.state == "PrepareCommit")
        world.coordinator.noteWritten("t", partitions: [], groups: ["g"])
        #expect(world.state == "CompleteCommit")
        // Nothing is left of it in the next.
        _ = world.coordinator.add([], to: "t", world.producer, at: 0)
        #expect(world.coordinator.mayWrite(world.producer, to: places[0]) == .invalidTxnState)
    }

    @Test("of an earlier producer are aborted before the next one has the id")
    func fencing() {
        var world = World("Ongoing")
        let zombie = world.producer
        #expect(world.initialize().error == .concurrentTransactions)
        #expect(world.initialize().error == .concurrentTransactions)
        let ends = world.complete()
        #expect(ends.map(\.marker.kind) == [.abort])
        // The marker fences the zombie in the logs too.
        #expect(ends.map(\.producer) == [ProducerIdentity(id: zombie.id, epoch: zombie.epoch + 1)])
        let (next, error) = world.initialize()
        #expect(error == .none)
        #expect(next == ProducerIdentity(id: zombie.id, epoch: zombie.epoch + 2))
        #expect(world.coordinator.end("t", zombie, .commit) == .producerFenced)
    }

    @Test("that last too long are aborted, and their producer is fenced")
    func timeouts() {
        var world = World("Ongoing")
        #expect(world.coordinator.nextDeadline == 160)
        // More partitions give no more time.
        _ = world.coordinator.add([TopicPartition(topic: "b", partition: 0)], to: "t", world.producer, at: 150)
        world.coordinator.tick(at: 159)
        #expect(world.state == "Ongoing")
        world.coordinator.tick(at: 160)
        #expect(world.state == "PrepareAbort" && world.coordinator.nextDeadline == nil)
        #expect(world.complete().first?.partitions.map(\.topic) == ["a", "b"])
        #expect(world.coordinator.end("t", world.producer, .commit) == .producerFenced)
        // Who says what it was knows that it has been fenced.
        #expect(world.initialize(world.producer).error == .producerFenced)
        #expect(world.initialize().producer.epoch == 2)
    }

    @Test("can be fenced by command, also where none is open", arguments: states)
    func command(state: String) {
        var world = World(state)
        let fenced = [world.coordinator.fence("t"), world.coordinator.fence("nobody")]
        #expect(fenced == [true, false])
        #expect(world.coordinator.end("t", world.producer, .commit) == .producerFenced)
        world.complete()
        #expect(world.initialize().error == .none)
    }

    @Test("let a producer that goes on keep its id, and answer it twice alike (KIP-360)")
    func goingOn() {
        var world = World("Empty")
        let first = world.producer
        let next = world.initialize(first)
        #expect(next.producer == ProducerIdentity(id: first.id, epoch: first.epoch + 1) && next.error == .none)
        let again = world.initialize(first)
        #expect(again.producer == next.producer && again.error == .none)
        // Another producer has come between.
        let other = world.initialize().producer
        #expect(other.epoch == first.epoch + 2)
        #expect(world.initialize(first).error == .producerFenced)
        #expect(world.initialize(next.producer).error == .producerFenced)
        #expect(world.initialize(ProducerIdentity(id: 77, epoch: 0)).error == .producerFenced)
        #expect(world.initialize(ProducerIdentity(id: 77, epoch: -1)).error == .invalidRequest)
        // Of a forgotten id nothing is held against who says that it had it.
        var fresh = World("New")
        #expect(fresh.initialize(ProducerIdentity(id: 77, epoch: 3)).producer.epoch == 0)
    }

    @Test("give another id behind the last epoch, also to who did not hear of it")
    func exhausted() {
        var world = World("Empty")
        while world.producer.epoch < .max - 1 { world.producer = world.initialize(world.producer).producer }
        let last = world.producer
        let next = world.initialize(last).producer
        #expect(next.id != last.id && next.epoch == 0)
        #expect(world.initialize(last).producer == next)
        #expect(world.coordinator.mayWrite(last, to: place) == .invalidProducerIdMapping)
        #expect(world.coordinator.end("t", last, .commit) == .invalidProducerIdMapping)
        while world.producer.epoch < .max - 1 || world.producer.id == last.id {
            world.producer = world.initialize().producer
        }
        for _ in 0..<3 { _ = world.coordinator.fence("t") }
        #expect(world.initialize().producer.epoch == 0)
    }

    @Test("ask for a time that is allowed, and a name")
    func requests() {
        var rules = TransactionRules()
        rules.longestTimeout = 10
        var coordinator = TransactionCoordinator(rules)
        let cases: [(name: String?, timeout: Milliseconds, error: ErrorCode)] = [
            ("", 5, .invalidRequest), ("t", 0, .invalidTransactionTimeout), ("t", 11, .invalidTransactionTimeout),
            ("t", 10, .none), (nil, 0, .none),
        ]
        for (name, timeout, error) in cases {
            #expect(coordinator.initProducer(name, timeout: timeout, at: 0).error == error, "\(name ?? "nil")")
        }
        let (one, two) = (
            coordinator.initProducer(nil, timeout: 0, at: 0), coordinator.initProducer(nil, timeout: 0, at: 0)
        )
        #expect(one.producer.id != two.producer.id && one.producer.epoch == 0)
        #expect(coordinator.transactionalIds == ["t"])
    }
}
