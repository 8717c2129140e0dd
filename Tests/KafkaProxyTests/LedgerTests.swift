// The account: entries in their order, what became of each, and members that are still there.
import Testing

@testable import KafkaProxy

@Suite("The account of the wire") struct LedgerTests {
    private let place = WirePlace("t", 0)
    private let other = WirePlace("t", 1)

    private func part(_ place: WirePlace, _ range: Range<Int64>, error: Int16 = 0) -> FetchedPart {
        FetchedPart(
            place: place, error: error, range: range, hasRecords: !range.isEmpty, highWatermark: 100,
            lastStableOffset: 90)
    }

    private func enter(_ request: RequestFacts, _ connection: Int, _ ledger: inout WireLedger) -> WireLedger.Ticket? {
        ledger.enter(request, connection: connection)
    }

    private func ticket(
        _ request: RequestFacts, _ connection: Int, _ ledger: inout WireLedger
    ) throws -> WireLedger.Ticket {
        let ticket = enter(request, connection, &ledger)
        return try #require(ticket)
    }

    @Test("joins what one connection reads on, and keeps apart what it reads again")
    func reads() throws {
        var ledger = WireLedger()
        func fetch(_ connection: Int, _ parts: [FetchedPart], isTold: Bool = true) throws {
            let asked = parts.map { WirePosition($0.place, $0.range.lowerBound) }
            let ticket = try ticket(.fetch(asked), connection, &ledger)
            ledger.enter(.fetched(parts), of: ticket, isTold: isTold)
        }
        try fetch(1, [part(place, 0..<10), part(other, 0..<5)])
        try fetch(1, [part(place, 10..<20)])
        try fetch(2, [part(place, 20..<25)])
        try fetch(1, [part(place, 10..<20)])
        try fetch(1, [part(place, 20..<30)], isTold: false)
        try fetch(1, [part(place, 40..<50, error: 1)])
        #expect(ledger.reads.map(\.place) == [place, other, place, place])
        #expect(ledger.reads.map(\.range) == [0..<20, 0..<5, 20..<25, 10..<20])
        #expect(ledger.reads.map(\.connection) == [1, 1, 2, 1])
        #expect(ledger.reads.map(\.order) == [1, 2, 3, 4])
        #expect(ledger.positions == [place: 40, other: 0])
        #expect(ledger.ends[place] == .init(high: 100, stable: 90))
        ledger.beginLife()
        #expect(ledger.positions.isEmpty)
        try fetch(1, [part(place, 20..<22)])
        #expect(ledger.reads.map(\.life) == [1, 1, 1, 1, 2])
    }

    @Test("tells what became of commits and of output, in or out of a transaction")
    func effects() throws {
        var ledger = WireLedger()
        let positions = [WirePosition(place, 5), WirePosition(other, 6)]
        let plain = try ticket(.commit(positions, group: "g", transaction: nil), 1, &ledger)
        let batches = [
            ProducedBatch(place: place, records: 3, isTransactional: false),
            ProducedBatch(place: place, records: 4, isTransactional: false),
            ProducedBatch(place: other, records: 5, isTransactional: true),
        ]
        let produced = try ticket(.produce(batches, transaction: "x", acks: -1), 2, &ledger)
        #expect(enter(.produce(batches, transaction: nil, acks: 0), 2, &ledger) == nil)
        _ = ledger.enter(.commit([positions[0]], group: "g", transaction: "x"), connection: 2)
        let end = try ticket(.endTransaction("x", isCommit: true), 2, &ledger)
        ledger.enter(
            .outcomes([PlaceOutcome(place: place, error: 0), PlaceOutcome(place: other, error: 27)]), of: plain,
            isTold: true)
        ledger.enter(
            .outcomes([
                PlaceOutcome(place: other, error: 0, baseOffset: 70),
                PlaceOutcome(place: place, error: 0, baseOffset: 10),
            ]), of: produced, isTold: false)
        ledger.enter(.done(error: 0), of: end, isTold: true)
        #expect(ledger.commits.map(\.outcome) == [.done, .refused(27), .sent])
        #expect(ledger.commits.map(\.transaction) == [nil, nil, "x"])
        #expect(ledger.outputs.map(\.base) == [10, 13, 70, nil, nil, nil])
        #expect(ledger.outputs.map(\.outcome.isInEffect) == [true, true, true, false, false, false])
        #expect(ledger.outputs.map(\.isTransactional) == [false, false, true, false, false, true])
        #expect(ledger.endings.map(\.outcome) == [.done])
        let orders = ledger.commits.map(\.order) + ledger.outputs.map(\.order) + ledger.endings.map(\.order)
        #expect(orders.sorted() == Array(1...10))
    }

    @Test("knows who is a member of a group, and who has left")
    func members() throws {
        var ledger = WireLedger()
        func join(_ member: String, error: Int16 = 0, isStatic: Bool = false, connection: Int = 1) throws {
            let request = RequestFacts.join(group: "g", member: "", isStatic: isStatic)
            let ticket = try ticket(request, connection, &ledger)
            ledger.enter(.joined(member: member, error: error), of: ticket, isTold: true)
        }
        try join("a", error: 79)
        try join("a", connection: 4)
        try join("b")
        try join("static", isStatic: true)
        try join("refused", error: 25)
        #expect(ledger.members == ["g": ["a": .init(connection: 4), "b": .init(connection: 1)]])
        let leave = try ticket(.leave(group: "g", members: ["b"]), 1, &ledger)
        ledger.enter(.done(error: 0), of: leave, isTold: true)
        #expect(ledger.members == ["g": ["a": .init(connection: 4)]])
        _ = ledger.enter(.initProducer(transaction: "x"), connection: 1)
        _ = ledger.enter(.initProducer(transaction: nil), connection: 1)
        _ = ledger.enter(.initProducer(transaction: "x"), connection: 1)
        #expect(ledger.transactionalIds == ["x"])
        ledger.beginLife()
        #expect(ledger.members.isEmpty)
        #expect(ledger.life == 2)
    }
}
