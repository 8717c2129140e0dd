// The counting sink: exact however often a record comes, for anybody's records, over restarts and with gaps.
@testable import Evidence
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("The counting sink")
struct CountingSinkTests {
    let disk = SimulatedDisk()

    private func configuration(
        _ origin: RecordOrigin, starts: [Offset] = [0, 0], ends: [Offset], directory: String = "/run"
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration(
            strategy: .directLogFirst, sink: .counting, directory: directory, group: "g", starts: starts, ends: ends,
            cuts: .count(block: 10, batch: 10))
        configuration.origin = origin
        return configuration
    }

    /// A block with the records of some offsets; their values are kbench's, numbered by `sequence`, or of no kind at all.
    private func block(_ offsets: [(Partition, Offset)], sequence: ((Partition, Offset) -> Int)? = nil) -> Block {
        let block = Block()
        var value = [UInt8](repeating: 7, count: 24)
        for (partition, offset) in offsets {
            if let sequence {
                let identity = RecordFormat.Identity(producer: 0, sequence: UInt64(sequence(partition, offset)))
                value.withUnsafeMutableBytes { RecordFormat.write(identity, seed: 1, into: $0) }
            }
            value.withUnsafeBytes { block.append(partition: partition, offset: offset, key: nil, value: $0) }
        }
        return block
    }

    private func verdict(_ count: Int, existing: String? = nil) throws -> Verdict {
        try Verdict(
            of: [CountedDeliveries(ofRunIn: "/run", disk: disk)],
            against: existing.map { try Production(count: count, countedByRunIn: $0, disk: disk) }
                ?? Production(count: count), readings: Readings(ofRunsIn: ["/run"], disk: disk))
    }

    @Test("counts exactly, however often a record comes", arguments: [1, 2, 3, 4, 5, 100])
    func counts(times: Int) throws {
        let configuration = configuration(.kbench, ends: [2, 2])
        let sink = try CountingSink(configuration: configuration, disk: disk)
        for _ in 0..<times { #expect(try sink.count(block([(0, 0), (1, 0)]) { Int($0) + 2 * Int($1) }) == 0) }
        sink.close()
        let verdict = try verdict(4)
        #expect(verdict.delivered == 2 * times)
        #expect(verdict.duplicates == 2 * (times - 1))
        #expect(verdict.lost == 2)
        #expect(verdict.corrupted == 0)
    }

    @Test("goes on counting after a restart, also for more records than before")
    func restart() throws {
        for ends in [[1, 1], [1, 1], [200, 200]] as [[Offset]] {
            let sink = try CountingSink(configuration: configuration(.kbench, ends: ends), disk: disk)
            #expect(try sink.count(block([(0, ends[0] - 1)]) { _, offset in Int(offset) }) == 0)
            sink.close()
        }
        let verdict = try verdict(400)
        #expect(verdict.delivered == 3)
        #expect(verdict.duplicates == 1)
        #expect(verdict.lost == 398)
    }

    @Test("grows for input that has no known end")
    func openEnd() throws {
        let sink = try CountingSink(
            configuration: configuration(.kbench, ends: [EngineConfiguration.openEnd, 1]), disk: disk)
        for number in [0, 5_000_000, 0] { #expect(try sink.count(block([(0, 0)]) { _, _ in number }) == 0) }
        sink.close()
        let verdict = try verdict(5_000_001)
        #expect(verdict.delivered == 3)
        #expect(verdict.duplicates == 1)
        #expect(verdict.lost == 4_999_999)
    }

    @Test("calls what is none of the run's records corrupted")
    func corrupted() throws {
        let sink = try CountingSink(configuration: configuration(.kbench, ends: [2, 2]), disk: disk)
        #expect(try sink.count(block([(0, 0), (0, 1)])) == 2)
        #expect(try sink.count(block([(0, 0)]) { _, _ in 4 }) == 1)
        // A number there is room for and no record was given.
        #expect(try sink.count(block([(0, 0)]) { _, _ in 3 }) == 0)
        sink.close()
        let verdict = try verdict(3)
        #expect(verdict.corrupted == 4)
        #expect(verdict.delivered == 0)
        #expect(verdict.lost == 3)
    }

    @Test("tells anybody's records by where they lie")
    func anyone() throws {
        let sink = try CountingSink(
            configuration: configuration(.anyone, starts: [10, 5], ends: [13, 6]), disk: disk)
        #expect(try sink.count(block([(0, 10), (0, 12), (1, 5), (0, 12)])) == 0)
        #expect(try sink.count(block([(0, 9), (0, 13), (1, 4), (2, 0)])) == 4)
        sink.close()
        let verdict = try verdict(4)
        #expect(verdict.delivered == 4)
        #expect(verdict.duplicates == 1)
        #expect(verdict.lost == 1)
        #expect(verdict.corrupted == 4)
    }

    @Test("refuses a ledger that numbers other offsets")
    func otherLedger() throws {
        try CountingSink(configuration: configuration(.anyone, ends: [3, 3]), disk: disk).close()
        #expect {
            try CountingSink(configuration: configuration(.anyone, ends: [3, 4]), disk: disk)
        } throws: {
            ($0 as? EngineError)?.code == .otherLedger
        }
    }

    @Test("loses nothing at offsets where nothing was")
    func gaps() throws {
        let truth = try CountingSink(
            configuration: configuration(.anyone, ends: [4, 4], directory: "/all"), disk: disk)
        #expect(try truth.count(block([(0, 0), (0, 3), (1, 1)])) == 0)
        truth.close()
        let sink = try CountingSink(configuration: configuration(.anyone, ends: [4, 4]), disk: disk)
        #expect(try sink.count(block([(0, 0), (0, 0), (0, 1)])) == 0)
        sink.close()
        let verdict = try verdict(8, existing: "/all")
        #expect(verdict.produced == 3)
        #expect(verdict.lost == 2)
        #expect(verdict.duplicates == 1)
        #expect(verdict.corrupted == 1, "offset 1 of partition 0 was counted and is not there")
    }

    @Test("places and numbers of offsets are each other's reverse")
    func placeNumbers() {
        let places = PlaceNumbers(starts: [10, 7, 5], ends: [13, 7, 6])
        #expect(places.count == 4)
        for number in 0..<places.count {
            let (partition, offset) = places.place(of: number)
            #expect(places.number(of: partition, offset) == number)
        }
        #expect(places.number(of: 1, 7) == nil)
    }

    @Test("ledgers added a word at a time hold what they hold a record at a time", arguments: [1, 31, 32, 33, 100])
    func words(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        for _ in 0..<50 {
            // All pairs of counts come up many times in 50 rounds.
            let words = (0..<2).map { _ in (0..<5).map { _ in random.next() & random.next() } }
            var ledger = DeliveryLedger(count: count)
            var known = 0
            var unknown = 0
            for words in words {
                words.withUnsafeBufferPointer {
                    let added = ledger.add($0, from: 0)
                    (known, unknown) = (known + added.known, unknown + added.unknown)
                }
            }
            let cells = words.map { words in
                (0..<160).map { Int((words[$0 / 32] >> UInt64($0 % 32 * 2)) & 3) }
            }
            let sums = (0..<160).map { cells[0][$0] + cells[1][$0] }
            #expect((0..<count).map { ledger.deliveries(of: $0) } == sums[..<count].map { min(3, $0) })
            #expect(ledger.distinct == sums[..<count].count { $0 > 0 })
            #expect(known == sums[..<count].reduce(0, +))
            #expect(unknown == sums[count...].reduce(0, +))
        }
    }

    @Test("a run with task slots or a shuffle counts what a run without does", arguments: [1, 3], [nil, 2])
    func slots(slots: Int, repartition: Int?) throws {
        var tasks = TaskSettings()
        tasks.slots = slots
        tasks.repartition = repartition
        let run = SimulatedRun(strategy: .directLogFirst, sink: .counting, shape: .small(records: 50), tasks: tasks)
        try run.live()
        let verdict = try run.verdict()
        #expect(verdict.delivered == 50)
        #expect(verdict.lost == 0 && verdict.duplicates == 0)
    }
}
